import sharp from 'sharp'
import t from 'tap'
import { nothingKnown } from '../../src/engine/detector.ts'
import { analyzeMedia } from '../../src/engine/analysis.ts'
import { detectors } from '../../src/engine/detectors/index.ts'
import { decodeImage } from '../../src/engine/image.ts'
import type { ImageMediaType } from '../../src/engine/mediaTypes.ts'
import { failureInEnglish } from '../language/inEnglish.ts'
import { heic, lightAndDark } from './heic.ts'
import { thumbnail } from '../../src/engine/detectors/thumbnail.ts'
import { exifSegment, jpegSegment, repeated, riffChunk, u32be, vp8x, webpFrame, webpOf, withSegments } from './hostile/blocks.ts'
import { withBoxContents } from './hostile/heif.ts'
import { longEntry, pictureEntries, tiffBlock, types } from './hostile/tiffBlock.ts'
import { manyScans } from './hostile/traps/jpegs.ts'
import { thumbnailExif } from './hostile/traps/metadataBlocks.ts'
import { photo, photoPixels, pngChunk, type PhotoOptions } from './pictures.ts'

for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] satisfies PhotoOptions['format'][]) {
  t.test(`${format} is decoded to 8-bit RGB of its size`, async (t) => {
    const image = await decodeImage(await photo({ format, width: 96, height: 64 }), `image/${format}`)
    t.match(image, { width: 96, height: 64, damaged: false, notChecked: { length: 0 }, pixels: { width: 96, height: 64 } })
    t.equal(image.pixels?.data.length, 96 * 64 * 3)
  })
}

t.test('lossless formats give back the pixels exactly', async (t) => {
  const image = await decodeImage(await photo({ format: 'png', width: 50, height: 40, seed: 7 }), 'image/png')
  t.same(Buffer.from(image.pixels!.data), Buffer.from(photoPixels(50, 40, 7)))
  t.equal(image.lossless, true)
})

t.test('whether WebP is lossless is read from the file', async (t) => {
  const pixels = sharp(photoPixels(64, 64), { raw: { width: 64, height: 64, channels: 3 } })
  for (const lossless of [true, false]) {
    const image = await decodeImage(await pixels.clone().webp({ lossless }).toBuffer(), 'image/webp')
    t.equal(image.lossless, lossless)
  }
})

t.test('grey, transparent, deep and CMYK pictures become RGB', async (t) => {
  const raw = sharp(photoPixels(40, 30), { raw: { width: 40, height: 30, channels: 3 } })
  const files: [ImageMediaType, Buffer][] = [
    ['image/png', await raw.clone().greyscale().png().toBuffer()],
    ['image/png', await raw.clone().ensureAlpha(0.5).png().toBuffer()],
    ['image/png', await raw.clone().toColourspace('rgb16').png().toBuffer()],
    ['image/jpeg', await raw.clone().toColourspace('cmyk').jpeg().toBuffer()]
  ]
  for (const [mediaType, file] of files) {
    const { pixels } = await decodeImage(file, mediaType)
    t.equal(pixels?.data.length, 40 * 30 * 3)
  }
})

t.test('orientation is told and not applied; the report gives the size as displayed', async (t) => {
  const file = await photo({ width: 80, height: 60, exif: { IFD0: { Orientation: '6' } } })
  const turned = await sharp(file).withMetadata({ orientation: 6 }).toBuffer()
  const image = await decodeImage(turned, 'image/jpeg')
  t.match(image, { width: 80, height: 60, orientation: 6 })
  const report = await analyzeMedia(turned, 'image/jpeg', detectors)
  t.match(report.media, { width: 60, height: 80 })
  // The error levels, a cell for each block of 8 × 8 pixels.
  const evidence = await sharp(report.evidence[0]!.bytes).metadata()
  t.match(evidence, { width: 8, height: 10 })
})

