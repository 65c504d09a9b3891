import { gunzipSync } from 'node:zlib'
import type { PlacedText } from './trace.ts'
import { jsonObject } from './trace.ts'

/*
 * “Stealth PNG info”: NovelAI and extensions of Stable Diffusion's web UI write their record a second time, into the lowest bits of the
 * pixels, where it outlives programs that remove all metadata and keep the pixels. The bits stand column by column from the top left: the
 * name of the form in ASCII, the length of the data in bits (32, big-endian), the data in UTF-8, plain or compressed with gzip. Either in
 * the opacity, a bit a pixel, or in red, green and blue, three bits a pixel.
 */

const inAlpha = ['stealth_pnginfo', 'stealth_pngcomp']
const inColours = ['stealth_rgbinfo', 'stealth_rgbcomp']
const nameBytes = 15
/** A prompt and its settings take some kilobytes. */
const maxDataBytes = 500_000

/** Reads one after another byte out of the lowest bits; undefined behind the last. */
type Bits = (count: number) => Buffer | undefined

/** How such a text’s place begins. */
export const hiddenPlaces = ['lowest bits of the colours', 'lowest bits of the opacity'] as const

/**
 * @param opacity `height × width`, row-major, 0–255
 */
export function stealthInOpacity(opacity: Uint8Array, width: number, height: number): PlacedText[] {
  return readRecord(
    bitReader(opacity.length, (index) => opacity[(index % height) * width + Math.floor(index / height)]!),
    inAlpha,
    hiddenPlaces[1]
  )
}

/** @param rgb `height × width × 3`, row-major, interleaved */
export function stealthInColours(rgb: Uint8Array, width: number, height: number): PlacedText[] {
  const sample = (index: number) => {
    const pixel = Math.floor(index / 3)
    return rgb[((pixel % height) * width + Math.floor(pixel / height)) * 3 + (index % 3)]!
  }
  return readRecord(bitReader(rgb.length, sample), inColours, hiddenPlaces[0])
}

function bitReader(total: number, sample: (index: number) => number): Bits {
  let at = 0
  return (count) => {
    if (at + 8 * count > total) return undefined
    const bytes = Buffer.alloc(count)
    for (let byte = 0; byte < count; byte++) for (let bit = 7; bit >= 0; bit--) bytes[byte]! |= (sample(at++) & 1) << bit
    return bytes
  }
}

function readRecord(bits: Bits, names: string[], where: string): PlacedText[] {
  const name = bits(nameBytes)?.toString('latin1') ?? ''
  if (!names.includes(name)) return []
  const length = (bits(4)?.readUInt32BE(0) ?? 0) >>> 3
  const data = length > 0 && length <= maxDataBytes ? bits(length) : undefined
  const text = data && (name.endsWith('comp') ? unfolded(data) : data)?.toString('utf8')
  if (text === undefined) return []
  // NovelAI's is an object of what would stand in the PNG's texts; others write the text itself.
  const record = jsonObject(text)
  const entries = record === undefined ? [] : Object.entries(record).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return entries.length > 0
    ? entries.slice(0, 50).map(([keyword, value]) => ({ where: `${where}, “${keyword}”`, keyword, text: value }))
    : [{ where, keyword: 'parameters', text }]
}

function unfolded(data: Buffer): Buffer | undefined {
  try {
    return gunzipSync(data, { maxOutputLength: 2 * maxDataBytes })
  } catch {
    // Not gzip, cut, or a bomb: nothing can be read.
    return undefined
  }
}
