/**
 * A walk over the blocks of a GIF file (GIF89a specification, sections 17–26), for its comments, its XMP and its size.
 */

const maxBlocks = 100_000
const maxComments = 20
const maxCommentBytes = 100_000

export interface GifTexts {
  comments: string[]
  xmp: Uint8Array | undefined
}

/** Reads what it can: a damaged structure ends the walk. */
export function readGif(bytes: Uint8Array): GifTexts {
  const comments: string[] = []
  let xmp: Uint8Array | undefined
  let at = 13 + colourTableBytes(bytes[10])
  for (let block = 0; block < maxBlocks && at < bytes.length && comments.length < maxComments; block++) {
    const introducer = bytes[at]
    if (introducer === 0x21) {
      const { data, next } = subBlocks(bytes, at + 2)
      if (bytes[at + 1] === 0xfe) comments.push(data.toString('utf8'))
      else if (data.toString('latin1', 0, 11) === 'XMP DataXMP') xmp = xmpBetween(bytes, at + 14, next)
      at = next
    } else if (introducer === 0x2c) {
      // Image descriptor (10 bytes), its colour table, the LZW code size, the data.
      at = subBlocks(bytes, at + 11 + colourTableBytes(bytes[at + 9])).next
    } else break
  }
  return { comments, xmp }
}

/**
 * Counts the blocks of a GIF, pictures and extensions.
 *
 * @param most where counting ends: a file that has more gives `most + 1`
 */
export function countGifBlocks(bytes: Uint8Array, most: number): number {
  let blocks = 0
  for (let at = 13 + colourTableBytes(bytes[10]); at < bytes.length && blocks <= most; blocks++) {
    if (bytes[at] === 0x21) at = endOfSubBlocks(bytes, at + 2)
    else if (bytes[at] === 0x2c) at = endOfSubBlocks(bytes, at + 11 + colourTableBytes(bytes[at + 9]))
    else break
  }
  return blocks
}

function endOfSubBlocks(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at]!
  return at + 1
}

/**
 * XMP stands in its extension as it is, not in sub-blocks; a trailer of 258 bytes leads a reader of sub-blocks out of it
 * (XMP specification, part 3, 1.1.2).
 */
function xmpBetween(bytes: Uint8Array, from: number, to: number): Uint8Array | undefined {
  const packet = Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, to - from))
  // The trailer begins with 0x01 0xFF, and 0xFF is no byte of UTF-8.
  const end = packet.indexOf(Buffer.from([0x01, 0xff]))
  return end < 0 ? undefined : packet.subarray(0, end)
}

function colourTableBytes(packed = 0): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 0x07) + 1) : 0
}

function subBlocks(bytes: Uint8Array, from: number): { data: Buffer; next: number } {
  const parts: Uint8Array[] = []
  let kept = 0
  let at = from
  while (at < bytes.length && bytes[at] !== 0) {
    const size = bytes[at]!
    if (kept < maxCommentBytes) parts.push(bytes.subarray(at + 1, at + 1 + size))
    kept += size
    at += 1 + size
  }
  return { data: Buffer.concat(parts), next: at + 1 }
}
