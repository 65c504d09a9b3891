import { paragraph, sentence, type Sentence } from '../language/sentence.ts'
import type { NotChecked, Report, Signal, Verdict } from './types.ts'

/**
 * From signals to a verdict. Nothing else in the code base draws a conclusion.
 *
 * Three claims are weighed, each against the same alternative, an ordinary photograph: that the medium was made by a generator,
 * that it was manipulated, that it is authentic. For each, the log10 likelihood ratios of its signals are joined:
 *
 * - Signals of one *group* lean on the same thing (all that the file says about itself, for one), so only the strongest of a
 *   group counts. Groups are taken to be independent, and are added.
 * - The sum is capped: no amount of evidence that this engine sees makes a verdict certain.
 * - With the prior this gives a probability by Bayes' rule. From the threshold on it can be the verdict.
 *
 * A likelihood ratio is no better than its calibration, and many detectors look at every picture. So `manipulated` asks for more than
 * its probability, one of:
 *
 * - *proof*: a signature or a hash under Content Credentials that does not match;
 * - *declaration*: the file says so itself;
 * - *measurement*: the smallest number of false alarms (NFA), corrected for how many detectors could have raised one, is at most
 *   10⁻²: of a hundred ordinary photographs, at most one has such a signal of any detector.
 *
 * `authentic` asks for proof as well, a valid signature of a camera on the trust list, and then stands above whatever was measured.
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

/** All measurements together raise at most so many false alarms in an ordinary photograph, as log10. */
export const maxLog10FamilyNfa = -2

/** Detectors that measure, and can speak for `manipulated` with a number of false alarms: how often the bound is tried. */
export const measuringDetectors = ['thumbnail', 'double_compression', 'jpeg_grid', 'copy_move'] as const

/** The file's own words about how it was made, signed or not. */
const declaringDetectors: ReadonlySet<string> = new Set(['digital_source_type', 'content_credentials', 'generator_traces'])

/** What cryptography proves, by the code of `content_credentials`. */
const proofs: { readonly [code: string]: Claim } = {
  altered_after_signing: 'manipulated',
  captured_and_signed: 'authentic'
}

/** Detectors whose signals rest on the same ground. A detector that is not named here is a group of its own. */
const groups: { readonly [detector: string]: string } = {
  metadata: 'what the file says about itself',
  generator_traces: 'what the file says about itself',
  digital_source_type: 'what the file says about itself',
  camera_fields: 'what the file says about itself',
  content_credentials: 'what the file says about itself',
  jpeg_grid: 'traces of JPEG compression',
  double_compression: 'traces of JPEG compression',
  noise_inconsistency: 'noise',
  resampling: 'noise',
  // Learned on much the same pictures, they fail on much the same pictures.
  sightengine: 'learned detectors',
  http_detector: 'learned detectors'
}

/** By which models of the operator are known: what comes before their names in the `detector` of a signal. */
export const modelPrefix = 'model_'

type Claim = Exclude<Verdict, 'inconclusive'>

export type Conclusion = Pick<Report, 'verdict' | 'score' | 'summary'>

/** Draws the conclusion. The order of the signals makes no difference. */
export function conclude(signals: readonly Signal[], notChecked: readonly NotChecked[]): Conclusion {
  const verdict = verdictOf(signals)
  if (verdict === 'inconclusive') return { verdict, score: null, summary: inconclusiveSummary(signals, notChecked) }
  return { verdict, score: Math.round(probability(verdict, signals) * 1000) / 1000, summary: summaryOf(verdict, signals) }
}

function verdictOf(signals: readonly Signal[]): Verdict {
  if (isProven('authentic', signals) && !isProven('manipulated', signals)) return 'authentic'
  const generated = probability('ai_generated', signals)
  const manipulated = mayBeCalledManipulated(signals) ? probability('manipulated', signals) : 0
  if (Math.max(generated, manipulated) < threshold) return 'inconclusive'
  // A generated picture was not manipulated as well: of two claims that stand equally high, the one that holds the other.
  return manipulated > generated ? 'manipulated' : 'ai_generated'
}

function mayBeCalledManipulated(signals: readonly Signal[]): boolean {
  const isDeclared = signals.some(({ detector, supports }) => supports === 'manipulated' && declaringDetectors.has(detector))
  return isDeclared || isProven('manipulated', signals) || log10FamilyNfa(signals) <= maxLog10FamilyNfa
}

