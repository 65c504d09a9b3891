import { join } from 'node:path'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { nothingKnown } from '../../../src/engine/detector.ts'
import { decodeImage } from '../../../src/engine/image.ts'
import { calibrate, log10LikelihoodRatioOf, recallAt, areaUnderCurve } from '../../../src/engine/models/calibration.ts'
import { readModels } from '../../../src/engine/models/folder.ts'
import { tensorsOf } from '../../../src/engine/models/input.ts'
import type { Manifest } from '../../../src/engine/models/manifest.ts'
import { modelDetector } from '../../../src/engine/models/modelDetector.ts'
import { openNetwork } from '../../../src/engine/models/network.ts'
import { inEnglish } from '../../language/inEnglish.ts'
import { linearNetwork, modelFolder, redManifest, redNetwork } from './onnx.ts'

const plain = (red: number, green: number, blue: number, width = 40, height = 30) => {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => [red, green, blue][at % 3]!)
  return { data, width, height }
}

const imageOf = async (red: number, green: number, blue: number) => {
  const { data, width, height } = plain(red, green, blue)
  return decodeImage(new Uint8Array(await sharp(data, { raw: { width, height, channels: 3 } }).png().toBuffer()), 'image/png')
}

async function scoreOf(t: Test, manifest: Manifest, network: Buffer, red: number, green: number, blue: number): Promise<number> {
  const folder = await modelFolder(join(t.testdir(), 'model'), network, { 'manifest.json': manifest })
  const [model] = await readModels(folder)
  const opened = await openNetwork(model!)
  try {
    return await opened.score(plain(red, green, blue))
  } finally {
    await opened.close()
  }
}

t.test('a network is asked as its manifest says', async (t) => {
  // Means after normalisation are −1 to 1: the difference of the two logits is 6 r − 3 g − 3 b.
  const expected = 1 / (1 + Math.exp(-12))
  t.ok(Math.abs((await scoreOf(t, redManifest(), redNetwork, 255, 0, 0)) - expected) < 1e-4)
  t.ok(Math.abs((await scoreOf(t, redManifest(), redNetwork, 128, 128, 128)) - 0.5) < 1e-3)

  const bgr = redManifest({ input: { ...redManifest().input, channels: 'BGR' } })
  t.ok((await scoreOf(t, bgr, redNetwork, 0, 0, 255)) > 0.99, 'blue stands where red is expected')

  const last = linearNetwork({ dims: [1, 16, 16, 3], weights: [[0, 0, 0], [6, -3, -3]], bias: [0, 0] })
  const nhwc = redManifest({ input: { ...redManifest().input, layout: 'NHWC' } })
  t.ok((await scoreOf(t, nhwc, last, 255, 0, 0)) > 0.99, 'rows before channels')

  const one = linearNetwork({ dims: [1, 3, 16, 16], weights: [[6, -3, -3]], bias: [0] })
  const sigmoid = redManifest({ output: { activation: 'sigmoid', classes: ['artificial'], generated: [0] } })
  t.ok(Math.abs((await scoreOf(t, sigmoid, one, 255, 0, 0)) - expected) < 1e-4, 'one number')
})

t.test('pictures come to the network’s size as the manifest says', async (t) => {
  const { input } = redManifest()
  const data = Uint8Array.from({ length: 100 * 40 * 3 }, (_, at) => (Math.floor(at / 3) % 100 < 50 ? 0 : 255))
  const halves = { data, width: 100, height: 40 }
  const bright = async (given: Partial<Manifest['input']>) => {
    const tensors = await tensorsOf(halves, { ...input, ...given })
    return tensors.data.map((tensor) => tensor.filter((value) => value > 0).length / tensor.length)
  }
  t.match(await bright({ crop: 'stretch' }), [0.5])
  t.match(await bright({ crop: 'center_crop', resizeTo: 20 }), [0.5])
  t.same((await bright({ crop: 'tiles' })).toSorted((a, b) => a - b), [0, 0, 0.5, 0.5, 1, 1], 'three in a row, two in a column')
  t.same((await tensorsOf(plain(1, 2, 3, 5, 4), { ...input, crop: 'tiles' })).data.map(({ length }) => length), [16 * 16 * 3], 'also of a picture that is smaller')
  t.equal((await tensorsOf(plain(1, 2, 3, 4000, 2), { ...input, crop: 'center_crop', resizeTo: 18 })).data[0]!.length, 16 * 16 * 3)
})

t.test('the files of a Hugging Face classifier do instead of a manifest', async (t) => {
  const config = { _name_or_path: 'somebody/ai-detector', id2label: { 0: 'artificial', 1: 'human' } }
  const preprocessor = { size: { height: 224, width: 224 }, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], resample: 3, rescale_factor: 0.00392 }
  const derived = async (files: { [name: string]: unknown }) => {
    const [model] = await readModels(await modelFolder(join(t.testdir(), 'AI Detector-v2'), redNetwork, files))
    return model!.manifest
  }
  t.match(await derived({ 'config.json': config, 'preprocessor_config.json': preprocessor }), {
    name: 'ai_detector_v2',
    input: { width: 224, height: 224, layout: 'NCHW', crop: 'stretch', interpolation: 'cubic' },
    output: { activation: 'softmax', generated: [0] }
  })
  const cropping = { size: { shortest_edge: 224 }, crop_pct: 0.875, resample: 2 }
  t.match(await derived({ 'config.json': config, 'preprocessor_config.json': cropping }), { input: { crop: 'center_crop', resizeTo: 256, interpolation: 'linear' } })
  for (const [labels, generated] of [[['REAL', 'FAKE'], [1]], [['hum', 'ai_gen'], [1]], [['Realism', 'Deepfake'], [1]], [['real', 'AI-generated', 'fake face'], [1, 2]]] as const) {
    t.same((await derived({ 'config.json': { id2label: Object.fromEntries(labels.entries()) }, 'preprocessor_config.json': preprocessor })).output.generated, generated)
  }
  await t.rejects(derived({ 'config.json': { id2label: { 0: 'cat', 1: 'dog' } }, 'preprocessor_config.json': preprocessor }), /generated/, 'no class means generated')
})

