import { printableText } from './printableText.ts'

/** Chunks of the format itself, and those that others read. */
const knownChunks = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP', 'EXIF', 'XMP ', 'C2PA'])
const maxChunks = 20_000
const maxTexts = 20

/** The texts of chunks that are not of the format, by the chunks' names: readers are to pass over them (RFC 9649, 2.7.1.6). */
export function readWebpTexts(bytes: Uint8Array): { keyword: string; text: string }[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const texts: { keyword: string; text: string }[] = []
  for (let at = 12, chunk = 0; at + 8 <= file.length && chunk < maxChunks && texts.length < maxTexts; chunk++) {
    const name = file.toString('latin1', at, at + 4)
    const length = file.readUInt32LE(at + 4)
    const text = knownChunks.has(name) ? undefined : printableText(file.subarray(at + 8, at + 8 + length))
    if (text !== undefined) texts.push({ keyword: name.trim(), text })
    at += 8 + length + (length % 2)
  }
  return texts
}

/**
 * Counts the frames of a WebP file (RFC 9649, section 2.7), without decoding it.
 *
 * @param most where counting ends: a file that has more gives `most + 1`
 */
export function countWebpFrames(bytes: Uint8Array, most: number): number {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let frames = 0
  // `RIFF`, the size, `WEBP`; then chunks of a name, a length and data of an even number of bytes.
  for (let at = 12; at + 8 <= file.length && frames <= most; ) {
    if (file.toString('latin1', at, at + 4) === 'ANMF') frames++
    const length = file.readUInt32LE(at + 4)
    at += 8 + length + (length % 2)
  }
  return frames
}
