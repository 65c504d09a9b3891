import type { AnalysisResource } from '../analyses/resource.ts'
import type { Language } from '../language/language.ts'
import { say } from '../language/say.ts'
import { sentence, type Sentence } from '../language/sentence.ts'
import type { Verdict } from '../engine/types.ts'
import { chainBlocks } from './chain.ts'
import { factRows } from './facts.ts'
import { plainText } from './plainText.ts'
import { contextBlocks, foundBlocks, headline, pictureBlocks } from './signals.ts'

/** A report as it is to be drawn: words in one language, and the names of pictures. Nothing in it knows of a page. */
export interface ReportContent {
  id: string
  language: Language
  madeAt: Date
  /** In the head of the first page. */
  heading: string
  title: string
  subtitle: string
  /** Of the file, with the name of the function. */
  hash: string
  opening: Opening
  blocks: Block[]
  /** Where the QR code leads. */
  address: string
  addressCaption: string
  footer: string
  /** Said at the end when letters were missing. */
  missingLetters: string
}

export type Tone = Verdict | 'quiet'

/** The verdict, before everything else. */
export interface Opening {
  tone: Verdict
  headline: string
  lines: string[]
  /** Said less loudly. */
  notes: string[]
}

export interface Row {
  name: string
  value: string
  /** For hashes. */
  isCode?: boolean
  /** What is odd about it. */
  mark?: string
}

export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; rows: Row[]; isInset?: boolean }
  /** One thing that was found. */
  | { kind: 'signal'; tone: Tone; text: string; strength?: { steps: number; words: string } }
  | { kind: 'picture'; name: string; caption: string }
  /** One step of a history, the latest first. */
  | { kind: 'step'; title: string; lines: string[]; isLast: boolean }

/** What a report is made of, beside what the engine found. */
export interface ReportFacts {
  id: string
  madeAt: Date
  language: Language
  /** Where anybody can check it. */
  address: string
  /** The key set that its signature is checked with. */
  keysAddress: string
  /** What may be left out, and is. */
  leftOut: Sentence[]
}

/** Picks the words and pictures of a report. @param analysis completed, and already without what is to be left out */
export function reportContent(analysis: AnalysisResource, facts: ReportFacts): ReportContent {
  const { id, madeAt, language, address } = facts
  const tell = (said: Sentence | string) => plainText(say(said, language))
  const fileName = plainText(analysis.fileName, 200)
  const pictures = pictureBlocks(analysis, tell)
  const examinedAt = Date.parse(analysis.endedAt ?? analysis.createdAt)
  return {
    id,
    language,
    madeAt,
    heading: tell(sentence('Report of an examination')),
    title: fileName === '' ? tell(sentence('A file whose name is not kept')) : fileName,
    subtitle: tell(sentence('Examined on {at, date, utc}', { at: examinedAt })),
    hash: analysis.sha256 === null ? '' : `SHA-256 ${analysis.sha256}`,
    opening: openingOf(analysis, tell),
    blocks: [
      ...foundBlocks(analysis, pictures, tell),
      ...notCheckedBlocks(analysis, tell),
      { kind: 'heading', text: tell(sentence('The file')) },
      { kind: 'table', rows: factRows(analysis, facts, tell) },
      ...contextBlocks(analysis, pictures, tell),
      ...chainBlocks(analysis, tell),
      ...checkBlocks(facts, tell)
    ],
    address,
    addressCaption: tell(sentence('Check this report')),
    footer: tell(sentence('FakeTect report {id}', { id })),
    missingLetters: tell(sentence('Letters that this document has no drawing for stand as □.'))
  }
}

export type Tell = (said: Sentence | string) => string

function openingOf(analysis: AnalysisResource, tell: Tell): Opening {
  const { score, summary, degraded, verdict, purgedAt } = analysis
  const notes: Sentence[] = []
  if (verdict === 'inconclusive') {
    notes.push(sentence('This is an answer, not an error: a verdict that the evidence does not bear would be a guess.'))
  }
  if (degraded !== null) notes.push(sentence('This verdict rests on less than it should. {reason}', { reason: degraded }))
  if (purgedAt !== null) notes.push(sentence('The file, its name and all that was found in it were not to be kept: only its hash and the verdict are left.'))
  const percent = Math.min(99, Math.max(1, Math.floor(100 * (score ?? 0))))
  const sureness = score === null ? [] : [sentence('Probability by this examination: {percent} %', { percent })]
  return {
    tone: verdict ?? 'inconclusive',
    headline: tell(headline(analysis)),
    lines: [...sureness, ...(summary === null ? [] : [summary])].map(tell),
    notes: notes.map(tell)
  }
}

function notCheckedBlocks({ notChecked }: AnalysisResource, tell: Tell): Block[] {
  if (notChecked.length === 0) return []
  return [
    { kind: 'heading', text: tell(sentence('What could not be checked')) },
    { kind: 'list', items: notChecked.map(({ reason }) => tell(reason)) }
  ]
}

function checkBlocks({ address, keysAddress, id }: ReportFacts, tell: Tell): Block[] {
  const signature = new URL(`/v1/reports/${id}/signature`, address).href
  return [
    { kind: 'heading', text: tell(sentence('How to check this report')) },
    ...[
      sentence('This report is signed. Anybody can check, without an account, whether it is whole, and whether a file is the one that it speaks of: on the page below, or with its signature and the public keys, without asking us.'),
      sentence('It tells what an examination by a program found, and what that means. It proves neither who made the file nor what happened in front of a camera.')
    ].map((one) => ({ kind: 'text' as const, text: tell(one) })),
    {
      kind: 'table',
      rows: [
        { name: tell(sentence('Page')), value: address, isCode: true },
        { name: tell(sentence('Detached signature')), value: signature, isCode: true },
        { name: tell(sentence('Public keys')), value: keysAddress, isCode: true }
      ]
    }
  ]
}
