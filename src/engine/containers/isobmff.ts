/**
 * A walk over the boxes of an ISO base media file (ISO/IEC 14496-12, 4.2: MP4, HEIF, AVIF) or of a QuickTime file, without
 * decoding it.
 */

/** A box, or what is left of it where the file or the box around it ends too early. */
export interface Box {
  /** Its four characters, Latin-1: `moov`, `©cmt`; of QuickTime's metadata items a number in four bytes. */
  type: string
  /** Its type behind those of the boxes around it: `moov/udta/meta`. */
  path: string
  /** The 16 bytes that name a `uuid` box, in lower-case hexadecimal. */
  uuid: string | undefined
  /** Of its first byte in the file. */
  offset: number
  /** Bytes of its header: size, type, and what belongs to them. */
  headerLength: number
  /** Bytes of the whole box that are there. */
  length: number
  /** Whether it claims more bytes than are there. */
  cut: boolean
}

/** Hours of fragmented film stay below. */
const maxBoxes = 50_000
const maxDepth = 12

/** Boxes that hold boxes, with how many bytes stand before the first. */
const holders: { readonly [type: string]: number } = {
  moov: 0, trak: 0, edts: 0, mdia: 0, minf: 0, dinf: 0, stbl: 0, mvex: 0, moof: 0, traf: 0, mfra: 0, udta: 0, meta: 4, ilst: 0, iprp: 0, ipco: 0
} // prettier-ignore

/** Reads what it can, in the order of the file, outer boxes before inner ones; what is no box ends the walk of what it stands in. */
export function readBoxes(bytes: Uint8Array): Box[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const boxes: Box[] = []
  walk(0, file.length, '', 0)
  return boxes

  function walk(from: number, to: number, outer: string, depth: number): void {
    let at = from
    while (at + 8 <= to && boxes.length < maxBoxes) {
      const box = readBox(file, at, to, outer)
      if (box === undefined) return
      boxes.push(box)
      const end = at + box.length
      const before = outer.endsWith('ilst/') ? 0 : holdersOffset(file, box)
      if (before !== undefined && depth < maxDepth) walk(at + box.headerLength + before, end, `${box.path}/`, depth + 1)
      at = end
    }
  }
}

function readBox(file: Buffer, at: number, to: number, outer: string): Box | undefined {
  const type = file.toString('latin1', at + 4, at + 8)
  let headerLength = 8
  let length = file.readUInt32BE(at)
  if (length === 0) length = to - at
  else if (length === 1) {
    if (at + 16 > to) return undefined
    headerLength = 16
    length = Number(file.readBigUInt64BE(at + 8))
  }
  let uuid: string | undefined
  if (type === 'uuid' && at + headerLength + 16 <= to) {
    uuid = file.toString('hex', at + headerLength, at + headerLength + 16)
    headerLength += 16
  }
  if (length < headerLength) return undefined
  return { type, path: outer + type, uuid, offset: at, headerLength, length: Math.min(length, to - at), cut: length > to - at }
}

function holdersOffset(file: Buffer, { type, offset, headerLength, length }: Box): number | undefined {
  if (!Object.hasOwn(holders, type)) return undefined
  // QuickTime's `meta` has no version and flags: its first box begins at once.
  const first = offset + headerLength
  const isQuickTime = type === 'meta' && length >= headerLength + 8 && file.toString('latin1', first + 4, first + 8) === 'hdlr'
  return isQuickTime ? 0 : holders[type]
}

/** What stands in a box, behind its header; a view into the file. */
export function contentsOf(bytes: Uint8Array, { offset, headerLength, length }: Box): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset + headerLength, length - headerLength)
}
