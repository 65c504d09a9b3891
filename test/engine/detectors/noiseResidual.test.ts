import sharp from 'sharp'
import t from 'tap'
import { noiseResidual } from '../../../src/engine/detectors/noiseResidual.ts'
import { photo } from '../pictures.ts'
import { noisy } from './noisy.ts'
import { detect } from './photographs.ts'

t.test('the noise’s standard deviation is measured', async (t) => {
  // Luminance is a weighted mean of three channels with noise of their own.
  const lumaShare = Math.hypot(0.299, 0.587, 0.114)
  for (const strength of [3, 6, 12]) {
    const { signals } = await detect(noiseResidual, await noisy({ width: 256, height: 192, noise: strength }))
    const { medianLevel } = signals[0]!.measured as { medianLevel: number }
    t.ok(Math.abs(medianLevel / strength / lumaShare - 1) < 0.1, `${medianLevel} for ${strength}`)
  }
})

t.test('what an even change and upright edges leave is not taken for noise', async (t) => {
  const data = Uint8Array.from({ length: 256 * 256 }, (_, at) => ((at % 256) >> 1) + (at % 256 > 100 ? 60 : 0))
  const ramp = await sharp(data, { raw: { width: 256, height: 256, channels: 1 } }).png().toBuffer()
  t.match((await detect(noiseResidual, ramp)).signals[0]?.measured, { medianLevel: 0 })
})

t.test('a part with stronger noise is brighter; it moves no verdict', async (t) => {
  const { signals, evidence } = await detect(noiseResidual, await noisy({ width: 384, height: 256, noise: 2, patchNoise: 6, patch: { left: 128, top: 64, width: 128, height: 128 } }))
  t.match(signals, [{ code: 'noise_residual', supports: null, log10LikelihoodRatio: 0, log10Nfa: null, evidence: ['noise-residual.jpg'] }])
  t.match(evidence, [{ name: 'noise-residual.jpg', mediaType: 'image/jpeg', layer: 'map', caption: /Bright: .*no proof/ }])
  const { data, info } = await sharp(evidence[0]!.bytes).greyscale().raw().toBuffer({ resolveWithObject: true })
  t.same([info.width, info.height], [96, 64])
  const mean = (left: number, top: number) => {
    let sum = 0
    for (let y = 0; y < 16; y++) for (let x = 0; x < 16; x++) sum += data[(top + y) * info.width + left + x]!
    return sum / 256
  }
  t.ok(mean(40, 24) > mean(4, 24) + 40)
  t.ok(mean(40, 24) > mean(76, 24) + 40)
})

t.test('the evidence is upright and bounded', async (t) => {
  const turned = await sharp(await photo({ width: 2_100, height: 100 })).withMetadata({ orientation: 6 }).jpeg().toBuffer()
  const { evidence } = await detect(noiseResidual, turned)
  const { width, height } = await sharp(evidence[0]!.bytes).metadata()
  t.same([width, height], [20, 420])
})

t.test('tiny, thin and even pictures are no trouble', async (t) => {
  for (const [width, height] of [[1, 1], [2, 2], [3, 500], [5_000, 1], [64, 64]] as const) {
    const even = await sharp({ create: { width, height, channels: 3, background: '#808080' } }).png().toBuffer()
    const { signals, evidence } = await detect(noiseResidual, even)
    t.match(signals[0]?.measured, { medianLevel: 0 })
    t.equal(evidence.length, 1)
  }
})
