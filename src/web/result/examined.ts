import type { Analysis } from '../../client/openapi.ts'
import type { Answer } from '../../client/requests.ts'

export type SharedResource = Answer<'GET /v1/shared/{token}'>

/** What an analysis has found, as its owner sees it and as those do who have its link. */
export type Examined = Analysis | SharedResource
export type Signal = Examined['signals'][number]
export type Evidence = Examined['evidence'][number]

export const movesVerdict = ({ supports, log10LikelihoodRatio }: Signal): boolean => supports !== null && log10LikelihoodRatio !== 0

/** The strongest first, otherwise in their order. */
export const byStrength = (signals: readonly Signal[]): Signal[] =>
  signals.toSorted((a, b) => Math.abs(b.log10LikelihoodRatio) - Math.abs(a.log10LikelihoodRatio))

/** What a verdict rests on, the strongest first; of `inconclusive` what speaks for anything at all. */
export function groundsOf({ verdict, signals }: Pick<Examined, 'verdict' | 'signals'>): Signal[] {
  const speaks = ({ supports, log10LikelihoodRatio }: Signal) =>
    log10LikelihoodRatio > 0 && supports !== null && (verdict === 'inconclusive' || supports === verdict)
  return byStrength(signals.filter(speaks))
}

/** Detectors that read what a file says about itself. */
const ownWord = new Set(['generator_traces', 'digital_source_type', 'content_credentials', 'metadata', 'camera_fields'])

/** Whether the strongest ground of a verdict is the file's own word. */
export function restsOnOwnWord(examined: Pick<Examined, 'verdict' | 'signals'>): boolean {
  const [strongest] = groundsOf(examined)
  return strongest !== undefined && ownWord.has(strongest.detector)
}

export const strengthLevels = 5

/** Of a signal that moves the verdict: 0 for weak to 4 for very strong (ENFSI Guideline for Evaluative Reporting in Forensic Science, 2015). */
export const strengthLevel = ({ log10LikelihoodRatio }: Signal): number => Math.min(strengthLevels - 1, Math.floor(Math.abs(log10LikelihoodRatio)))

/** A number as one says it: 1, 1.4, 30, 2,000. */
export const roundly = (value: number): number => (value < 10 ? Math.round(10 * value) / 10 : Number(value.toPrecision(1)))

/** A share as it is said of a verdict: never 0, and never 1. */
export const sayableShare = (score: number): number => Math.min(99, Math.max(1, Math.floor(100 * score))) / 100

/** Which of several is meant, by its place in the list: detectors may say the same more than once. */
export const signalId = (index: number): string => `signal-${index + 1}`
