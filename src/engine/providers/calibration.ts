/**
 * How far a score of somebody else's model is believed.
 *
 * A score is read as the probability that its maker means it to be: that the picture is what the model looks for, where half of
 * all pictures are. By Bayes' rule the likelihood ratio is then s / (1 − s). But models are surest where they know least: on pictures of
 * cameras, programs and networks that nobody trained them on, open detectors call 1 to 40 % of honest photographs
 * generated, with scores near 1, and the best commercial one of Deepfake-Eval-2024 was right on 82 % of the pictures. So no score counts
 * for more than (1 − f) / f, where f is the *false-alarm rate*: the share of honest photographs to which the model gives its highest scores.
 *
 * The map is monotone, 0 up to an even score, and bounded by log10((1 − f) / f).
 *
 * @param score 0 to 1
 * @param falseAlarmRate more than 0, at most 0.5
 * @returns log10 of the likelihood ratio, never negative: a score below one half speaks for nothing
 */
export function log10Ratio(score: number, falseAlarmRate: number): number {
  const believed = Math.min(score, 1 - falseAlarmRate)
  if (believed <= 0.5) return 0
  return Math.log10(believed / (1 - believed))
}
