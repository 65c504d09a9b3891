import type { Calibration } from './manifest.ts'

/** Scores of pictures whose origin is known. */
export interface LabelledScores {
  /** Of photographs. */
  photographs: number[]
  generated: number[]
}

/** Beyond these a score says no more: a network's 0.999999 is no better known than its 0.999. */
const [leastScore, greatestScore] = [0.001, 0.999]

/** Natural logarithm of the odds that a score states. */
export function logit(score: number): number {
  const bounded = Math.max(leastScore, Math.min(greatestScore, score))
  return Math.log(bounded / (1 - bounded))
}

/** log10 of the likelihood ratio of a score, by a calibration: never beyond what was measured bears out. */
export function log10LikelihoodRatioOf(score: number, { intercept, slope, maxLog10LikelihoodRatio }: Calibration): number {
  const ratio = intercept + slope * logit(score)
  return Math.max(-maxLog10LikelihoodRatio, Math.min(maxLog10LikelihoodRatio, ratio))
}

/**
 * Calibrates a classifier by logistic regression of the truth on the logit of its score (J. Platt, 1999, with his smoothed targets),
 * with the sample's own odds taken out, so that a likelihood ratio is left.
 *
 * It is capped by the rule of three (Hanley & Lippman-Hand, 1983): where none of n photographs had such a score, up to 3/n of all
 * photographs may. So a verdict by a model alone, a ratio of 81, takes 250 photographs.
 */
export function calibrate({ photographs, generated }: LabelledScores): Calibration {
  const [intercept, slope] = logisticRegression(photographs.map(logit), generated.map(logit))
  const log10Odds = Math.log10((generated.length + 1) / (photographs.length + 1))
  return {
    intercept: intercept / Math.LN10 - log10Odds,
    slope: Math.max(0, slope / Math.LN10),
    maxLog10LikelihoodRatio: Math.min(3, Math.max(0, Math.log10(photographs.length / 3))),
    measured: {
      photographs: photographs.length,
      generated: generated.length,
      auc: areaUnderCurve(photographs, generated),
      recallAtOnePercent: recallAt(0.01, photographs, generated)
    }
  }
}

/** Newton's method on the two coefficients. @returns natural logarithms */
function logisticRegression(negatives: readonly number[], positives: readonly number[]): [intercept: number, slope: number] {
  const high = (positives.length + 1) / (positives.length + 2)
  const low = 1 / (negatives.length + 2)
  const samples = [...negatives.map((x) => ({ x, target: low })), ...positives.map((x) => ({ x, target: high }))]
  let [intercept, slope] = [0, 0]
  for (let step = 0; step < 100; step++) {
    // A little of a ridge: where the two are apart completely, the slope would grow without end.
    let [gradient0, gradient1, h00, h01, h11] = [-1e-3 * intercept, -1e-3 * slope, 1e-3, 0, 1e-3]
    for (const { x, target } of samples) {
      const probability = 1 / (1 + Math.exp(-(intercept + slope * x)))
      const weight = probability * (1 - probability)
      gradient0 += target - probability
      gradient1 += (target - probability) * x
      h00 += weight
      h01 += weight * x
      h11 += weight * x * x
    }
    const determinant = h00 * h11 - h01 * h01
    const [change0, change1] = [(h11 * gradient0 - h01 * gradient1) / determinant, (h00 * gradient1 - h01 * gradient0) / determinant]
    intercept += Math.max(-5, Math.min(5, change0))
    slope += Math.max(-5, Math.min(5, change1))
    if (Math.abs(change0) + Math.abs(change1) < 1e-9) break
  }
  return [intercept, slope]
}

/** The probability that a generated picture has a higher score than a photograph (Mann & Whitney's U); ties count half. */
export function areaUnderCurve(photographs: readonly number[], generated: readonly number[]): number {
  if (photographs.length === 0 || generated.length === 0) return 0.5
  let wins = 0
  for (const high of generated) for (const low of photographs) wins += high > low ? 1 : high === low ? 0.5 : 0
  return wins / (photographs.length * generated.length)
}

/** Which share of the generated pictures is above all but this share of the photographs. */
export function recallAt(falseAlarmRate: number, photographs: readonly number[], generated: readonly number[]): number {
  if (generated.length === 0) return 0
  const sorted = photographs.toSorted((a, b) => b - a)
  const limit = sorted[Math.floor(falseAlarmRate * sorted.length)] ?? -Infinity
  return generated.filter((score) => score > limit).length / generated.length
}
