import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import t from 'tap'
import { countGifBlocks, readGif } from '../../src/engine/containers/gif.ts'
import { contentsOf, readBoxes } from '../../src/engine/containers/isobmff.ts'
import { readJpeg } from '../../src/engine/containers/jpeg.ts'
import { readPng } from '../../src/engine/containers/png.ts'
import { claimedBytes } from '../../src/engine/containers/tiff.ts'
import { countWebpFrames } from '../../src/engine/containers/webp.ts'
import { repeated, riffChunk, u32be, vp8x, webpOf } from './hostile/blocks.ts'
import { longEntry, tiffBlock, types } from './hostile/tiffBlock.ts'
import { photo, photoPixels, pngChunk, pngText, pngWithTexts, withPngChunks } from './pictures.ts'

t.test('PNG texts of all three kinds are read, in UTF-8 or Latin-1', async (t) => {
  for (const type of ['tEXt', 'zTXt', 'iTXt'] as const) {
    const { texts } = readPng(await pngWithTexts({ parameters: 'a café, Steps: 20' }, type))
    t.same(texts, [{ keyword: 'parameters', text: 'a café, Steps: 20' }], type)
  }
  const latin1 = pngChunk('tEXt', Buffer.from('Author\0Ren\u00E9', 'latin1'))
  t.same(readPng(withPngChunks(await photo({ format: 'png' }), latin1)).texts, [{ keyword: 'Author', text: 'René' }])
})

t.test('a text that unfolds to more than a megabyte is left out', async (t) => {
  const bomb = pngChunk('zTXt', Buffer.concat([Buffer.from('prompt\0\0', 'latin1'), deflateSync(Buffer.alloc(50_000_000, 'x'))]))
  const { texts } = readPng(withPngChunks(await photo({ format: 'png' }), bomb, pngText('Software', 'after it')))
  t.same(texts, [{ keyword: 'Software', text: 'after it' }])
})

t.test('chunks that lie about their length, and thousands of texts, are bounded', async (t) => {
  const png = await photo({ format: 'png', width: 16, height: 16 })
  const liar = pngText('Software', 'x')
  liar.writeUInt32BE(0xffff_fff0, 0)
  t.same(readPng(withPngChunks(png, liar)).texts, [])
  const many = Array.from({ length: 5_000 }, () => pngText('k', 'v'))
  t.equal(readPng(withPngChunks(png, ...many)).texts.length, 100)
})

t.test('a JPEG’s tables, sampling and process are read', async (t) => {
  const baseline = readJpeg(await photo({ quality: 90 }))
  t.match(baseline, { complete: true, trailingBytes: 0, scans: 1, frame: { process: 'baseline', width: 320, height: 240, precision: 8 } })
  t.equal(baseline.tables.length, 2)
  t.ok(baseline.tables.every(({ values }) => values.length === 64 && values.every((value) => value >= 1)))
  // IJG's luminance table at quality 90 begins 3 2 2 3 5 8 10 12 in natural order.
  t.same(baseline.tables[0]!.values.slice(0, 8), [3, 2, 2, 3, 5, 8, 10, 12])
  t.same(baseline.frame?.components.map(({ horizontal }) => horizontal), [2, 1, 1])
})

t.test('a progressive JPEG, restart markers and what stands behind the picture are seen', async (t) => {
  const pixels = sharp(photoPixels(64, 64), { raw: { width: 64, height: 64, channels: 3 } })
  const progressive = readJpeg(await pixels.clone().jpeg({ progressive: true }).toBuffer())
  t.match(progressive, { complete: true, frame: { process: 'progressive' } })
  t.ok(progressive.scans > 1)
  t.equal(readJpeg(Buffer.concat([await photo(), Buffer.from('trailer')])).trailingBytes, 7)
})

t.test('a JPEG that is cut anywhere, or noise, ends the walk', async (t) => {
  const jpeg = await photo({ width: 32, height: 32 })
  for (let length = 0; length < jpeg.length; length += 7) readJpeg(jpeg.subarray(0, length))
  const noise = readJpeg(photoPixels(200, 200))
  t.equal(noise.complete, false)
})

t.test('a GIF’s comments and XMP are read', async (t) => {
  const gif = await photo({ format: 'gif', width: 16, height: 16 })
  const start = 13 + 3 * 2 ** ((gif[10]! & 7) + 1)
  const comment = Buffer.concat([Buffer.from([0x21, 0xfe, 5]), Buffer.from('hello'), Buffer.from([0])])
  const trailer = Buffer.from([1, ...Array.from({ length: 256 }, (_, index) => 255 - index), 0])
  const xmp = Buffer.concat([Buffer.from([0x21, 0xff, 11]), Buffer.from('XMP DataXMP<x:xmpmeta></x:xmpmeta>'), trailer])
  const file = Buffer.concat([gif.subarray(0, start), comment, xmp, gif.subarray(start)])
  const found = readGif(file)
  t.same(found.comments, ['hello'])
  t.equal(Buffer.from(found.xmp!).toString(), '<x:xmpmeta></x:xmpmeta>')
})

t.test('a GIF that is cut anywhere ends the walk', async (t) => {
  const gif = await photo({ format: 'gif', width: 16, height: 16 })
  for (let length = 0; length < gif.length; length += 3) readGif(gif.subarray(0, length))
  t.same(readGif(gif).comments, [])
})

