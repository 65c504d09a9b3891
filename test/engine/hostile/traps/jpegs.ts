import { exifSegment, iptcSegment, jpegSegment, repeated, u16be, withSegments, xmpSegment } from '../blocks.ts'
import type { Random } from '../random.ts'
import { hostileExif, hostileText, hostileXmp, thumbnailExif } from './metadataBlocks.ts'
import type { Trap } from './trap.ts'

const start = Buffer.from([0xff, 0xd8])
const end = Buffer.from([0xff, 0xd9])
const table = jpegSegment(0xdb, Buffer.concat([Buffer.from([0]), Buffer.alloc(64, 1)]))
/** Two codes of one and two bits: for DC the category 0; for AC a run of 16,384 to 32,767 empty blocks, and an empty block. */
const dcCodes = jpegSegment(0xc4, Buffer.concat([Buffer.from([0x00, 1]), Buffer.alloc(15), Buffer.from([0])]))
const acCodes = jpegSegment(0xc4, Buffer.concat([Buffer.from([0x10, 1, 1]), Buffer.alloc(14), Buffer.from([0xe0, 0x00])]))

function frame(marker: number, width: number, height: number, { precision = 8, components = 1, sampling = 0x11 } = {}): Buffer {
  const each = Array.from({ length: components }, (_, index) => Buffer.from([index + 1, index === 0 ? sampling : 0x11, 0]))
  return jpegSegment(marker, Buffer.concat([Buffer.from([precision]), u16be(height), u16be(width), Buffer.from([components]), ...each]))
}

function scan(from: number, to: number, data: Buffer, components = 1): Buffer {
  const each = Array.from({ length: components }, (_, index) => Buffer.from([index + 1, 0]))
  return Buffer.concat([jpegSegment(0xda, Buffer.concat([Buffer.from([components]), ...each, Buffer.from([from, to, 0])])), data])
}

/** A sound progressive JPEG of one colour: one scan of means, then as many of details as one likes, of a few bytes each. */
export function manyScans(width: number, height: number, scans: number): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8)
  const means = scan(0, 0, Buffer.alloc(Math.ceil(blocks / 8)))
  // Bit 0, then fourteen bits of the run's length, all zero: 16,384 blocks in 15 bits.
  const details = scan(1, 63, Buffer.alloc(Math.ceil((Math.ceil(blocks / 16_384) * 15) / 8)))
  return Buffer.concat([start, table, frame(0xc2, width, height), dcCodes, acCodes, means, repeated(scans, details), end])
}

/** A baseline JPEG that says one size and has data for as much as there is. */
function claiming(width: number, height: number, data: Buffer = Buffer.alloc(2_000), options: Parameters<typeof frame>[3] & { marker?: number } = {}): Buffer {
  return Buffer.concat([start, table, frame(options.marker ?? 0xc0, width, height, options), dcCodes, acCodes, scan(0, 63, data, options.components), end])
}

function restarts(random: Random): Buffer {
  const markers = Buffer.from(Array.from({ length: 8 }, (_, index) => [0x00, 0xff, 0xd0 + index]).flat())
  const data = repeated(random.pick([100, 10_000, 60_000]), markers)
  return Buffer.concat([start, table, frame(0xc0, 4_000, 1_000), dcCodes, acCodes, jpegSegment(0xdd, u16be(random.pick([1, 0, 65_535]))), scan(0, 63, data), end])
}

const icc = (random: Random) => (index: number, count: number, data = random.bytes(3_000)) =>
  jpegSegment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0', 'latin1'), Buffer.from([index, count]), data]))

const mediaType = 'image/jpeg'

