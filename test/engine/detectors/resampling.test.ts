import sharp from 'sharp'
import t from 'tap'
import { resampling } from '../../../src/engine/detectors/resampling.ts'
import { photo, photoPixels } from '../pictures.ts'
import { detect } from './photographs.ts'

/** A picture resized by a factor, as a PNG. */
async function resized(picture: Buffer, factor: number): Promise<Buffer> {
  const { width, height } = await sharp(picture).metadata()
  return sharp(picture).resize(Math.round(width * factor), Math.round(height * factor), { fit: 'fill' }).png().toBuffer()
}

t.test('an enlarged picture is told with the factors that it may have, and it moves no verdict', async (t) => {
  for (const factor of [1.3, 1.8]) {
    const { signals, evidence } = await detect(resampling, await resized(await photo({ width: 400, height: 400, format: 'png' }), factor))
    t.match(signals, [{ code: 'resampled', supports: null, log10LikelihoodRatio: 0, log10Nfa: null, evidence: ['resampling.png'] }])
    const { possibleFactors } = signals[0]!.measured as { possibleFactors: number[] }
    t.ok(possibleFactors.some((one) => Math.abs(one / factor - 1) < 0.01), `${possibleFactors.join()} for ${factor}`)
    t.match(evidence, [{ name: 'resampling.png', layer: 'beside', mediaType: 'image/png' }])
  }
})

t.test('the blocks of an earlier JPEG tell by how much a picture was reduced', async (t) => {
  const { signals } = await detect(resampling, await resized(await photo({ width: 1_000, height: 800, quality: 50 }), 0.7))
  t.match(signals, [{ code: 'resampled', meaning: /reduced to about 70 %/ }])
  t.ok(Math.abs((signals[0]!.measured.possibleFactors as number[])[0]! - 0.7) < 0.004)
})

t.test('nothing is said of pictures that were never resized', async (t) => {
  for (const seed of [1, 2]) {
    t.same((await detect(resampling, await photo({ width: 600, height: 500, seed, format: 'png' }))).signals, [])
    t.same((await detect(resampling, await photo({ width: 600, height: 500, seed, quality: 92 }))).signals, [])
    // Cropped off the grid.
    const jpeg = await sharp(await photo({ width: 640, height: 540, seed, quality: 85 })).extract({ left: 3, top: 5, width: 600, height: 500 }).png().toBuffer()
    t.same((await detect(resampling, jpeg)).signals, [])
  }
})

t.test('stripes of one direction are the motif’s, not resizing', async (t) => {
  const pixels = photoPixels(512, 512)
  for (let at = 0; at < pixels.length; at++) {
    const column = Math.floor(at / 3) % 512
    pixels[at] = Math.min(255, pixels[at]! * (1 + 0.3 * Math.sin(2 * Math.PI * 0.23 * column)))
  }
  const striped = await sharp(pixels, { raw: { width: 512, height: 512, channels: 3 } }).png().toBuffer()
  t.same((await detect(resampling, striped)).signals, [])
})

t.test('what is too small or too strongly compressed is not looked at, and that is said', async (t) => {
  t.match(await detect(resampling, await photo({ width: 127, height: 500 })), { signals: { length: 0 }, notChecked: [{ code: 'too_small_for_resampling' }] })
  t.match(await detect(resampling, await photo({ quality: 70 })), { signals: { length: 0 }, notChecked: [{ code: 'too_compressed_for_resampling' }] })
})

t.test('even, tiny and thin pictures are no trouble', async (t) => {
  for (const [width, height] of [[1, 1], [2, 9_000], [128, 128], [128, 20_000]] as const) {
    const even = await sharp({ create: { width, height, channels: 3, background: '#808080' } }).png().toBuffer()
    t.same((await detect(resampling, even)).signals, [])
  }
})
