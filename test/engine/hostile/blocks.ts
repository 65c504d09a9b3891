import { pngChunk } from '../pictures.ts'

/**
 * The building blocks of the containers, written with whatever lengths one asks for.
 */

/** A JPEG segment; its length field counts itself. */
export function jpegSegment(marker: number, payload: Uint8Array, length = payload.length + 2): Buffer<ArrayBuffer> {
  return Buffer.concat([Buffer.from([0xff, marker, (length >> 8) & 0xff, length & 0xff]), payload])
}

/** Puts segments directly behind a JPEG's first marker. */
export function withSegments(jpeg: Buffer, ...segments: Buffer[]): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)])
}

/** A JPEG's EXIF segment. */
export function exifSegment(block: Buffer): Buffer {
  return jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), block.subarray(0, 65_000)]))
}

export function xmpSegment(packet: Buffer | string): Buffer {
  return jpegSegment(0xe1, Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1'), Buffer.from(packet).subarray(0, 65_000)]))
}

/** Photoshop's segment with one resource: IPTC data sets of record 2 (IIM 4.2, chapter 1). */
export function iptcSegment(dataSets: readonly { set: number; value: Buffer; length?: number }[]): Buffer {
  const data = dataSets.map(({ set, value, length = value.length }) =>
    Buffer.concat([Buffer.from([0x1c, 2, set, (length >> 8) & 0xff, length & 0xff]), value])
  )
  const resource = Buffer.concat(data)
  const head = Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\0', 'latin1')
  head.writeUInt32BE(resource.length, head.length - 4)
  return jpegSegment(0xed, Buffer.concat([head, resource, Buffer.alloc(resource.length % 2)]).subarray(0, 65_000))
}

/** The header chunk of a PNG. */
export function pngHeader(width: number, height: number, { depth = 8, colour = 2, interlaced = 0 } = {}): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width >>> 0, 0)
  header.writeUInt32BE(height >>> 0, 4)
  header.set([depth, colour, 0, 0, interlaced], 8)
  return pngChunk('IHDR', header)
}

export const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
export const pngEnd = pngChunk('IEND', Buffer.alloc(0))

/** A RIFF chunk, padded to an even length. */
export function riffChunk(type: string, data: Uint8Array, length = data.length): Buffer {
  return Buffer.concat([Buffer.from(type, 'latin1'), u32le(length), data, Buffer.alloc(data.length % 2)])
}

/** A WebP file of these chunks. */
export function webpOf(...chunks: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from('WEBP', 'latin1'), ...chunks])
  return Buffer.concat([Buffer.from('RIFF', 'latin1'), u32le(body.length), body])
}

/** The chunk in front of an extended WebP. Flags: 2 animation, 4 XMP, 8 EXIF, 16 alpha, 32 ICC. */
export function vp8x(flags: number, width: number, height: number): Buffer {
  return riffChunk('VP8X', Buffer.concat([Buffer.from([flags, 0, 0, 0]), u24le(width - 1), u24le(height - 1)]))
}

/** One frame of an animated WebP. */
export function webpFrame(bitstream: Buffer, width: number, height: number, { x = 0, y = 0 } = {}): Buffer {
  const head = Buffer.concat([u24le(x / 2), u24le(y / 2), u24le(width - 1), u24le(height - 1), u24le(100), Buffer.from([0])])
  return riffChunk('ANMF', Buffer.concat([head, bitstream]))
}

/** The chunks of a WebP file, or of what is left of one. */
export function riffChunks(webp: Buffer): { type: string; start: number; end: number }[] {
  const chunks: { type: string; start: number; end: number }[] = []
  for (let at = 12; at + 8 <= webp.length; ) {
    const length = webp.readUInt32LE(at + 4)
    const end = Math.min(webp.length, at + 8 + length + (length % 2))
    chunks.push({ type: webp.toString('latin1', at, at + 4), start: at, end })
    at = end
  }
  return chunks
}

export function u16be(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value & 0xffff)
  return bytes
}

export function u32be(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

export function u16le(value: number): Buffer {
  return u16be(value).swap16()
}

export function u24le(value: number): Buffer {
  return u32le(value).subarray(0, 3)
}

export function u32le(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

/** The same bytes so many times: hundreds of thousands are no list of arguments any more. */
export function repeated(times: number, part: Uint8Array): Buffer<ArrayBuffer> {
  const whole = Buffer.alloc(times * part.length)
  return part.length === 0 ? whole : whole.fill(part)
}
