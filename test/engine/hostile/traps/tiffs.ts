import { deflateSync } from 'node:zlib'
import { asciiEntry, longEntry, pictureEntries, shortEntry, tiffBlock, types, type Entry } from '../tiffBlock.ts'
import { hostileExif, hostileText, hostileXmp } from './metadataBlocks.ts'
import type { Trap } from './trap.ts'

const strip = Buffer.alloc(64 * 64)
const sound = pictureEntries(64, 64, { block: 0 }, strip.length)

/** The picture's entries with some replaced or added, in the order of their tags. */
function changed(...entries: Entry[]): Entry[] {
  const tags = new Set(entries.map(({ tag }) => tag))
  return [...sound.filter(({ tag }) => !tags.has(tag)), ...entries].sort((a, b) => a.tag - b.tag)
}

function compressed(width: number, height: number, bytesPerPixel: number, ...entries: Entry[]): Buffer {
  const data = deflateSync(Buffer.alloc(width * height * bytesPerPixel))
  return tiffBlock([changed(longEntry(0x100, width), longEntry(0x101, height), shortEntry(0x103, 8), longEntry(0x116, height), longEntry(0x117, data.length), ...entries)], { blocks: [data] })
}

const samples = (count: number, bits: number) => [{ tag: 0x102, type: types.short, count, value: count > 2 ? Buffer.alloc(2 * count, Buffer.from([bits, 0])) : bits }, shortEntry(0x115, count)]

const mediaType = 'image/tiff'

export const tiffTraps: readonly Trap[] = [
  { name: 'tiff whose directory is its own next', mediaType, build: (random) => tiffBlock([sound], { bigEndian: random.chance(0.5), blocks: [strip], next: (_, offsets) => offsets[0]! }) },
  { name: 'tiff whose directories go round', mediaType, build: (random) => tiffBlock([sound, sound, sound], { bigEndian: random.chance(0.5), blocks: [strip], next: (index, offsets) => offsets[(index + 1) % 3]! }) },
  { name: 'tiff whose directories lie over each other', mediaType, build: (random) => tiffBlock([sound, sound], { blocks: [strip], next: (_, offsets) => offsets[0]! + random.pick([1, 2, 12, 0x7fffffff]) }) },
  { name: 'tiff of very many directories', mediaType, build: (random) => tiffBlock(Array.from({ length: random.pick([1_000, 60_000]) }, (_, index) => (index === 0 || random.chance(0.01) ? sound : [longEntry(0x100, 64)])), { blocks: [strip] }) },
  { name: 'tiff with inner directories that go round', mediaType, build: () => tiffBlock([changed(longEntry(0x14a, { directory: 0 }), longEntry(0x8769, { directory: 0 }), longEntry(0x8825, { directory: 0 }))], { blocks: [strip] }) },
  { name: 'tiff of an impossible size', mediaType, build: (random) => tiffBlock([changed(longEntry(0x100, random.pick([0, 1, 0x7fffffff, 0xffffffff])), longEntry(0x101, random.pick([0, 1, 0x80000000, 0xffffffff])))], { blocks: [strip] }) },
  { name: 'tiff of impossible strips', mediaType, build: (random) => tiffBlock([changed(longEntry(0x116, random.pick([0, 1, 0xffffffff])), { tag: 0x111, type: types.long, count: random.pick([0, 2, 0x10000000, 0xffffffff]), value: 8 }, { tag: 0x117, type: types.long, count: random.pick([0, 1, 0xffffffff]), value: random.pick([0, 0xffffffff]) })], { blocks: [strip] }) },
  { name: 'tiff of impossible tiles', mediaType, build: (random) => tiffBlock([changed(longEntry(0x142, random.pick([0, 16, 17, 0xfffffff0])), longEntry(0x143, random.pick([0, 16, 65_536, 0xfffffff0])), { tag: 0x144, type: types.long, count: random.pick([1, 0xffffffff]), value: 8 }, longEntry(0x145, 4_096))], { blocks: [strip] }) },
  { name: 'tiff of an impossible kind', mediaType, build: (random) => tiffBlock([changed(...samples(random.pick([1, 2, 3, 4, 5, 64, 65_535]), random.pick([0, 1, 3, 16, 32, 64, 65_535])), shortEntry(0x106, random.below(12)), shortEntry(0x153, random.below(8)), shortEntry(0x11c, random.below(3)), shortEntry(0x103, random.pick([1, 2, 3, 4, 5, 6, 7, 8, 32_773, 34_676, 34_712, 50_000, 50_001])))], { blocks: [strip] }) },
  { name: 'tiff of 100 megapixels', mediaType, heavy: true, build: () => compressed(10_000, 10_000, 3, ...samples(3, 8), shortEntry(0x106, 2)) },
  { name: 'tiff of 100 megapixels, 64 bits a sample', mediaType, heavy: true, build: () => compressed(9_000, 9_000, 8, ...samples(1, 64), shortEntry(0x153, 3)) },
  { name: 'tiff of 100 megapixels, four samples of 32 bits', mediaType, heavy: true, build: () => compressed(7_000, 7_000, 16, ...samples(4, 32), shortEntry(0x106, 2), shortEntry(0x153, 3)) },
  { name: 'tiff of many samples a pixel', mediaType, build: (random) => compressed(100, 100, random.pick([100, 3_000]), ...samples(random.pick([100, 3_000]), 8)) },
  { name: 'tiff of 100 megapixels with data for none', mediaType, heavy: true, build: (random) => tiffBlock([changed(longEntry(0x100, 10_000), longEntry(0x101, 10_000), longEntry(0x116, random.pick([1, 16, 10_000])), shortEntry(0x103, random.pick([1, 5, 8])))], { blocks: [strip] }) },
  { name: 'tiff with odd texts', mediaType, build: (random) => tiffBlock([changed(...[0x10d, 0x10e, 0x10f, 0x110, 0x131, 0x13b].map((tag) => asciiEntry(tag, hostileText(random))))], { bigEndian: random.chance(0.5), blocks: [strip] }) },
  { name: 'tiff with texts of many megabytes', mediaType, build: (random) => tiffBlock([changed(...[0x10e, 0x10f, 0x110, 0x131, 0x13b].map((tag) => ({ tag, type: types.ascii, count: 16_000_000, value: { block: 1 } })), longEntry(0x8769, { directory: 1 })), [{ tag: 0x9286, type: types.undefined, count: 16_000_000, value: { block: 1 } }, { tag: 0x927c, type: types.undefined, count: 16_000_000, value: { block: 1 } }]], { blocks: [strip, Buffer.alloc(16_000_000, random.pick([0, 0x41, 0xff]))], next: () => 0 }) },
  { name: 'tiff that is odd exif', mediaType, build: (random) => hostileExif(random) },
  { name: 'tiff with odd xmp', mediaType, build: (random) => { const xmp = hostileXmp(random, random.pick([10_000, 1_500_000])); return tiffBlock([changed({ tag: 0x2bc, type: types.byte, count: xmp.length, value: { block: 1 } })], { blocks: [strip, xmp] }) } },
  { name: 'tiff of nothing', mediaType, build: (random) => Buffer.concat([Buffer.from(random.pick(['II*\0', 'MM\0*', 'II+\0', 'MM\0+']), 'latin1'), random.bytes(random.below(200))]) }
]
