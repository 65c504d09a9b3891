import type { AnalysisResource } from '../analyses/resource.ts'
import { sentence, type Sentence } from '../language/sentence.ts'
import type { Block, Row, Tell } from './content.ts'
import { reportedPictures } from './pictures.ts'
import { plainText } from './plainText.ts'

type Signal = AnalysisResource['signals'][number]

/** Detectors that read what the file says about itself. */
const ownWord = new Set(['generator_traces', 'digital_source_type', 'content_credentials', 'metadata', 'camera_fields'])

/** The verdict in a few words. */
export function headline({ verdict, signals }: Pick<AnalysisResource, 'verdict' | 'signals'>): Sentence {
  switch (verdict) {
    case 'ai_generated': {
      const strongest = byStrength(signals.filter(({ supports }) => supports === verdict))[0]
      return strongest !== undefined && ownWord.has(strongest.detector) ? sentence('Made by AI: the file says so itself') : sentence('Probably made by AI')
    }
    case 'manipulated':
      return sentence('Probably manipulated')
    case 'authentic':
      return sentence('Authentic: its origin is proven')
    default:
      return signals.some(movesSomething) ? sentence('No conclusion: what was found is too weak') : sentence('No conclusion: nothing was found that settles it')
  }
}

/** The strongest first, context last; otherwise in their order. */
export const byStrength = (signals: readonly Signal[]): Signal[] => signals.toSorted((a, b) => sizeOf(b) - sizeOf(a))
const sizeOf = (signal: Signal) => (movesSomething(signal) ? Math.abs(signal.log10LikelihoodRatio) : -1)
const movesSomething = ({ supports, log10LikelihoodRatio }: Signal) => supports !== null && log10LikelihoodRatio !== 0

type PictureBlock = Extract<Block, { kind: 'picture' }>

/** What speaks for something, the strongest first: each with its strength, with what was read, and with its pictures. */
export function foundBlocks({ signals }: AnalysisResource, pictures: readonly PictureBlock[], tell: Tell): Block[] {
  const moving = byStrength(signals).filter(movesSomething)
  return section(tell(sentence('What was found')), blocksOf(moving, pictures, tell))
}

/** The rest: what moves no verdict, and pictures that no signal names. */
export function contextBlocks({ signals }: AnalysisResource, pictures: readonly PictureBlock[], tell: Tell): Block[] {
  const shown = new Set(signals.filter(movesSomething).flatMap(({ evidence }) => evidence))
  const context = signals.filter((signal) => !movesSomething(signal))
  const named = new Set(signals.flatMap(({ evidence }) => evidence))
  return [
    ...section(tell(sentence('Context: what was seen besides, and moves no verdict')), blocksOf(context, pictures, tell, shown)),
    ...section(tell(sentence('Further pictures')), pictures.filter(({ name }) => !named.has(name)))
  ]
}

/** The evidence pictures that the report has room for. */
export const pictureBlocks = (analysis: AnalysisResource, tell: Tell): PictureBlock[] =>
  reportedPictures(analysis).pictures.map(({ name, caption }) => ({ kind: 'picture', name, caption: tell(caption) }))

const section = (title: string, blocks: Block[]): Block[] => (blocks.length === 0 ? [] : [{ kind: 'heading', text: title }, ...blocks])

/** A picture that several signals name is shown with the first. */
function blocksOf(signals: readonly Signal[], pictures: readonly PictureBlock[], tell: Tell, shown = new Set<string>()): Block[] {
  return signals.flatMap((signal) => {
    const rows = rowsRead(signal)
    const own = pictures.filter(({ name }) => signal.evidence.includes(name) && !shown.has(name))
    for (const { name } of own) shown.add(name)
    return [
      { kind: 'signal', tone: signal.supports ?? 'quiet', text: tell(signal.meaning), ...(movesSomething(signal) && { strength: strengthOf(signal, tell) }) },
      ...(rows.length === 0 ? [] : [{ kind: 'table' as const, rows, isInset: true }]),
      ...own
    ]
  })
}

/** The words are those of the ENFSI Guideline for Evaluative Reporting in Forensic Science (2015). */
const signs = [
  sentence('A weak sign'),
  sentence('A moderate sign'),
  sentence('A moderately strong sign'),
  sentence('A strong sign'),
  sentence('A very strong sign')
] as const

function strengthOf({ supports, log10LikelihoodRatio: log10 }: Signal, tell: Tell) {
  const level = Math.min(signs.length - 1, Math.floor(Math.abs(log10)))
  const claim = claimed(supports, log10 > 0, signs[level]!)
  const often = log10 <= 0 ? [] : [sentence('estimated to be {times, number} times as frequent in such files as in ordinary photographs', { times: roundly(10 ** log10) })]
  return { steps: level + 1, words: [claim, ...often].map(tell).join(', ') }
}

function claimed(supports: Signal['supports'], isFor: boolean, sign: Sentence): Sentence {
  if (supports === 'ai_generated') return isFor ? sentence('{sign} that it was made by AI', { sign }) : sentence('{sign} that it was not made by AI', { sign })
  if (supports === 'manipulated') return isFor ? sentence('{sign} that it was manipulated', { sign }) : sentence('{sign} that it was not manipulated', { sign })
  return isFor ? sentence('{sign} that it is authentic', { sign }) : sentence('{sign} that it is not authentic', { sign })
}

const roundly = (ratio: number) => (ratio < 10 ? Math.round(10 * ratio) / 10 : Number(ratio.toPrecision(1)))

const maxRows = 40
const maxValue = 300
const maxPrompt = 1_200

/** What detectors read in the file, as they name it: the table that they have made, or the plain values. */
function rowsRead({ detector, measured }: Signal): Row[] {
  if (!ownWord.has(detector) || Array.isArray(measured.manifests)) return []
  const { rows, prompts, ...values } = measured
  const table = Array.isArray(rows)
    ? rows.flatMap(rowOf)
    : Object.entries(values).flatMap(([name, value]) => (isPlain(value) ? [{ name: plainText(name, 60), value: plainText(String(value), maxValue) }] : []))
  const asked = Array.isArray(prompts) ? prompts.filter((prompt) => typeof prompt === 'string') : []
  return [...table, ...asked.map((prompt) => ({ name: 'prompt', value: plainText(prompt, maxPrompt) }))].filter(({ value }) => value !== '').slice(0, maxRows)
}

function rowOf(row: unknown): Row[] {
  const { name, value, reason } = (row ?? {}) as { [member: string]: unknown }
  if (typeof name !== 'string' || typeof value !== 'string') return []
  return [{ name: plainText(name, 60), value: plainText(value, maxValue), ...(typeof reason === 'string' && { mark: plainText(reason, maxValue) }) }]
}

const isPlain = (value: unknown) => typeof value === 'string' || typeof value === 'number'
