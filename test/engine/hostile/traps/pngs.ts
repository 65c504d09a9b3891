import { deflateSync } from 'node:zlib'
import { pngChunk, pngText, withPngChunks } from '../../pictures.ts'
import { pngEnd, pngHeader, pngSignature, repeated, u32be } from '../blocks.ts'
import { hostileExif, hostileText, hostileXmp } from './metadataBlocks.ts'
import type { Trap } from './trap.ts'

/** Zeros, compressed a thousandfold. */
function zeros(length: number): Buffer {
  return deflateSync(Buffer.alloc(length), { level: 9 })
}

/** A PNG of black pixels, whole: all of its rows are there. */
function black(width: number, height: number, { depth = 8, colour = 2, interlaced = 0, missing = 0 } = {}): Buffer {
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colour] ?? 1
  // An interlaced picture has a filter byte more for each row of each pass.
  const bytes = height * (Math.ceil((width * depth * channels) / 8) + 1) + interlaced * height * 8
  return Buffer.concat([pngSignature, pngHeader(width, height, { depth, colour, interlaced }), pngChunk('IDAT', zeros(Math.max(0, bytes - missing))), pngEnd])
}

const compressedText = (type: 'zTXt' | 'iTXt' | 'iCCP', length: number) => {
  const head = { zTXt: 'a\0\0', iTXt: 'a\0\u0001\0\0\0', iCCP: 'a\0\0' }[type]
  return pngChunk(type, Buffer.concat([Buffer.from(head, 'latin1'), zeros(length)]))
}

const mediaType = 'image/png'
const plain = 'png with alpha'

export const pngTraps: readonly Trap[] = [
  { name: 'png of 50,000 × 50,000', mediaType, build: (random) => Buffer.concat([pngSignature, pngHeader(50_000, 50_000, { interlaced: random.below(2) }), pngChunk('IDAT', zeros(10_000_000)), pngEnd]) },
  { name: 'png of an impossible size', mediaType, build: (random) => Buffer.concat([pngSignature, pngHeader(random.pick([0, 0x7fffffff, 0xffffffff, 1_000_000]), random.pick([0, 1, 0x7fffffff, 0x80000000])), pngChunk('IDAT', zeros(1_000)), pngEnd]) },
  { name: 'png of an impossible kind', mediaType, build: (random) => Buffer.concat([pngSignature, pngHeader(64, 64, { depth: random.below(40), colour: random.below(9), interlaced: random.below(4) }), pngChunk('PLTE', random.bytes(random.pick([0, 2, 768, 900]))), pngChunk('IDAT', zeros(40_000)), pngEnd]) },
  { name: 'png of one row or column', mediaType, heavy: true, build: (random) => (random.chance(0.5) ? black(1_000_000, 60) : black(20, 1_000_000)) },
  { name: 'png of 100 megapixels', mediaType, heavy: true, build: (random) => black(10_000, 10_000, random.pick([{ colour: 0, depth: 1 }, { colour: 2 }, { colour: 6, depth: 16 }])) },
  { name: 'png of 100 megapixels, interlaced', mediaType, heavy: true, build: (random) => black(10_000, 10_000, { interlaced: 1, ...random.pick([{ colour: 0 }, { colour: 6, depth: 16 }]) }) },
  { name: 'png of 100 megapixels, most of it missing', mediaType, heavy: true, build: (random) => black(10_000, 10_000, { missing: random.pick([10_000, 60_000_000, 290_000_000]) }) },
  { name: 'png with more data than pixels', mediaType, build: () => black(64, 64, { missing: -50_000_000 }) },
  { name: 'png with texts that unfold', mediaType, build: (random, seed) => withPngChunks(seed(plain).bytes, compressedText(random.pick(['zTXt', 'iTXt', 'iCCP']), random.pick([1_000_000, 50_000_000]))) },
  { name: 'png with many texts that unfold', mediaType, build: (random, seed) => withPngChunks(seed(plain).bytes, repeated(random.pick([100, 900]), compressedText(random.pick(['zTXt', 'iTXt']), random.pick([900_000, 7_900_000])))) },
  { name: 'png with many large records', mediaType, build: (_, seed) => withPngChunks(seed(plain).bytes, repeated(100, pngText('prompt', `{"a":"${'b'.repeat(990_000)}"`, 'zTXt'))) },
  { name: 'png of very many chunks', mediaType, build: (random, seed) => withPngChunks(seed(plain).bytes, repeated(100_000, pngChunk(random.pick(['tEXt', 'IDAT', 'prVt', 'tIME']), Buffer.from('a\0')))) },
  { name: 'png with odd texts', mediaType, build: (random, seed) => withPngChunks(seed(plain).bytes, ...Array.from({ length: 30 }, () => pngText(random.pick(['prompt', 'parameters', 'workflow', 'Software', 'Comment', 'sd-metadata', '\u001B[2J', 'Description']), hostileText(random), random.pick(['tEXt', 'zTXt', 'iTXt'])))) },
  { name: 'png with odd xmp', mediaType, build: (random, seed) => withPngChunks(seed(plain).bytes, pngText('XML:com.adobe.xmp', hostileXmp(random, random.pick([20_000, 900_000, 1_900_000])).toString(), 'iTXt')) },
  { name: 'png with odd exif', mediaType, build: (random, seed) => withPngChunks(seed(plain).bytes, pngChunk('eXIf', hostileExif(random))) },
  { name: 'png that says to be animated', mediaType, build: (random, seed) => withPngChunks(seed(plain).bytes, pngChunk('acTL', Buffer.concat([u32be(random.pick([0, 1, 0xffffffff])), u32be(0)])), pngChunk('fcTL', random.bytes(26))) },
  { name: 'png with an odd profile', mediaType, build: (random, seed) => withPngChunks(seed(plain).bytes, pngChunk('iCCP', Buffer.concat([Buffer.from('a\0\0', 'latin1'), deflateSync(random.bytes(4_000))]))) }
]
