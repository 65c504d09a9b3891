import sharp from 'sharp'
import t from 'tap'
import { errorLevel } from '../../../src/engine/detectors/errorLevel.ts'
import { photo, photoPixels } from '../pictures.ts'
import { detect } from './photographs.ts'

t.test('the evidence is a picture with a cell for each block, and a caption; it moves no verdict', async (t) => {
  const { signals, evidence } = await detect(errorLevel, await photo({ width: 300, height: 200 }))
  t.match(signals, [{ code: 'error_level', supports: null, log10LikelihoodRatio: 0, evidence: ['error-level.png'] }])
  t.match(evidence, [{ name: 'error-level.png', mediaType: 'image/png', caption: /Bright: .*no proof/ }])
  t.match(await sharp(evidence[0]!.bytes).metadata(), { format: 'png', width: 38, height: 25 })
})

t.test('a part from elsewhere is brighter than the rest', async (t) => {
  const background = await sharp(await photo({ width: 256, height: 256, quality: 85 })).removeAlpha().raw().toBuffer()
  const patch = photoPixels(64, 64, 9)
  for (let y = 0; y < 64; y++) Buffer.from(patch.buffer, y * 64 * 3, 64 * 3).copy(background, ((y + 96) * 256 + 96) * 3)
  const spliced = await sharp(background, { raw: { width: 256, height: 256, channels: 3 } }).png().toBuffer()
  const { evidence } = await detect(errorLevel, spliced)
  const levels = await sharp(evidence[0]!.bytes).greyscale().raw().toBuffer()
  const mean = (left: number, top: number) => {
    let sum = 0
    for (let y = 0; y < 8; y++) for (let x = 0; x < 8; x++) sum += levels[(top + y) * 32 + left + x]!
    return sum / 8 ** 2
  }
  const inside = mean(12, 12)
  for (const [left, top] of [[0, 0], [24, 0], [0, 24], [24, 24]] as const) t.ok(inside > 1.15 * mean(left, top), `${inside} and ${mean(left, top)}`)
})

t.test('the evidence of a large picture is bounded', async (t) => {
  const pixels = sharp(photoPixels(600, 300), { raw: { width: 600, height: 300, channels: 3 } })
  const large = await pixels.resize(6000, 1500).jpeg().toBuffer()
  const { evidence } = await detect(errorLevel, large)
  const { width, height } = await sharp(evidence[0]!.bytes).metadata()
  t.same([width, height], [375, 94])
})

t.test('of a lossless picture it is said that this tells less', async (t) => {
  const { signals, evidence } = await detect(errorLevel, await photo({ format: 'png' }))
  t.match(signals[0]?.meaning, /may never have been a JPEG/)
  t.match(evidence[0]?.caption, /may never have been a JPEG/)
})

t.test('a single pixel, a line, and an even picture are no trouble', async (t) => {
  for (const [width, height] of [[1, 1], [1, 500], [500, 1], [64, 64]] as const) {
    const even = await sharp({ create: { width, height, channels: 3, background: '#808080' } }).png().toBuffer()
    t.equal((await detect(errorLevel, even)).evidence.length, 1)
  }
})

t.test('pictures of extreme sides are measured', async (t) => {
  for (const [width, height] of [[2, 140_000], [140_000, 2]] as const) {
    const thin = await sharp({ create: { width, height, channels: 3, background: '#888' } }).png().toBuffer()
    t.match((await detect(errorLevel, thin)).signals, [{ code: 'error_level', measured: { pixelsPerCell: 280 } }])
  }
})
