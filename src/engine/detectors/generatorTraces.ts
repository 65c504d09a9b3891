import sharp from 'sharp'
import { sentence, type Sentence, type Value } from '../../language/sentence.ts'
import { operationTimeoutSeconds } from '../decoder.ts'
import { findings, type ImageDetector } from '../detector.ts'
import type { DecodedImage } from '../image.ts'
import type { Metadata } from '../metadata.ts'
import type { Signal } from '../types.ts'
import { generativeEdit, namedGenerators, namelessGenerators, type GenerativeEdit } from './traces/names.ts'
import { recordReaders } from './traces/records.ts'
import { hiddenPlaces, stealthInColours, stealthInOpacity } from './traces/stealth.ts'
import { placedTexts, strength, type GeneratorTrace, type PlacedText } from './traces/trace.ts'

/**
 * What picture generators write into their files: settings, prompts, their names. It is the file's own word: easily
 * removed, and easily forged by someone who wants a photograph to look generated.
 */
export const generatorTraces: ImageDetector = {
  id: 'generator_traces',
  kind: 'image',
  needsPixels: false,
  async detect(image) {
    return findings({ signals: generatorSignals(image.metadata, await stealthTexts(image)) })
  }
}

/** Larger pictures are none that come straight out of a generator, which alone keeps the lowest bits. */
const maxStealthPixels = 20_000_000

/** What is hidden in the lowest bits of the pixels, which only survives where every pixel is kept exactly. */
async function stealthTexts({ bytes, lossless, mediaType, pixels, width, height, damaged }: DecodedImage): Promise<PlacedText[]> {
  if (!lossless || damaged || pixels === undefined || width * height > maxStealthPixels) return []
  const inColours = stealthInColours(pixels.data, pixels.width, pixels.height)
  if (inColours.length > 0 || !hasOpacity(bytes, mediaType)) return inColours
  const opacity = await sharp(bytes, { limitInputPixels: maxStealthPixels, failOn: 'error' })
    .timeout({ seconds: operationTimeoutSeconds })
    .extractChannel('alpha')
    .raw({ depth: 'uchar' })
    .toBuffer()
    // A picture without opacity after all, or one that takes too long: nothing hidden can be read.
    .catch(() => new Uint8Array())
  return opacity.length === width * height ? stealthInOpacity(opacity, width, height) : []
}

/** By the header: colour type 6 of a PNG's IHDR, 8 bits deep; the flag in the chunk `VP8X` or `VP8L` of a WebP. */
function hasOpacity(bytes: Uint8Array, mediaType: string): boolean {
  if (mediaType === 'image/png') return bytes[25] === 6 && bytes[24] === 8
  return mediaType === 'image/webp'
}

/** Of a picture's metadata, or of a video's. One signal a generator. @param further texts that stand elsewhere */
export function generatorSignals(metadata: Metadata, further: readonly PlacedText[] = []): Signal[] {
  const texts = [...placedTexts(metadata), ...further]
  const records = recordReaders.flatMap((read) => read(texts) ?? [])
  const traces = [...records, ...namedGenerators(metadata)]
  // Its name beside its own record tells nothing new.
  const told = new Map<string, GeneratorTrace>()
  for (const trace of traces) if (!told.has(trace.generator)) told.set(trace.generator, trace)
  const edit = generativeEdit(metadata)
  return [...[...told.values()].map(signalOf), ...(edit === undefined ? [] : [editSignal(edit)])]
}

function editSignal({ tool, where, credit }: GenerativeEdit): Signal {
  return {
    detector: 'generator_traces',
    code: 'generative_edit',
    supports: 'manipulated',
    log10LikelihoodRatio: 2.5,
    log10Nfa: null,
    meaning: sentence('The file says so itself: a part of the photograph was filled in by a generative model ({tool}, {where}).', {
      tool: { text: tool },
      where: placeOf(where)
    }),
    measured: { tool, where, credit },
    evidence: []
  }
}

function signalOf({ generator, where, log10LikelihoodRatio, measured }: GeneratorTrace): Signal {
  return {
    detector: 'generator_traces',
    code: 'generator_trace',
    supports: 'ai_generated',
    log10LikelihoodRatio,
    log10Nfa: null,
    meaning: meaningOf(nameOf(generator), placeOf(where), log10LikelihoodRatio),
    measured: { generator, where, ...measured },
    evidence: []
  }
}

/** Where it gives no name, what stands for it. */
function nameOf(generator: string): Value {
  const standIn = namelessGenerators.find((text) => text === generator)
  return standIn === undefined ? generator : sentence(standIn)
}

/** A place in the file, as `PlacedText` names it. */
function placeOf(where: string): Value {
  const [, keyword] = /^text “(.*)”$/s.exec(where) ?? []
  if (keyword !== undefined) return sentence('text “{keyword}”', { keyword })
  const hidden = hiddenPlaces.find((place) => where.startsWith(place))
  return hidden === undefined ? where : sentence(hidden)
}

function meaningOf(generator: Value, where: Value, log10LikelihoodRatio: number): Sentence {
  if (log10LikelihoodRatio >= strength.record) {
    return sentence('The file says so itself: it holds the settings with which {generator} made a picture ({where}).', { generator, where })
  }
  if (log10LikelihoodRatio <= strength.possible) {
    return sentence('{generator} had a part in the picture ({where}), which may be generated or a photograph that was processed.', { generator, where })
  }
  return sentence('The file says so itself: it names {generator} as its origin ({where}).', { generator, where })
}
