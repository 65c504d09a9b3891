import t from 'tap'
import { humanText, jsonLine, type FileResult } from '../../src/engine/cli/output.ts'
import { storable, storableText } from '../../src/engine/storable.ts'
import { engineVersion } from '../../src/engine/version.ts'
import { hostileText } from './hostile/traps/metadataBlocks.ts'
import { randomOf, type Random } from './hostile/random.ts'

/** What a terminal obeys or what turns the order of letters: C0 without the line feed, DEL, C1, marks of direction, U+2028 and U+2029. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const obeyed = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/

const specials = ['\u0000', '\u0007', '\u0008', '\u001B[2J', '\u001B]8;;http://x\u001B\\', '\u009B', '\u0085', '\u007F', '\r', '\n', '\t', '\u00A0', '\u202E', '\u2066', '\u200F', '\u061C', '\u2028', '\uFEFF', '\uD800', '\uDC00', '\uDFFF\uD83D', '"', '\\', '\\u001b', '</script>', '😀']

/** A text of anything: characters from all over Unicode, lone surrogates, and what is known to do harm. */
function anyText(random: Random): string {
  if (random.chance(0.1)) return hostileText(random)
  const parts = Array.from({ length: random.below(40) }, () => (random.chance(0.4) ? random.pick(specials) : String.fromCharCode(random.below(random.pick([0x20, 0x80, 0xa0, 0x2100, 0x10000])))))
  return parts.join('')
}

/** What is told of a file whose every word is a stranger's, its own name included. */
function resultOf(random: Random): FileResult {
  const text = () => storableText(anyText(random), 600)
  const signal = { detector: text(), code: text(), supports: null, log10LikelihoodRatio: 0, log10Nfa: null, meaning: text(), measured: { [text()]: storable(anyText(random)) }, evidence: [text()] }
  const media = { mediaType: 'image/png', width: 1, height: 1 }
  const report = { engineVersion, verdict: 'inconclusive', score: null, summary: text(), signals: [signal, signal], notChecked: [{ code: text(), reason: text() }], media } as const
  return { file: anyText(random), report: { ...report, signals: [...report.signals], notChecked: [...report.notChecked] }, evidence: [{ name: text(), caption: text(), path: anyText(random) }] }
}

t.test('whatever a file says, a terminal is told nothing that it would obey, and nothing on a line that is not ours', async (t) => {
  for (let number = 0; number < 500; number++) {
    const result = resultOf(randomOf(3, number))
    const shown = humanText(result)
    if (obeyed.test(shown)) t.fail(`text ${number}: ${JSON.stringify(shown)}`)
    if (shown.split('\n').length !== 7) t.fail(`text ${number} has ${shown.split('\n').length} lines`)
    const failed = humanText({ file: anyText(randomOf(4, number)), error: { code: 'undecodable_file', message: anyText(randomOf(5, number)) } })
    if (obeyed.test(failed) || failed.split('\n').length !== 3) t.fail(`failure ${number}: ${JSON.stringify(failed)}`)
  }
  t.pass('500 texts')
})

t.test('whatever a file says, a program reads the same text back from one line of harmless characters', async (t) => {
  for (let number = 0; number < 500; number++) {
    const result = resultOf(randomOf(6, number))
    const line = jsonLine(result)
    if (obeyed.test(line) || line.includes('\n')) t.fail(`text ${number}: ${line}`)
    const { file, summary, evidence } = JSON.parse(line) as { file: string; summary: string; evidence: unknown }
    if (!('report' in result) || file !== result.file || summary !== result.report.summary) t.fail(`text ${number} came back changed`)
    t.same(evidence, 'evidence' in result ? result.evidence : [])
  }
})

t.test('whatever a file says, what leaves the engine can be stored, and is cut to its length', async (t) => {
  for (let number = 0; number < 500; number++) {
    const text = anyText(randomOf(7, number))
    const stored = storableText(text, 50)
    if (!stored.isWellFormed() || stored.includes('\u0000') || stored.length > 50) t.fail(`text ${number}: ${JSON.stringify(stored)}`)
    const value = JSON.stringify(storable({ [text]: [text, { text }], __proto__: text, number }))
    if (!value.isWellFormed() || value.includes(String.raw`\u0000`) || /\\ud[89a-f]/.test(value.replaceAll('\\\\', ''))) t.fail(`value ${number}: ${value}`)
  }
  t.pass('500 texts')
})