export const jpegTraps: readonly Trap[] = [
  { name: 'jpeg of 65535 × 65535', mediaType, build: (random) => claiming(65_535, 65_535, Buffer.alloc(2_000), { marker: random.pick([0xc0, 0xc2]), components: random.pick([1, 3]) }) },
  { name: 'jpeg of one row or column', mediaType, build: (random) => (random.chance(0.5) ? claiming(65_535, 1) : claiming(1, 65_535)) },
  { name: 'jpeg without height', mediaType, build: () => claiming(64, 0) },
  { name: 'jpeg of a rare process', mediaType, build: (random) => claiming(640, 480, random.bytes(9_000), { marker: 0xc0 + random.below(16), precision: random.pick([2, 8, 12, 16]), components: random.pick([1, 2, 3, 4, 10]), sampling: random.pick([0x11, 0x22, 0x44, 0x41, 0x00, 0x33]) }) },
  { name: 'jpeg of 100 megapixels with data for none', mediaType, heavy: true, build: (random) => claiming(10_000, 10_000, random.bytes(2_000), { components: 3 }) },
  { name: 'jpeg of thousands of scans', mediaType, build: (random) => manyScans(320, 240, random.pick([90, 1_000, 8_000, 30_000])) },
  { name: 'jpeg of 100 megapixels and many scans', mediaType, heavy: true, build: (random) => manyScans(10_000, 10_000, random.pick([5, 40, 95, 2_000])) },
  { name: 'jpeg of 12 megapixels and many scans', mediaType, build: (random) => manyScans(4_000, 3_000, random.pick([20, 95, 800])) },
  { name: 'jpeg of restart markers', mediaType, build: restarts },
  { name: 'jpeg of very many segments', mediaType, build: (random, seed) => withSegments(seed('jpeg baseline').bytes, repeated(random.pick([4_000, 100_000]), random.pick([jpegSegment(0xfe, Buffer.alloc(0)), jpegSegment(0xe5, Buffer.from('a')), jpegSegment(0xe1, Buffer.from('Exif\0\0')), table]))) },
  { name: 'jpeg with many large segments', mediaType, build: (random, seed) => withSegments(seed('jpeg baseline').bytes, repeated(60, jpegSegment(random.pick([0xe1, 0xe2, 0xeb, 0xed, 0xfe]), Buffer.concat([Buffer.from(random.pick(['JP', 'Exif\0\0', 'ICC_PROFILE\0\u0001\u0001', 'Photoshop 3.0\0'])), Buffer.alloc(60_000, 0x41)])))) },
  { name: 'jpeg of fill bytes', mediaType, build: (_, seed) => Buffer.concat([start, Buffer.alloc(500_000, 0xff), seed('jpeg baseline').bytes.subarray(3)]) },
  { name: 'jpeg with odd exif', mediaType, build: (random, seed) => withSegments(seed('jpeg baseline').bytes, exifSegment(hostileExif(random))) },
  { name: 'jpeg with odd xmp', mediaType, build: (random, seed) => withSegments(seed('jpeg baseline').bytes, xmpSegment(hostileXmp(random, 60_000))) },
  { name: 'jpeg with odd iptc', mediaType, build: (random, seed) => withSegments(seed('jpeg baseline').bytes, iptcSegment(Array.from({ length: random.pick([1, 50, 8_000]) }, () => ({ set: random.below(256), value: Buffer.from(hostileText(random)).subarray(0, random.pick([0, 5, 30_000])), ...(random.chance(0.3) ? { length: random.below(65_536) } : {}) })))) },
  { name: 'jpeg with odd comments', mediaType, build: (random, seed) => withSegments(seed('jpeg baseline').bytes, ...Array.from({ length: 30 }, () => jpegSegment(0xfe, Buffer.from(hostileText(random)).subarray(0, 65_000)))) },
  { name: 'jpeg with odd profile', mediaType, build: (random, seed) => withSegments(seed('jpeg baseline').bytes, ...Array.from({ length: 6 }, (_, index) => icc(random)(random.pick([0, index + 1, 255]), random.pick([0, 6, 255])))) },
  { name: 'jpeg with a thumbnail of many scans', mediaType, build: (random, seed) => withSegments(seed('jpeg baseline').bytes, exifSegment(thumbnailExif(manyScans(random.pick([160, 1_400]), random.pick([120, 1_400]), 3_000)))) },
  { name: 'jpeg with a giant thumbnail', mediaType, build: (random, seed) => withSegments(seed('jpeg baseline').bytes, exifSegment(thumbnailExif(claiming(random.pick([65_535, 1_000]), random.pick([65_535, 1]))))) },
  { name: 'jpeg with another file as its thumbnail', mediaType, build: (random, seed) => withSegments(seed('jpeg baseline').bytes, exifSegment(thumbnailExif(seed(random.pick(['tiff tiled', 'png 16 bit', 'gif animated', 'webp animated', 'avif', 'jpeg cmyk with profile'])).bytes))) }
]