t.test('the frames of a WebP and the blocks of a GIF are counted up to a limit', async (t) => {
  const frame = riffChunk('ANMF', Buffer.alloc(17))
  const webp = webpOf(vp8x(2, 8, 8), riffChunk('ANIM', Buffer.alloc(6)), repeated(50, frame))
  t.equal(countWebpFrames(webp, 100), 50)
  t.equal(countWebpFrames(webp, 20), 21)
  t.equal(countWebpFrames(webp.subarray(0, 31), 100), 0)
  const frames = Buffer.concat([photoPixels(16, 16, 1), photoPixels(16, 16, 2)])
  const gif = await sharp(frames, { raw: { width: 16, height: 32, channels: 3, pageHeight: 16 } }).gif().toBuffer()
  // Two pictures with a control extension each.
  t.equal(countGifBlocks(gif, 100), 4)
  t.equal(countGifBlocks(gif, 3), 4)
})

t.test('of texts that unfold one after another, some megabytes are read', async (t) => {
  const texts = repeated(100, pngText('prompt', 'x'.repeat(900_000), 'zTXt'))
  t.equal(readPng(withPngChunks(await photo({ format: 'png' }), texts)).texts.length, 5)
})

t.test('a TIFF’s directories tell how much their values claim, also where they go round', async (t) => {
  const tags = new Set([0x10e, 0x9286])
  const text = { tag: 0x10e, type: types.ascii, count: 500, value: 8 }
  const remark = { tag: 0x9286, type: types.undefined, count: 700, value: 8 }
  const strip = Buffer.alloc(1_000)
  for (const bigEndian of [false, true]) {
    const sound = tiffBlock([[text, longEntry(0x8769, { directory: 2 })], [text], [remark, remark, { ...remark, tag: 0x927c }]], { bigEndian, blocks: [strip], next: (index, offsets) => (index === 0 ? offsets[1]! : 0) })
    t.equal(claimedBytes(sound, tags), 500 + 500 + 2 * 700)
    const cut = Array.from({ length: sound.length }, (_, length) => claimedBytes(sound.subarray(0, length), tags))
    t.ok(Math.max(...cut) <= 2_400)
    const round = tiffBlock([[longEntry(0x8769, { directory: 0 }), longEntry(0x8825, { directory: 0 }), text]], { bigEndian, blocks: [strip], next: (_, offsets) => offsets[0]! })
    t.equal(claimedBytes(round, tags), 4 * 500)
    t.equal(claimedBytes(tiffBlock([[{ ...text, count: 0xffffffff }]], { bigEndian, blocks: [strip] }), tags), 0)
    t.equal(claimedBytes(tiffBlock([[{ tag: 0x8769, type: types.short, count: 1, value: 8 }]], { bigEndian }), tags), Number.POSITIVE_INFINITY)
  }
})

function box(type: string, ...contents: Buffer[]): Buffer {
  const body = Buffer.concat(contents)
  return Buffer.concat([u32be(body.length + 8), Buffer.from(type, 'latin1'), body])
}

t.test('the boxes of an ISO base media file are read with their paths, in MP4’s form and in QuickTime’s', async (t) => {
  const note = box('ilst', box('\u00A9too', box('data', Buffer.alloc(8), Buffer.from('a program'))))
  const handler = box('hdlr', Buffer.alloc(24))
  for (const head of [Buffer.alloc(4), Buffer.alloc(0)]) {
    const file = Buffer.concat([box('ftyp', Buffer.from('isom')), box('moov', box('udta', box('meta', head, handler, note)))])
    const boxes = readBoxes(file)
    const data = boxes.find(({ path }) => path === 'moov/udta/meta/ilst/\u00A9too/data')!
    t.equal(contentsOf(file, data).subarray(8).toString(), 'a program')
  }
})

t.test('large, open, named and cut boxes are told apart', async (t) => {
  const large = Buffer.concat([u32be(1), Buffer.from('mdat'), u32be(0), u32be(20), Buffer.from('long')])
  const named = box('uuid', Buffer.from('be7acfcb97a942e89c71999491e3afac', 'hex'), Buffer.from('x'))
  const open = Buffer.concat([u32be(0), Buffer.from('free'), Buffer.from('to the end')])
  const [first, second, third] = readBoxes(Buffer.concat([large, named, open]))
  t.match(first, { type: 'mdat', headerLength: 16, length: 20, cut: false })
  t.match(second, { uuid: 'be7acfcb97a942e89c71999491e3afac', headerLength: 24 })
  t.match(third, { type: 'free', length: 18 })
  t.match(readBoxes(box('mdat', Buffer.alloc(100)).subarray(0, 50)), [{ length: 50, cut: true }])
})

t.test('boxes that lie, that nest without an end, and thousands of them are bounded', async (t) => {
  let nested: Buffer = Buffer.alloc(0)
  for (let depth = 0; depth < 2_000; depth++) nested = box('moov', nested)
  t.ok(readBoxes(nested).length < 20)
  t.equal(readBoxes(repeated(60_000, box('free'))).length, 50_000)
  t.same(readBoxes(Buffer.concat([u32be(4), Buffer.from('free'), Buffer.alloc(20)])), [])
  for (let length = 0; length < 60; length++) readBoxes(box('moov', box('udta', box('meta', box('hdlr', Buffer.alloc(20))))).subarray(0, length))
})
