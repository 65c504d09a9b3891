import type { CaseResult } from './results.ts'
import type { CaseSet } from './cases.ts'

/** A share with its 95 % confidence interval. */
export interface Share {
  count: number
  of: number
  low: number
  high: number
}

/** Wilson's score interval (1927), which holds for small numbers and for none at all. */
export function shareOf(count: number, of: number): Share {
  if (of === 0) return { count, of, low: 0, high: 1 }
  const z = 1.959964
  const rate = count / of
  const middle = rate + (z * z) / (2 * of)
  const spread = z * Math.sqrt((rate * (1 - rate)) / of + (z * z) / (4 * of * of))
  const scale = 1 + (z * z) / of
  return { count, of, low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale) }
}

export interface FalseAlarms {
  set: CaseSet
  source: string
  what: string
  manipulated: Share
  aiGenerated: Share
}

export interface Found {
  what: string
  saved: string
  /** Called manipulated. */
  found: Share
  /** With a signal for it, which may have been too weak for a verdict. */
  hinted: Share
  /** Mean intersection over union of those that were found and marked; null for none. */
  iou: number | null
  /** How many were marked by each detector. */
  by: { [detector: string]: number }
}

export interface Recall {
  source: string
  what: string
  saved: string
  aiGenerated: Share
}

export interface CredentialsFigure {
  id: string
  expected: string
  found: string[]
  isExpected: boolean
}

export interface StepTime {
  step: string
  medianMs: number
  perMegapixelMs: number
}

/** What a run says of the engine. */
export interface Figures {
  falseAlarms: FalseAlarms[]
  found: Found[]
  recall: Recall[]
  inconclusive: { set: CaseSet; share: Share }[]
  credentials: CredentialsFigure[]
  times: StepTime[]
  /** Cases whose file could not be analysed. */
  failed: { id: string; error: string }[]
}

/** Works the figures out. Cases that could not be analysed are listed, and counted nowhere else. */
export function figuresOf(results: readonly CaseResult[]): Figures {
  const analysed = results.filter(({ verdict }) => verdict !== null)
  const of = (set: CaseSet) => analysed.filter((result) => result.set === set)
  return {
    falseAlarms: [...of('photographs'), ...of('honest edits')].reduce(grouped(['set', 'source', 'what']), new Map<string, CaseResult[]>()).values().map(falseAlarms).toArray(),
    found: [...of('forgeries'), ...of('labelled as manipulated')].reduce(grouped(['what', 'saved']), new Map<string, CaseResult[]>()).values().map(found).toArray(),
    recall: of('AI pictures').reduce(grouped(['source', 'what', 'saved']), new Map<string, CaseResult[]>()).values().map(recall).toArray(),
    inconclusive: analysed.reduce(grouped(['set']), new Map<string, CaseResult[]>()).values().map(inconclusive).toArray(),
    credentials: of('Content Credentials').map(credentials),
    times: timesOf(analysed),
    failed: results.filter(({ verdict }) => verdict === null).map(({ id, error = '' }) => ({ id, error }))
  }
}

/** Collects results that agree in all of some fields, in the order in which they come. */
function grouped(fields: ('set' | 'source' | 'what' | 'saved')[]) {
  return (groups: Map<string, CaseResult[]>, result: CaseResult) => {
    const key = JSON.stringify(fields.map((field) => result[field]))
    groups.set(key, [...(groups.get(key) ?? []), result])
    return groups
  }
}

function called(results: readonly CaseResult[], verdict: CaseResult['verdict']): Share {
  return shareOf(results.filter((result) => result.verdict === verdict).length, results.length)
}

function falseAlarms(results: CaseResult[]): FalseAlarms {
  const { set, source, what } = results[0]!
  return { set, source, what, manipulated: called(results, 'manipulated'), aiGenerated: called(results, 'ai_generated') }
}

function found(results: CaseResult[]): Found {
  const { what, saved } = results[0]!
  const by: Found['by'] = {}
  for (const { iou } of results) for (const detector of Object.keys(iou)) by[detector] = (by[detector] ?? 0) + 1
  const hinted = results.filter(({ signals }) => signals.some(({ supports }) => supports === 'manipulated'))
  const best = results.filter(({ verdict }) => verdict === 'manipulated').flatMap(({ iou }) => bestOf(iou) ?? [])
  return {
    what,
    saved,
    found: called(results, 'manipulated'),
    hinted: shareOf(hinted.length, results.length),
    iou: best.length === 0 ? null : best.reduce((sum, value) => sum + value, 0) / best.length,
    by
  }
}

function bestOf(iou: CaseResult['iou']): number | undefined {
  const values = Object.values(iou)
  return values.length === 0 ? undefined : Math.max(...values)
}

function recall(results: CaseResult[]): Recall {
  const { source, what, saved } = results[0]!
  return { source, what, saved, aiGenerated: called(results, 'ai_generated') }
}

function inconclusive(results: CaseResult[]): { set: CaseSet; share: Share } {
  return { set: results[0]!.set, share: called(results, 'inconclusive') }
}

/** What the signals of Content Credentials have to hold for each label; the others are as expected without any of these. */
const expectedCodes: { readonly [label: string]: (codes: readonly string[]) => boolean } = {
  altered: (codes) => codes.includes('altered_after_signing'),
  'invalid-signature': (codes) => codes.includes('altered_after_signing'),
  none: (codes) => codes.length === 0
}

function credentials({ id, what, signals }: CaseResult): CredentialsFigure {
  const codes = signals.filter(({ detector }) => detector === 'content_credentials').map(({ code }) => code)
  const valid = () => codes.length > 0 && !codes.includes('altered_after_signing')
  return { id, expected: what, found: codes, isExpected: (expectedCodes[what] ?? valid)(codes) }
}

function timesOf(results: readonly CaseResult[]): StepTime[] {
  const steps = new Set(results.flatMap(({ durationsMs }) => Object.keys(durationsMs)))
  return [...steps]
    .map((step) => {
      const timed = results.filter(({ durationsMs }) => durationsMs[step] !== undefined)
      const each = timed.map(({ durationsMs }) => durationsMs[step]!).sort((a, b) => a - b)
      const pixels = timed.reduce((sum, { megapixels }) => sum + megapixels, 0)
      const total = each.reduce((sum, value) => sum + value, 0)
      return { step, medianMs: each[each.length >> 1]!, perMegapixelMs: pixels === 0 ? 0 : total / pixels }
    })
    .sort((a, b) => b.perMegapixelMs - a.perMegapixelMs)
}