function isProven(claim: Claim, signals: readonly Signal[]): boolean {
  return signals.some(({ detector, code, supports }) => detector === 'content_credentials' && supports === claim && proofs[code] === claim)
}

/**
 * log10 of how many signals as rare as the rarest one are to be expected in an ordinary photograph, over all detectors that
 * measure (Bonferroni's correction). Infinity where nothing was measured.
 */
export function log10FamilyNfa(signals: readonly Signal[]): number {
  const measured: readonly string[] = measuringDetectors
  const rarest = signals
    .filter(({ detector, supports }) => supports === 'manipulated' && measured.includes(detector))
    .reduce((least, { log10Nfa }) => Math.min(least, log10Nfa ?? Infinity), Infinity)
  return rarest + Math.log10(measured.length)
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
    const group = groupOf(detector)
    strongest.set(group, Math.max(strongest.get(group) ?? 0, log10LikelihoodRatio))
  }
  const sum = [...strongest.values()].reduce((total, ratio) => total + ratio, 0)
  return Math.min(sum, maxLog10LikelihoodRatio)
}

function groupOf(detector: string): string {
  if (detector.startsWith(modelPrefix)) return 'learned detectors'
  return Object.hasOwn(groups, detector) ? groups[detector]! : detector
}

const openings: { readonly [claim in Claim]: Sentence } = {
  ai_generated: sentence('This was probably made by a generator.'),
  manipulated: sentence('This was probably manipulated.'),
  authentic: sentence('This is what a camera recorded and signed.')
}

function summaryOf(verdict: Claim, signals: readonly Signal[]): Sentence {
  return paragraph(openings[verdict], strongestFor(verdict, signals)!.meaning)
}

function inconclusiveSummary(signals: readonly Signal[], notChecked: readonly NotChecked[]): Sentence {
  const hint = strongestFor('ai_generated', signals) ?? strongestFor('manipulated', signals)
  const help = whatWouldHelp(notChecked)
  return hint === undefined
    ? paragraph(sentence('Nothing was found that speaks against it, which does not mean that it is genuine.'), help)
    : paragraph(sentence('What was found is too weak for a verdict.'), hint.meaning, help)
}

function strongestFor(claim: Claim, signals: readonly Signal[]): Signal | undefined {
  return signals
    .filter((signal) => signal.supports === claim && signal.log10LikelihoodRatio > 0)
    .sort((a, b) => b.log10LikelihoodRatio - a.log10LikelihoodRatio || (JSON.stringify(a.meaning) < JSON.stringify(b.meaning) ? -1 : 1))[0]
}

/** In `notChecked`, where neither a model nor a provider has looked. */
export const noLearnedDetectorCode = 'no_learned_detector'

/** The one piece of advice that promises most, in this order. */
const advice: readonly (readonly [code: string, sentence: Sentence])[] = [
  ['file_damaged', sentence('The undamaged file would help.')],
  ['pixels_not_decodable', sentence('The same picture saved as JPEG by the device itself would help.')],
  ['no_metadata', sentence('The original file, straight from the camera or the program that made it, would help.')],
  ['not_a_jpeg', sentence('The original file, straight from the camera or the program that made it, would help.')],
  ['too_small', sentence('A larger version of it would help.')],
  ['strongly_compressed', sentence('A version of it that was compressed less would help.')],
  ['credentials_remote', sentence('Its Content Credentials stand elsewhere on the network, where nothing is fetched: reading them there would help.')],
  ['credentials_signer_not_checked', sentence('A trust list would tell whether the signer of its Content Credentials is to be believed.')],
  [noLearnedDetectorCode, sentence('Connecting a learned detector would help: without one, AI pictures that lost their metadata are not recognised.')]
]

/** Where everything could be looked at, more of the file would not help: the answer stands outside of it. */
const outsideTheFile = sentence(
  'To know more, look outside the file: where it first appeared, who made it, and other pictures of the same moment.'
)

function whatWouldHelp(notChecked: readonly NotChecked[]): Sentence {
  const codes = new Set(notChecked.map(({ code }) => code))
  return advice.find(([code]) => codes.has(code))?.[1] ?? outsideTheFile
}
