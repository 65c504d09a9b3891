import { deflateSync } from 'node:zlib'
import t from 'tap'
import { readGif } from '../../src/engine/containers/gif.ts'
import { readJpeg } from '../../src/engine/containers/jpeg.ts'
import { readPng } from '../../src/engine/containers/png.ts'
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
  const { default: sharp } = await import('sharp')
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
