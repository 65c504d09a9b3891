import sharp from 'sharp'
import t from 'tap'
import { noiseInconsistency } from '../../../src/engine/detectors/noiseInconsistency.ts'
import { photo } from '../pictures.ts'
import { noisy } from './noisy.ts'
import { detect } from './photographs.ts'

const patch = { left: 200, top: 150, width: 200, height: 150 }

interface Region {
  x: number
  y: number
  width: number
  height: number
  noiseRatio: number
}

/** Intersection over union of a region and the patch. */
function overlap(region: Region, { left, top, width, height } = patch): number {
  const across = Math.min(region.x + region.width, left + width) - Math.max(region.x, left)
  const down = Math.min(region.y + region.height, top + height) - Math.max(region.y, top)
  const both = Math.max(0, across) * Math.max(0, down)
  return both / (region.width * region.height + width * height - both)
}

t.test('a part with less noise than the rest is found and marked, and it moves no verdict', async (t) => {
  const { signals, evidence } = await detect(noiseInconsistency, await noisy({ noise: 3, patchNoise: 1.2, patch }))
  t.match(signals, [{ code: 'noise_inconsistency', supports: null, log10LikelihoodRatio: 0, log10Nfa: null, evidence: ['noise-inconsistency.png'] }])
  const [region] = signals[0]!.measured.regions as unknown as Region[]
  t.ok(overlap(region!) > 0.5, JSON.stringify(region))
  t.ok(Math.abs(region!.noiseRatio - 0.4) < 0.08)
  t.match(evidence, [{ name: 'noise-inconsistency.png', layer: 'mask', caption: /portrait mode/ }])
})

t.test('the mask marks the part as it is displayed', async (t) => {
  const turned = await sharp(await noisy({ noise: 3, patchNoise: 1.2, patch })).withMetadata({ orientation: 6 }).png().toBuffer()
  const { signals, evidence } = await detect(noiseInconsistency, turned)
  // A quarter to the right: what was at (x, y) is at (height − y, x).
  const shown = { left: 512 - patch.top - patch.height, top: patch.left, width: patch.height, height: patch.width }
  t.ok(overlap((signals[0]!.measured.regions as unknown as Region[])[0]!, shown) > 0.5)
  const { data, info } = await sharp(evidence[0]!.bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  t.ok(info.height > info.width)
  const scale = info.height / 768
  const alpha = (x: number, y: number) => data[(Math.round(y * scale) * info.width + Math.round(x * scale)) * 4 + 3]!
  t.ok(alpha(shown.left + shown.width / 2, shown.top + shown.height / 2) > 0)
  t.equal(alpha(20, 20), 0)
})

t.test('nothing is said of pictures of one piece, also where their light is uneven', async (t) => {
  t.same((await detect(noiseInconsistency, await noisy())).signals, [])
  t.same((await detect(noiseInconsistency, await photo({ width: 640, height: 480, format: 'png' }))).signals, [])
  t.same((await detect(noiseInconsistency, await photo({ width: 640, height: 480, seed: 2 }))).signals, [])
})

t.test('what has too little noise to be compared is not looked at, and that is said', async (t) => {
  t.match(await detect(noiseInconsistency, await photo({ width: 200, height: 200 })), { signals: { length: 0 }, notChecked: [{ code: 'too_small_for_noise' }] })
  t.match(await detect(noiseInconsistency, await photo({ width: 640, height: 480, quality: 50 })), { signals: { length: 0 }, notChecked: [{ code: 'too_compressed_for_noise' }] })
  const drawing = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#3060a0' } }).png().toBuffer()
  t.match(await detect(noiseInconsistency, drawing), { signals: { length: 0 }, notChecked: [{ code: 'no_noise' }] })
})

t.test('tiny, thin and white pictures are no trouble', async (t) => {
  for (const [width, height] of [[1, 1], [3, 90_000], [640, 480]] as const) {
    const white = await sharp({ create: { width, height, channels: 3, background: '#ffffff' } }).png().toBuffer()
    t.same((await detect(noiseInconsistency, white)).signals, [])
  }
})
