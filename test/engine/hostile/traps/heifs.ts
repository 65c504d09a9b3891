import { heic } from '../../heic.ts'
import { u32be } from '../blocks.ts'
import { heifBoxes, withBoxContents } from '../heif.ts'
import type { Random } from '../random.ts'
import { hostileExif } from './metadataBlocks.ts'
import type { Trap } from './trap.ts'

const size = (width: number, height: number) => Buffer.concat([u32be(0), u32be(width), u32be(height)])

function withSize(file: Buffer, random: Random): Buffer {
  const side = () => random.pick([0, 1, 10_000, 65_536, 0x7fffffff, 0xffffffff])
  return withBoxContents(file, 'ispe', size(side(), side()))
}

/** A box inside of a box inside of a box, in front of the media data. */
function nested(file: Buffer, depth: number, type: string): Buffer {
  let inner = Buffer.alloc(0)
  for (let level = 0; level < depth; level++) inner = Buffer.concat([u32be(inner.length + 8), Buffer.from(type, 'latin1'), inner])
  const first = file.readUInt32BE(0)
  return Buffer.concat([file.subarray(0, first), inner, file.subarray(first)])
}

/** Random numbers in one box, behind its version and flags. */
function scrambled(file: Buffer, type: string, random: Random): Buffer {
  const changed = Buffer.from(file)
  for (const { start, end } of heifBoxes(file).filter((box) => box.type === type)) {
    for (let times = 0; times < 6; times++) changed[start + 12 + random.below(Math.max(1, end - start - 12))] = random.pick([0, 1, 2, 0x7f, 0xff, random.below(256)])
  }
  return changed
}

const avif = 'image/avif'
const heicType = 'image/heic'
const inner = ['iloc', 'iinf', 'infe', 'iref', 'ipma', 'pitm', 'ispe', 'av1C', 'pixi', 'colr', 'hdlr', 'ipco']

export const heifTraps: readonly Trap[] = [
  { name: 'avif of a giant size', mediaType: avif, build: (random, seed) => withSize(seed('avif').bytes, random) },
  { name: 'heic of a giant size', mediaType: heicType, build: (random, seed) => withSize(seed('heic').bytes, random) },
  { name: 'avif of 10,000 × 10,000 by its word', mediaType: avif, build: (_, seed) => withBoxContents(seed('avif').bytes, 'ispe', size(10_000, 10_000)) },
  { name: 'avif with odd boxes', mediaType: avif, build: (random, seed) => scrambled(seed(random.pick(['avif', 'avif 4:4:4 with alpha'])).bytes, random.pick(inner), random) },
  { name: 'heic with odd boxes', mediaType: heicType, build: (random, seed) => scrambled(seed('heic').bytes, random.pick([...inner, 'hvcC']), random) },
  { name: 'avif of nested boxes', mediaType: avif, build: (random, seed) => nested(seed('avif').bytes, random.pick([10, 3_000]), random.pick(['meta', 'moov', 'free', 'iprp', 'ipco', 'udta'])) },
  { name: 'avif that calls itself a grid', mediaType: avif, build: (random, seed) => replaced(seed(random.pick(['avif', 'avif 4:4:4 with alpha'])).bytes, 'av01', random.pick(['grid', 'iden', 'iovl', 'hvc1', 'jpeg', 'Exif'])) },
  { name: 'avif with other references', mediaType: avif, build: (random, seed) => replaced(seed('avif 4:4:4 with alpha').bytes, 'auxl', random.pick(['dimg', 'thmb', 'cdsc', 'base'])) },
  { name: 'heic with odd exif', mediaType: heicType, build: (random) => heic({ width: 64, height: 64, exif: hostileExif(random) }) },
  { name: 'heic without its data', mediaType: heicType, build: (random, seed) => seed('heic').bytes.subarray(0, random.pick([28, 100, 300])) },
  { name: 'avif of a noisy bitstream', mediaType: avif, build: (random, seed) => noisy(seed('avif').bytes, random) }
]

function replaced(file: Buffer, from: string, to: string): Buffer {
  return Buffer.from(file.toString('latin1').replaceAll(from, to), 'latin1')
}

function noisy(file: Buffer, random: Random): Buffer {
  const changed = Buffer.from(file)
  const media = heifBoxes(file).find(({ type }) => type === 'mdat')!
  for (let times = 1 + random.below(40); times > 0; times--) changed[media.start + 8 + random.below(media.end - media.start - 8)] = random.below(256)
  return changed
}
