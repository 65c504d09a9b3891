import type { FieldValue, Metadata } from '../../metadata.ts'
import type { Json } from '../../types.ts'

/** What a picture generator left behind in a file. */
export interface GeneratorTrace {
  /** Its name as a reader knows it. */
  generator: string
  /** Where it stands: `PNG text “parameters”`, `EXIF Software`. */
  where: string
  /** See `Signal.log10LikelihoodRatio`. */
  log10LikelihoodRatio: number
  /** What it says of how the picture was made: model, seed, prompt. */
  measured: { [key: string]: Json }
}

/** A text in the file that may hold a generation record. */
export interface PlacedText {
  where: string
  /** The PNG keyword, or the name of the field. */
  keyword: string
  text: string
}

export type TraceReader = (texts: readonly PlacedText[]) => GeneratorTrace | undefined

/**
 * Strengths as log10 of likelihood ratios. They are argued, not measured: no camera and no editor writes these by
 * accident, and none of 35 camera files had one; so few files alone would bear out no more than about 1. What they can't
 * rule out is somebody who writes a trace into a photograph on purpose.
 */
export const strength = {
  /** A whole record in the generator's own format: prompt, seed, sampler. */
  record: 4,
  /** The generator's name in a field that names the software. */
  name: 3,
  /** A tool that generates, but in which a photograph can also be merely processed. */
  possible: 1
}

/** Prompts are the authors' own words: enough to recognise one. */
export const maxPromptLength = 1_000

/** All texts of the file that generators are known to write to. */
export function placedTexts(metadata: Metadata): PlacedText[] {
  const fields = (block: string, map: ReadonlyMap<string, FieldValue>, names: string[]) =>
    names.flatMap((name) => {
      const value = map.get(name)
      return typeof value === 'string' && value !== '' ? [{ where: `${block} ${name}`, keyword: name, text: value }] : []
    })
  return [
    ...metadata.texts.map(({ keyword, text }) => ({ where: `text “${keyword}”`, keyword, text })),
    ...fields('EXIF', metadata.exif, ['UserComment', 'ImageDescription', 'Make', 'Model', 'Software', 'XPTitle', 'XPComment', 'XPSubject', 'XPKeywords', 'Artist']),
    ...fields('XMP', metadata.xmp, ['description', 'UserComment', 'parameters', 'AIGC', 'prompt', 'workflow', 'AISystemUsed', 'AISystemVersionUsed', 'AIPromptInformation', 'AIPromptWriterName']),
    ...fields('IPTC', metadata.iptc, ['Caption/Abstract', 'Special Instructions'])
  ]
}

/** A text's JSON object, or undefined. Python writes NaN and Infinity, which JSON does not know. */
export function jsonObject(text: string): { [key: string]: unknown } | undefined {
  if (!text.trimStart().startsWith('{')) return undefined
  for (const candidate of [text, text.replaceAll(/\b(?:NaN|-?Infinity)\b/g, 'null')]) {
    try {
      return JSON.parse(candidate) as { [key: string]: unknown }
    } catch {
      // The second candidate, or no JSON: then it is a text like any other.
    }
  }
  return undefined
}

/** Picks the named members that are text, numbers or truth values, texts cut. */
export function picked(from: { [key: string]: unknown }, names: readonly string[]): { [key: string]: Json } {
  const result: { [key: string]: Json } = {}
  for (const name of names) {
    const value = Object.hasOwn(from, name) ? from[name] : undefined
    if (typeof value === 'string') result[name] = value.slice(0, maxPromptLength)
    else if (typeof value === 'number' || typeof value === 'boolean') result[name] = value
  }
  return result
}

/** An object of JSON that is no list. */
export function isRecord(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
