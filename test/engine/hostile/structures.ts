import { crc32 } from 'node:zlib'
import { heifBoxes } from './heif.ts'
import type { Mutator } from './bytes.ts'
import { riffChunks } from './blocks.ts'
import type { Random } from './random.ts'

/**
 * Changes that know a container: its parts are taken out, doubled, put in another order, or made to lie about their
 * length, with everything around them left in order, so that readers come past the first check.
 */

/** A part of a container: from its header's first byte to its last, and where its length stands. */
interface Part {
  start: number
  end: number
  /** Width 0: it has none. */
  length: { at: number; width: 0 | 1 | 2 | 4; bigEndian: boolean }
}

/** What to do with parts, whatever the container. */
function onParts(partsOf: (file: Buffer) => Part[], repair: (file: Buffer) => Buffer = (file) => file): { readonly [name: string]: Mutator } {
  const withParts =
    (change: (file: Buffer, parts: Part[], random: Random) => Buffer): Mutator =>
    (file, random) => {
      const parts = partsOf(file)
      return parts.length === 0 ? file : repair(change(file, parts, random))
    }
  const cut = (file: Buffer, { start, end }: Part) => file.subarray(start, end)
  return {
    removePart: withParts((file, parts, random) => {
      const part = random.pick(parts)
      return Buffer.concat([file.subarray(0, part.start), file.subarray(part.end)])
    }),
    repeatPart: withParts((file, parts, random) => {
      const part = random.pick(parts)
      const copies = Array.from({ length: random.pick([1, 2, 30, 500]) }, () => cut(file, part))
      return Buffer.concat([file.subarray(0, part.end), ...copies, file.subarray(part.end)])
    }),
    swapParts: withParts((file, parts, random) => {
      const [a, b] = [random.pick(parts), random.pick(parts)].sort((x, y) => x.start - y.start) as [Part, Part]
      if (b.start < a.end) return file
      return Buffer.concat([file.subarray(0, a.start), cut(file, b), file.subarray(a.end, b.start), cut(file, a), file.subarray(b.end)])
    }),
    nestPart: withParts((file, parts, random) => {
      const [inner, outer] = [random.pick(parts), random.pick(parts)]
      const middle = (outer.start + outer.end) >> 1
      return Buffer.concat([file.subarray(0, middle), cut(file, inner), file.subarray(middle)])
    }),
    lieAboutLength: withParts((file, parts, random) => {
      const { start, end, length } = random.pick(parts)
      const real = end - start
      if (length.width === 0) return file
      const most = 2 ** (8 * length.width) - 1
      const lie = Math.min(most, random.pick([0, 1, 2, 7, real - 1, real + 1, real * 2, file.length - start, file.length - start + 1, most >>> 1, most - 1, most]))
      const changed = Buffer.from(file)
      if (length.bigEndian) changed.writeUIntBE(lie, length.at, length.width)
      else changed.writeUIntLE(lie, length.at, length.width)
      return changed
    }),
    breakContents: withParts((file, parts, random) => {
      const { start, end } = random.pick(parts)
      const changed = Buffer.from(file)
      for (let times = 1 + random.below(8); times > 0; times--) changed[Math.min(end - 1, start + 4 + random.below(Math.max(1, end - start - 4)))] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)])
      return changed
    })
  }
}

function jpegParts(file: Buffer): Part[] {
  const parts: Part[] = []
  for (let at = 2; at + 4 <= file.length && file[at] === 0xff && parts.length < 200; ) {
    const end = Math.min(file.length, at + 2 + file.readUInt16BE(at + 2))
    parts.push({ start: at, end, length: { at: at + 2, width: 2, bigEndian: true } })
    if (file[at + 1] === 0xda) break
    at = end
  }
  return parts
}

function pngParts(file: Buffer): Part[] {
  const parts: Part[] = []
  for (let at = 8; at + 12 <= file.length && parts.length < 500; ) {
    const end = Math.min(file.length, at + 12 + file.readUInt32BE(at))
    parts.push({ start: at, end, length: { at, width: 4, bigEndian: true } })
    at = end
  }
  return parts
}

/** Right checksums over whatever stands there, as far as the chunks can be followed. */
function withRightChecksums(file: Buffer): Buffer {
  const right = Buffer.from(file)
  for (let at = 8, chunk = 0; at + 12 <= right.length && chunk < 1_000; chunk++) {
    const end = at + 12 + right.readUInt32BE(at)
    if (end > right.length) break
    right.writeUInt32BE(crc32(right.subarray(at + 4, end - 4)), end - 4)
    at = end
  }
  return right
}

function webpParts(file: Buffer): Part[] {
  return riffChunks(file).map(({ start, end }) => ({ start, end, length: { at: start + 4, width: 4, bigEndian: false } }))
}

function gifParts(file: Buffer): Part[] {
  const tableBytes = (packed = 0) => (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0)
  const parts: Part[] = []
  for (let at = 13 + tableBytes(file[10]); at + 3 < file.length && parts.length < 200; ) {
    const isPicture = file[at] === 0x2c
    if (!isPicture && file[at] !== 0x21) break
    const data = at + (isPicture ? 11 + tableBytes(file[at + 9]) : 2)
    let end = data
    while (end < file.length && file[end] !== 0) end += 1 + file[end]!
    end = Math.min(file.length, end + 1)
    parts.push({ start: at, end, length: { at: Math.min(data, file.length - 1), width: 1, bigEndian: true } })
    at = end
  }
  return parts
}

/** The entries of the first directory, each with its count as length. */
function tiffParts(file: Buffer): Part[] {
  if (file.length < 10) return []
  const bigEndian = file[0] === 0x4d
  const start = bigEndian ? file.readUInt32BE(4) : file.readUInt32LE(4)
  if (start + 2 > file.length) return []
  const count = Math.min(60, bigEndian ? file.readUInt16BE(start) : file.readUInt16LE(start))
  return Array.from({ length: count }, (_, index): Part => {
    const at = start + 2 + 12 * index
    return { start: at, end: at + 12, length: { at: at + 4, width: 4, bigEndian } }
  }).filter(({ end }) => end <= file.length)
}

function heifParts(file: Buffer): Part[] {
  return heifBoxes(file).map(({ start, end }) => ({ start, end, length: { at: start, width: 4, bigEndian: true } }))
}

/** By the media type's second half. PNG comes twice: with the checksums left as they were, and with right ones. */
export const structureMutators: { readonly [format: string]: readonly { readonly [name: string]: Mutator }[] } = {
  jpeg: [onParts(jpegParts)],
  png: [onParts(pngParts), onParts(pngParts, withRightChecksums)],
  webp: [onParts(webpParts)],
  gif: [onParts(gifParts)],
  tiff: [onParts(tiffParts)],
  avif: [onParts(heifParts)],
  heic: [onParts(heifParts)],
  heif: [onParts(heifParts)]
}
