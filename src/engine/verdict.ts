import type { NotChecked, Report, Signal, Verdict } from './types.ts'

/**
 * From signals to a verdict. Nothing else in the code base draws a conclusion.
 *
 * Two claims are weighed, each against the same alternative, an ordinary photograph: that the picture was made by a
 * generator, and that it was manipulated. For each, the log10 likelihood ratios of its signals are joined:
 *
 * - Signals of one *group* lean on the same thing (all that the file says about itself, for one), so only the strongest of a
 *   group counts. Groups are taken to be independent, and are added.
 * - The sum is capped: no amount of evidence that this engine sees makes a verdict certain.
 * - With the prior this gives a probability by Bayes' rule. From the threshold on it is the verdict.
 *
 * `authentic` needs positive proof, which no detector gives yet: it is never concluded here.
 */

/**
 * Prior odds of each claim, as log10: one in ten. The share among what people bring to such a service is unknown and
 * changes; this one keeps a single weak signal from making a verdict.
 */
export const log10PriorOdds = Math.log10(1 / 9)

/** The joined likelihood ratio stays at or below 1000, and so every score below 0.992. */
export const maxLog10LikelihoodRatio = 3

/** The least probability for a verdict. With the prior above, it takes a likelihood ratio of 81. */
export const threshold = 0.9

/** Detectors whose signals rest on the same ground. A detector that is not named here is a group of its own. */
const groups: { readonly [detector: string]: string } = {
  metadata: 'what the file says about itself',
  generator_traces: 'what the file says about itself',
  digital_source_type: 'what the file says about itself',
  camera_fields: 'what the file says about itself'
}

type Claim = 'ai_generated' | 'manipulated'

export type Conclusion = Pick<Report, 'verdict' | 'score' | 'summary'>

/** Draws the conclusion. The order of the signals makes no difference. */
export function conclude(signals: readonly Signal[], notChecked: readonly NotChecked[]): Conclusion {
  const generated = probability('ai_generated', signals)
  const manipulated = probability('manipulated', signals)
  if (Math.max(generated, manipulated) < threshold) {
    return { verdict: 'inconclusive', score: null, summary: inconclusiveSummary(signals, notChecked) }
  }
  // A generated picture was not manipulated as well: of two claims that stand equally high, the one that holds the other.
  const verdict: Claim = manipulated > generated ? 'manipulated' : 'ai_generated'
  return { verdict, score: Math.round(Math.max(generated, manipulated) * 1000) / 1000, summary: summaryOf(verdict, signals) }
}

/** The probability of one claim against an ordinary photograph, strictly between 0 and 1. */
export function probability(claim: Claim, signals: readonly Signal[]): number {
  const odds = 10 ** (log10PriorOdds + joined(claim, signals))
  return odds / (1 + odds)
}

function joined(claim: Claim, signals: readonly Signal[]): number {
  const strongest = new Map<string, number>()
  for (const { detector, supports, log10LikelihoodRatio } of signals) {
    if (supports !== claim) continue
    const group = Object.hasOwn(groups, detector) ? groups[detector]! : detector
    strongest.set(group, Math.max(strongest.get(group) ?? 0, log10LikelihoodRatio))
  }
  const sum = [...strongest.values()].reduce((total, ratio) => total + ratio, 0)
  return Math.min(sum, maxLog10LikelihoodRatio)
}

const openings: { readonly [verdict in Exclude<Verdict, 'inconclusive' | 'authentic'>]: string } = {
  ai_generated: 'The picture was probably made by a generator.',
  manipulated: 'The picture was probably manipulated.'
}

function summaryOf(verdict: Claim, signals: readonly Signal[]): string {
  return `${openings[verdict]} ${strongestFor(verdict, signals)!.meaning}`
}

function inconclusiveSummary(signals: readonly Signal[], notChecked: readonly NotChecked[]): string {
  const hint = strongestFor('ai_generated', signals) ?? strongestFor('manipulated', signals)
  const found =
    hint === undefined
      ? 'Nothing was found that speaks against the picture, which does not mean that it is genuine.'
      : `What was found is too weak for a verdict. ${hint.meaning}`
  return `${found} ${whatWouldHelp(notChecked)}`
}

function strongestFor(claim: Claim, signals: readonly Signal[]): Signal | undefined {
  return signals
    .filter((signal) => signal.supports === claim && signal.log10LikelihoodRatio > 0)
    .sort((a, b) => b.log10LikelihoodRatio - a.log10LikelihoodRatio || (a.meaning < b.meaning ? -1 : 1))[0]
}

/** The one piece of advice that promises most, in this order. */
const advice: readonly (readonly [code: string, sentence: string])[] = [
  ['content_credentials_not_verified', 'Verifying the file’s Content Credentials would help.'],
  ['file_damaged', 'The undamaged file would help.'],
  ['pixels_not_decodable', 'The same picture saved as JPEG by the device itself would help.'],
  ['no_metadata', 'The original file, straight from the camera or the program that made it, would help.'],
  ['not_a_jpeg', 'The original file, straight from the camera or the program that made it, would help.']
]

/** Where everything could be looked at, more of the file would not help: the answer stands outside of it. */
const outsideTheFile =
  'To know more, look outside the file: where it first appeared, who made it, and other pictures of the same moment.'

function whatWouldHelp(notChecked: readonly NotChecked[]): string {
  const codes = new Set(notChecked.map(({ code }) => code))
  return advice.find(([code]) => codes.has(code))?.[1] ?? outsideTheFile
}