t.test('a folder that is no model, or two of one name, are refused with the reason', async (t) => {
  const folder = t.testdir()
  await t.rejects(readModels(join(folder, 'none')), /can not be read/)
  await modelFolder(join(folder, 'a'), redNetwork, { 'manifest.json': { ...redManifest(), input: {} } })
  await t.rejects(readModels(folder), /manifest\.json is not valid: \/input/)
  await modelFolder(join(folder, 'a'))
  await modelFolder(join(folder, 'b'))
  await t.rejects(readModels(folder), /Two models.*red/)
  await modelFolder(join(folder, 'b'), redNetwork, { 'manifest.json': redManifest({ name: 'other' }) })
  const models = await readModels(folder)
  t.same(models.map(({ manifest }) => manifest.name), ['red', 'other'])
  t.not(models[0]!.version, models[1]!.version)
})

t.test('a model counts by its calibration, and without one it moves nothing', async (t) => {
  const folder = await modelFolder(join(t.testdir(), 'model'))
  const [model] = await readModels(folder)
  t.match(inEnglish(await modelDetector(model!).detect(await imageOf(255, 0, 0), nothingKnown)).signals, [{ detector: 'model_red', supports: null, meaning: /moves no verdict/, measured: { score: 1 } }])

  const calibration = { intercept: 0, slope: 0.3, maxLog10LikelihoodRatio: 1.5, measured: { photographs: 95, generated: 100, auc: 0.9, recallAtOnePercent: 0.4 } }
  const calibrated = modelDetector({ ...model!, manifest: { ...model!.manifest, calibration } })
  t.match(inEnglish(await calibrated.detect(await imageOf(255, 0, 0), nothingKnown)).signals, [{ supports: 'ai_generated', log10LikelihoodRatio: 1.5, log10Nfa: null, meaning: /95 photographs it finds 40 %/ }])
  t.match(inEnglish(await calibrated.detect(await imageOf(0, 255, 0), nothingKnown)).signals, [{ supports: null, log10LikelihoodRatio: 0, meaning: /does not speak/ }])
})

t.test('a network that can’t be loaded or answers something else fails no file', async (t) => {
  const three = linearNetwork({ dims: [1, 3, 16, 16], weights: [[0, 0, 0], [1, 1, 1], [2, 2, 2]], bias: [0, 0, 0] })
  for (const network of [Buffer.from('no network'), three, linearNetwork({ dims: [1, 3, 99, 99], weights: [[0, 0, 0], [1, 1, 1]], bias: [0, NaN] })]) {
    const [model] = await readModels(await modelFolder(join(t.testdir(), 'model'), network))
    t.match(await modelDetector(model!).detect(await imageOf(255, 0, 0), nothingKnown), { signals: { length: 0 }, notChecked: [{ code: 'model_failed' }] })
  }
})

t.test('calibration finds what scores are worth, and claims no more than was measured', async (t) => {
  // Scores whose true log likelihood ratio is twice their logit: logits of mean −1 and 1 with variance 1.
  const at = (logit: number) => 1 / (1 + Math.exp(-logit))
  const normal = Array.from({ length: 600 }, (_, index) => Math.sqrt(2) * inverseErf((2 * (index + 0.5)) / 600 - 1))
  const calibration = calibrate({ photographs: normal.map((x) => at(x - 1)), generated: normal.slice(0, 300).flatMap((_, index) => [at(normal[2 * index]! + 1)]) })
  t.ok(Math.abs(calibration.slope * Math.LN10 - 2) < 0.15, `a slope of ${calibration.slope * Math.LN10}`)
  t.ok(Math.abs(calibration.intercept) < 0.1)
  t.ok(Math.abs(calibration.measured.auc - 0.921) < 0.01)

  const perfect = (count: number) => calibrate({ photographs: Array.from({ length: count }, () => 0.001), generated: Array.from({ length: count }, () => 0.999) })
  t.ok(log10LikelihoodRatioOf(1, perfect(35)) < 1.1, '35 photographs bear out no verdict')
  t.ok(log10LikelihoodRatioOf(1, perfect(300)) >= 1.99)
  t.equal(perfect(2).maxLog10LikelihoodRatio, 0)
  t.ok(calibrate({ photographs: [0.9, 0.8], generated: [0.1, 0.2] }).slope === 0, 'a model that is wrong is not turned round')
})

t.test('recall at a rate of false alarms, and the area under the curve', async (t) => {
  const photographs = Array.from({ length: 100 }, (_, index) => index / 100)
  t.equal(recallAt(0.01, photographs, [0.5, 0.985, 0.995, 1]), 0.75, 'one photograph may be above')
  t.equal(recallAt(0.01, photographs, []), 0)
  t.equal(areaUnderCurve([0, 1], [1, 2]), 0.875)
})

/** Winitzki's approximation. */
function inverseErf(x: number): number {
  const [a, log] = [0.147, Math.log(1 - x * x)]
  const part = 2 / (Math.PI * a) + log / 2
  return Math.sign(x) * Math.sqrt(Math.sqrt(part * part - log / a) - part)
}
