import type { Report, Signal, Verdict } from '../types.ts'

/** What is told of one file: what the engine found, or why it did not come to that. */
export type FileResult =
  | { file: string; report: SaidReport; evidence: SavedEvidence[] }
  | { file: string; error: { code: string; message: string } }

/** What was found, its sentences in words; a service says a little more. */
export interface SaidReport extends Pick<Report, 'engineVersion' | 'verdict' | 'score' | 'media'> {
  summary: string
  signals: Array<Pick<Signal, 'supports' | 'log10LikelihoodRatio'> & { meaning: string }>
  notChecked: Array<{ code: string; reason: string }>
  /** Why the verdict rests on less than it should. */
  degraded?: string
}

export interface SavedEvidence {
  name: string
  caption: string
  /** Where it was written; undefined where nobody asked for it. */
  path: string | undefined
}

/** One line of JSON: `file` with `error`, or with the report. */
export function jsonLine(result: FileResult): string {
  if ('error' in result) return asciiControls(JSON.stringify(result))
  const { file, report, evidence } = result
  return asciiControls(JSON.stringify({ file, ...report, evidence }))
}

const verdictWords: { readonly [verdict in Verdict]: string } = {
  ai_generated: 'probably made by a generator (AI)',
  manipulated: 'probably manipulated',
  authentic: 'authentic',
  inconclusive: 'inconclusive'
}

/** A paragraph for people: the verdict in words, then what it rests on. Safe to be written to a terminal. */
export function humanText(result: FileResult): string {
  if ('error' in result) return `${printable(result.file)}: not analysed\n  ${printable(result.error.message)} (${result.error.code})\n`
  const { report } = result
  const sure = report.score === null ? '' : `, ${Math.round(report.score * 100)} %`
  const lines = [
    `${printable(result.file)}: ${verdictWords[report.verdict]}${sure}`,
    `  ${printable(report.summary)}`,
    ...report.signals.map((signal) => `  - ${strengthOf(signal)}${printable(signal.meaning)}`),
    ...(report.degraded === undefined ? [] : [`  ? ${printable(report.degraded)}`]),
    ...report.notChecked.map(({ reason }) => `  ? ${printable(reason)}`),
    ...result.evidence.filter(({ path }) => path !== undefined).map(({ path }) => `  > ${printable(path!)}`)
  ]
  return `${lines.join('\n')}\n`
}

function strengthOf({ supports, log10LikelihoodRatio }: SaidReport['signals'][number]): string {
  if (supports === null || log10LikelihoodRatio <= 0) return ''
  const strength = log10LikelihoodRatio >= 2 ? 'strong' : log10LikelihoodRatio >= 1 ? 'moderate' : 'weak'
  return `[${strength} sign of ${supports === 'ai_generated' ? 'AI' : supports === 'manipulated' ? 'manipulation' : 'authenticity'}] `
}

/** C0 and C1 controls, marks that turn the direction of writing, line and paragraph separators. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unprintable = /[\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g

/** Text of a stranger on one line, without anything that a terminal would obey. */
export function printable(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(unprintable, '')
}

/** The same letters for programs; JSON leaves C1 controls as they are, and a terminal obeys those too. */
function asciiControls(json: string): string {
  return json.replaceAll(unprintable, (character) => String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
