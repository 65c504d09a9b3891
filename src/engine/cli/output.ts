import { say } from '../../language/say.ts'
import { saySignal } from '../saySignal.ts'
import type { Report, Signal, Verdict } from '../types.ts'

/** What is told of one file: what the engine found, or why it did not come to that. */
export type FileResult =
  | { file: string; report: Report; evidence: SavedEvidence[] }
  | { file: string; error: { code: string; message: string } }

export interface SavedEvidence {
  name: string
  caption: string
  /** Where it was written; undefined where nobody asked for it. */
  path: string | undefined
}

/** One line of JSON: `file` with `error`, or with the report. */
export function jsonLine(result: FileResult): string {
  if ('error' in result) return asciiControls(JSON.stringify(result))
  const { evidence: _bytes, beganAt: _times, ...report } = result.report
  const said = {
    summary: say(report.summary, 'en'),
    signals: report.signals.map((signal) => saySignal(signal, 'en')),
    notChecked: report.notChecked.map(({ code, reason }) => ({ code, reason: say(reason, 'en') }))
  }
  return asciiControls(JSON.stringify({ file: result.file, ...report, ...said, evidence: result.evidence }))
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
    `  ${printable(say(report.summary, 'en'))}`,
    ...report.signals.map((signal) => `  - ${strengthOf(signal)}${printable(say(signal.meaning, 'en'))}`),
    ...report.notChecked.map(({ reason }) => `  ? ${printable(say(reason, 'en'))}`),
    ...result.evidence.filter(({ path }) => path !== undefined).map(({ path }) => `  > ${printable(path!)}`)
  ]
  return `${lines.join('\n')}\n`
}

function strengthOf({ supports, log10LikelihoodRatio }: Signal): string {
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