t.test('a picture of too many pixels is refused by its header alone', async (t) => {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(100_000, 0)
  header.writeUInt32BE(100_000, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const bomb = Buffer.concat([signature, pngChunk('IHDR', header), pngChunk('IDAT', Buffer.alloc(64)), pngChunk('IEND', Buffer.alloc(0))])
  t.match(await decodeImage(bomb, 'image/png').catch(failureInEnglish), { code: 'too_many_pixels', reason: /100000 × 100000/ })
})

t.test('a file without a picture is undecodable', async (t) => {
  const jpeg = await photo()
  const png = await photo({ format: 'png' })
  const noise = Buffer.from(photoPixels(80, 80).map((value, index) => (index % 5 === 0 ? 0xff : value)))
  const broken: [string, ImageMediaType, Buffer][] = [
    ['nothing', 'image/jpeg', Buffer.alloc(0)],
    ['a cut header', 'image/jpeg', jpeg.subarray(0, 100)],
    ['noise behind a valid header', 'image/jpeg', Buffer.concat([jpeg.subarray(0, 700), noise])],
    ['half a JPEG', 'image/jpeg', jpeg.subarray(0, jpeg.length / 2)],
    ['half a PNG', 'image/png', png.subarray(0, png.length / 2)],
    ['noise in a PNG', 'image/png', Buffer.concat([png.subarray(0, 60), noise])],
    ['text', 'image/gif', Buffer.from('GIF89a and nothing else')]
  ]
  for (const [name, mediaType, file] of broken) {
    await t.rejects(decodeImage(new Uint8Array(file), mediaType), { name: 'EngineError', code: 'undecodable_file' }, name)
  }
})

t.test('a JPEG that lacks its last rows is analysed, and that is said', async (t) => {
  const jpeg = await photo()
  const report = await analyzeMedia(new Uint8Array(jpeg.subarray(0, Math.floor(jpeg.length * 0.93))), 'image/jpeg', detectors)
  t.match(report.notChecked, [{ code: 'file_damaged' }])
  t.equal(report.verdict, 'inconclusive')
})

t.test('stray bytes between a JPEG’s segments do not make it damaged', async (t) => {
  const jpeg = await photo()
  const file = Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xfe, 0, 4, 65, 66, 0, 0, 0]), jpeg.subarray(2)])
  const image = await decodeImage(new Uint8Array(file), 'image/jpeg')
  t.equal(image.damaged, false)
})

t.test('of an animation the first frame is looked at', async (t) => {
  const frames = Buffer.concat([photoPixels(32, 32, 1), photoPixels(32, 32, 2)])
  const gif = await sharp(frames, { raw: { width: 32, height: 64, channels: 3, pageHeight: 32 } }).gif().toBuffer()
  t.match(await decodeImage(gif, 'image/gif'), { width: 32, height: 32, pixels: { height: 32 } })
})

t.test('HEIC is decoded, and turned as its container says', async (t) => {
  const level = async (turns: number, x: number, y: number) => {
    const file = heic({ width: 64, height: 64, exif: Buffer.alloc(0), picture: lightAndDark, turns })
    const { pixels, orientation, notChecked } = await decodeImage(new Uint8Array(file), 'image/heic')
    t.match({ pixels, orientation, notChecked }, { pixels: { width: 64, height: 64 }, orientation: 1, notChecked: { length: 0 } })
    return pixels!.data[(y * 64 + x) * 3]!
  }
  t.ok((await level(0, 10, 32)) > 200 && (await level(0, 54, 32)) < 60)
  t.ok((await level(1, 32, 54)) > 200 && (await level(1, 32, 10)) < 60)
})

t.test('a HEIC that is damaged anywhere is a file without pixels, or none, and the next one is decoded all the same', async (t) => {
  const sound = heic({ width: 64, height: 64, exif: Buffer.alloc(0), picture: lightAndDark })
  for (let at = 0; at < sound.length; at += 17) {
    const damaged = new Uint8Array(sound)
    damaged[at] = damaged[at]! ^ 0xff
    const found = await decodeImage(damaged, 'image/heic').catch((error: unknown) => error)
    if (found instanceof Error) t.match(found, { name: 'EngineError' })
  }
  t.match(await decodeImage(new Uint8Array(sound), 'image/heic'), { pixels: { width: 64 } })
})

t.test('a HEIC whose picture has another size than its header says is not looked at', async (t) => {
  const file = heic({ width: 4_000, height: 3_000, exif: Buffer.alloc(0), picture: lightAndDark })
  t.match(await decodeImage(new Uint8Array(file), 'image/heic'), { pixels: undefined, notChecked: [{ code: 'pixels_not_decodable' }] })
})

t.test('HEIC without a decoder ends well: metadata are read, pixels are said to be missing', async (t) => {
  const { exif } = await sharp(await photo({ exif: { IFD0: { Make: 'Apple', Model: 'iPhone 12' } } })).metadata()
  const report = await analyzeMedia(heic({ width: 640, height: 480, exif: exif!.subarray(6) }), 'image/heic', detectors)
  t.match(report, { verdict: 'inconclusive', media: { width: 640, height: 480 }, evidence: { length: 0 } })
  t.ok(report.notChecked.some(({ code }) => code === 'pixels_not_decodable'))
  t.ok(report.signals.some(({ code, measured }) => code === 'camera' && measured.Model === 'iPhone 12'))
})

