import sharp from 'sharp'
import { repeated, riffChunk, riffChunks, u16le, vp8x, webpFrame, webpOf } from '../blocks.ts'
import type { Random } from '../random.ts'
import { hostileExif, hostileText, hostileXmp } from './metadataBlocks.ts'
import type { Trap } from './trap.ts'

/** The picture's bitstream of a WebP without metadata. */
function bitstream(webp: Buffer): Buffer {
  const { start, end } = riffChunks(webp).find(({ type }) => type === 'VP8 ' || type === 'VP8L')!
  return webp.subarray(start, end)
}

function animated(webp: Buffer, frames: number, canvas: [width: number, height: number]): Buffer {
  const frame = webpFrame(bitstream(webp), 72, 56)
  return webpOf(vp8x(2, ...canvas), riffChunk('ANIM', Buffer.alloc(6)), repeated(frames, frame))
}

/** A still picture with blocks of metadata as chunks. */
function extended(webp: Buffer, flags: number, ...chunks: Buffer[]): Buffer {
  return webpOf(vp8x(flags, 72, 56), bitstream(webp), ...chunks)
}

const webpType = 'image/webp'

export const webpTraps: readonly Trap[] = [
  { name: 'webp of 10,000 frames', mediaType: webpType, build: (_, seed) => animated(seed('webp lossless').bytes, 10_000, [72, 56]) },
  { name: 'webp of a giant canvas', mediaType: webpType, build: (random, seed) => animated(seed('webp lossless').bytes, 3, random.pick([[16_777_216, 16_777_216], [16_384, 16_384], [1, 16_777_216], [65_536, 65_536]])) },
  { name: 'webp of a canvas of 100 megapixels', mediaType: webpType, heavy: true, build: (random, seed) => animated(seed('webp lossless').bytes, random.pick([1, 1_000]), [10_000, 10_000]) },
  { name: 'webp of 100 megapixels', mediaType: webpType, heavy: true, build: (random) => sharp({ create: { width: 10_000, height: 10_000, channels: 3, background: '#888' } }).webp({ lossless: random.chance(0.5), effort: 0 }).toBuffer() },
  { name: 'webp of empty frames', mediaType: webpType, build: (random) => webpOf(vp8x(2, 72, 56), riffChunk('ANIM', Buffer.alloc(6)), repeated(random.pick([1, 200_000]), riffChunk('ANMF', Buffer.alloc(random.pick([0, 16]))))) },
  { name: 'webp of very many chunks', mediaType: webpType, build: (random, seed) => extended(seed('webp lossless').bytes, 12, repeated(200_000, riffChunk(random.pick(['EXIF', 'XMP ', 'prVt']), Buffer.alloc(2)))) },
  { name: 'webp whose bitstream claims another size', mediaType: webpType, build: (random, seed) => { const file = Buffer.from(seed('webp lossless').bytes); file.fill(0xff, 21, 24 + random.below(2)); return file } },
  { name: 'webp with odd exif', mediaType: webpType, build: (random, seed) => extended(seed('webp lossless').bytes, 8, riffChunk('EXIF', hostileExif(random))) },
  { name: 'webp with odd xmp', mediaType: webpType, build: (random, seed) => extended(seed('webp lossless').bytes, 4, riffChunk('XMP ', hostileXmp(random, random.pick([10_000, 300_000, 1_900_000])))) },
  { name: 'webp with metadata of many megabytes', mediaType: webpType, build: (random, seed) => extended(seed('webp lossless').bytes, 12, riffChunk('EXIF', Buffer.concat([hostileExif(random), Buffer.alloc(20_000_000)])), riffChunk('XMP ', Buffer.alloc(20_000_000, 0x3c))) }
]

/** A GIF with this canvas, of frames that may have another size than they say. */
function gif(canvas: [width: number, height: number], frames: Buffer, before: Buffer = Buffer.alloc(0)): Buffer {
  const screen = Buffer.concat([Buffer.from('GIF89a'), u16le(canvas[0]), u16le(canvas[1]), Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255])])
  return Buffer.concat([screen, before, frames, Buffer.from([0x3b])])
}

/** One frame; its data is one pixel and the end (GIF89a, appendix F), whatever size it claims. */
function gifFrame(width: number, height: number, data = Buffer.from([2, 2, 0x44, 0x01, 0]), { left = 0, top = 0 } = {}): Buffer {
  const control = Buffer.from([0x21, 0xf9, 4, 0x08, 1, 0, 0, 0])
  return Buffer.concat([control, Buffer.from([0x2c]), u16le(left), u16le(top), u16le(width), u16le(height), Buffer.from([0]), data])
}

function comment(random: Random, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 255) }, () => Buffer.concat([Buffer.from([255]), Buffer.from(hostileText(random)).subarray(0, 255), Buffer.alloc(255)]).subarray(0, 256))
  return Buffer.concat([Buffer.from([0x21, 0xfe]), ...blocks, Buffer.from([0])])
}

const gifType = 'image/gif'

export const gifTraps: readonly Trap[] = [
  { name: 'gif of a giant canvas and many frames', mediaType: gifType, build: (random) => gif([65_535, 65_535], repeated(random.pick([1, 1_000]), gifFrame(65_535, 65_535))) },
  { name: 'gif whose frame is larger than its canvas', mediaType: gifType, build: (random) => gif([10, 10], repeated(3, gifFrame(random.pick([65_535, 20_000]), random.pick([65_535, 1])))) },
  { name: 'gif of very many frames', mediaType: gifType, build: (random) => gif([72, 56], repeated(random.pick([10_000, 200_000]), gifFrame(1, 1, undefined, { left: random.below(72), top: random.below(56) }))) },
  { name: 'gif of 100 megapixels', mediaType: gifType, heavy: true, build: (random) => gif([10_000, 10_000], repeated(random.pick([1, 50]), gifFrame(10_000, 10_000))) },
  { name: 'gif of empty frames', mediaType: gifType, build: (random) => gif([random.pick([0, 1]), 1], repeated(100, gifFrame(0, 0))) },
  { name: 'gif of odd codes', mediaType: gifType, build: (random) => gif([400, 300], repeated(4, gifFrame(400, 300, Buffer.concat([Buffer.from([random.below(256)]), ...Array.from({ length: 200 }, () => Buffer.concat([Buffer.from([254]), random.bytes(254)])), Buffer.from([0])])))) },
  { name: 'gif with odd comments', mediaType: gifType, build: (random) => gif([10, 10], gifFrame(10, 10), Buffer.concat(Array.from({ length: 30 }, () => comment(random, random.pick([10, 5_000, 500_000]))))) },
  { name: 'gif of very many extensions', mediaType: gifType, build: (random) => gif([10, 10], gifFrame(10, 10), repeated(300_000, Buffer.from([0x21, random.pick([0xfe, 0xf9, 0xff, 0x01]), 0]))) },
  { name: 'gif with xmp that does not end', mediaType: gifType, build: (random) => gif([10, 10], gifFrame(10, 10), Buffer.concat([Buffer.from('\x21\xff\x0bXMP DataXMP', 'latin1'), hostileXmp(random, random.pick([1_000, 1_500_000])), Buffer.from(random.pick([[1, 255, 0], [0], []]))])) }
]