t.test('a media type that is not taken is refused', async (t) => {
  await t.rejects(analyzeMedia(await photo(), 'image/svg+xml', detectors), { code: 'undecodable_file' })
})

t.test('a file of more scans, segments or frames than any honest one is refused before it is decoded', async (t) => {
  const jpeg = await photo()
  const webp = await photo({ format: 'webp', width: 16, height: 16 })
  const frame = webpFrame(webp.subarray(12), 16, 16)
  const files: [ImageMediaType, RegExp, Buffer][] = [
    // Whole and valid: it would be decoded for minutes.
    ['image/jpeg', /more than 100 scans/, manyScans(8_000, 8_000, 4_000)],
    ['image/jpeg', /more than 5,000 segments/, withSegments(jpeg, repeated(300_000, jpegSegment(0xe1, Buffer.from('Exif\0\0'))))],
    ['image/webp', /more than 10,000 frames/, webpOf(vp8x(2, 16, 16), riffChunk('ANIM', Buffer.alloc(6)), repeated(10_001, frame))],
    ['image/gif', /more than 100,000 blocks/, Buffer.concat([Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1'), repeated(100_001, Buffer.from([0x21, 0xf9, 0]))])]
  ]
  for (const [mediaType, reason, file] of files) {
    const start = performance.now()
    t.match(await decodeImage(new Uint8Array(file), mediaType).catch(failureInEnglish), { code: 'undecodable_file', reason })
    t.ok(performance.now() - start < 2_000)
  }
})

t.test('a progressive JPEG of many scans, as programs write them, is decoded', async (t) => {
  t.match(await decodeImage(new Uint8Array(manyScans(64, 48, 60)), 'image/jpeg'), { damaged: false, pixels: { width: 64, height: 48 } })
})

t.test('a picture whose decoder takes more memory for each pixel may have fewer of them', async (t) => {
  const avif = withBoxContents(await photo({ format: 'avif' }), 'ispe', Buffer.concat([Buffer.alloc(4), u32be(8_000), u32be(8_000)]))
  t.match(await decodeImage(new Uint8Array(avif), 'image/avif').catch(failureInEnglish), { code: 'too_many_pixels', reason: /8000 × 8000 .* 56 million are analysed in this format/ })
})

t.test('a picture of one endless row is refused, however few pixels that makes', async (t) => {
  const avif = withBoxContents(await photo({ format: 'avif' }), 'ispe', Buffer.concat([Buffer.alloc(4), u32be(33_000_000), u32be(1)]))
  t.match(await decodeImage(new Uint8Array(avif), 'image/avif').catch(failureInEnglish), { code: 'too_many_pixels', reason: /1,000,000 on a side/ })
})

t.test('a picture that is another than its first bytes were taken for is refused', async (t) => {
  t.match(await decodeImage(await photo({ format: 'png' }), 'image/jpeg').catch(failureInEnglish), { code: 'undecodable_file', reason: /another kind/ })
})

t.test('a TIFF whose EXIF unfolds to more than the heap holds is analysed without it, and that is said', async (t) => {
  // Ninety megabytes of remark: read value by value, they would end the process and not only the thread.
  const bytes = 90_000_000
  const remark = { tag: 0x9286, type: types.undefined, count: bytes, value: { block: 1 } }
  const pixels = Buffer.from(photoPixels(64, 64)).subarray(0, 64 * 64)
  const picture = [...pictureEntries(64, 64, { block: 0 }, pixels.length), longEntry(0x8769, { directory: 1 })]
  const tiff = tiffBlock([picture, [remark, remark]], { blocks: [pixels, Buffer.alloc(bytes)], next: () => 0 })
  const { metadata, damaged } = await decodeImage(new Uint8Array(tiff), 'image/tiff')
  t.match(metadata, { unreadable: ['EXIF'] })
  t.equal(damaged, false)
})

t.test('a thumbnail that is no JPEG, or one of too many scans, is not decoded', async (t) => {
  for (const small of [await photo({ format: 'png', width: 64, height: 64 }), manyScans(1_400, 1_400, 2_000)]) {
    const image = await decodeImage(new Uint8Array(withSegments(await photo(), exifSegment(thumbnailExif(small)))), 'image/jpeg')
    t.ok(image.metadata.thumbnail!.length > 0)
    t.match(await thumbnail.detect(image, nothingKnown), { signals: { length: 0 }, notChecked: [{ code: 'thumbnail_unreadable' }] })
  }
})
