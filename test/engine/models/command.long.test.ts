import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { env } from 'node:process'
import { promisify } from 'node:util'
import sharp from 'sharp'
import t from 'tap'
import { openModels } from '../../../src/engine/models/configured.ts'
import { linearNetwork, modelFolder, redManifest, redNetwork } from './onnx.ts'

const folder = t.testdir()
const dataDir = join(folder, 'data')

const model = (...args: string[]) => program('src/engine/models/command.ts', ...args)

async function program(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const options = { env: { ...env, DATA_DIR: dataDir } } // oxlint-disable-line node/no-process-env -- of the program that is started
  return promisify(execFile)(process.execPath, args, options).then(
    (output) => ({ ...output, code: 0 }),
    (error: { code: number; stdout: string; stderr: string }) => error
  )
}

/** Reddish pictures as AI, greenish ones as photographs, one of each on the wrong side. */
async function labelledPictures(): Promise<string> {
  const pictures = join(folder, 'pictures')
  await mkdir(pictures, { recursive: true })
  const lines = ['path,label,source']
  for (let index = 0; index < 12; index++) {
    for (const label of ['camera', 'ai'] as const) {
      const red = label === 'ai' ? 140 + 4 * index : 118 - 4 * index
      const name = `${label}-${index}.${label === 'ai' ? 'png' : 'jpg'}`
      await sharp({ create: { width: 64, height: 48, channels: 3, background: { r: index === 3 ? 255 - red : red, g: 128, b: 128 } } }).toFile(join(pictures, name))
      lines.push(`${name},${label},made`)
    }
  }
  await writeFile(join(pictures, 'labels.csv'), [...lines, 'missing.png,ai,made', 'a.mp4,manipulated,made'].join('\n'))
  return pictures
}

t.test('a model is connected in one step, calibrated on labelled pictures, and it says what it is worth', async (t) => {
  const source = await modelFolder(join(folder, 'source'))
  const { code, stdout } = await model('add', source, '--labels', await labelledPictures())
  t.equal(code, 0)
  t.match(stdout, /loaded; a grey picture has 0\.50/)
  t.match(stdout, /made: 12 pictures.*found at 1 % false alarms/)
  t.match(stdout, /12 photographs and 12 AI pictures, all saved alike: area under the curve 0\.\d+/)
  t.match(stdout, /at most 4 to 1: not enough for a verdict alone/)

  const [added] = await openModels({ modelPath: undefined, dataDir })
  t.match(added, { manifest: { name: 'red', calibration: { measured: { photographs: 12, generated: 12 } } }, path: join(dataDir, 'models', 'red', 'model.onnx') })
  t.match((await model('check')).stdout, /Red is AI \(model_red@[0-9a-f]{12}\)/)

  const again = await model('add', source)
  t.match(again.stdout, /not calibrated.*moves no verdict/, 'another time takes the place of the first')
  t.same(await readdir(join(dataDir, 'models')), ['red'])
  t.same(await readdir(dataDir), ['models'], 'nothing half done is left')
  t.notOk(JSON.parse(await readFile(join(dataDir, 'models', 'red', 'manifest.json'), 'utf8')).calibration)
})

t.test('what is no model is refused, and nothing is put anywhere', async (t) => {
  await rm(dataDir, { recursive: true, force: true })
  const three = await modelFolder(join(folder, 'three'), linearNetwork({ dims: [1, 3, 16, 16], weights: [[0, 0, 0], [1, 1, 1], [2, 2, 2]], bias: [0, 0, 0] }))
  t.match(await model('add', three), { code: 1, stderr: /gives 3 numbers, and its manifest names 2 classes/ })
  t.match(await model('add', await modelFolder(join(folder, 'broken'), Buffer.from('no network'))), { code: 1, stderr: /can not be loaded/ })
  t.match(await model('add', join(folder, 'nowhere')), { code: 1, stderr: /no model\.onnx/ })
  t.match(await model('add'), { code: 2, stderr: /Usage/ })
  t.same(await readdir(dataDir).catch(() => []), [])
})

t.test('without models nothing is loaded, and a configured folder that is missing is an error', async (t) => {
  t.same(await openModels({ modelPath: undefined, dataDir: join(folder, 'empty') }), [])
  await t.rejects(openModels({ modelPath: join(folder, 'gone'), dataDir }), /can not be read/)
  await modelFolder(join(folder, 'own'), redNetwork, { 'manifest.json': redManifest({ name: 'own' }) })
  t.match(await openModels({ modelPath: join(folder, 'own'), dataDir }), [{ manifest: { name: 'own' } }])
})

t.test('where the optional runtime is missing, whoever has a model is told what to install, and whoever has none needs it not', async (t) => {
  const without = (...args: string[]) => program('--import', './test/engine/models/withoutRuntime.ts', ...args)
  await rm(dataDir, { recursive: true, force: true })
  const picture = join(folder, 'plain.png')
  await sharp({ create: { width: 64, height: 48, channels: 3, background: '#808080' } }).toFile(picture)
  t.match(await without('src/engine/analyze.ts', '--json', picture), { code: 0, stdout: /"no_learned_detector"/ })

  t.match(await without('src/engine/models/command.ts', 'add', await modelFolder(join(folder, 'unasked'))), { code: 1, stderr: /npm install .*onnxruntime-node/ })
  await model('add', join(folder, 'unasked'))
  t.match(await without('src/engine/analyze.ts', picture), { code: 2, stderr: /npm install .*onnxruntime-node/ })

  const { stdout } = await program('src/engine/analyze.ts', '--json', picture)
  t.match(stdout, /"detector":"model_red"/, 'and with it the model is asked in the threads')
  t.match(stdout, /"engineVersion":"[^"]*\+model_red@[0-9a-f]{12}"/)
  t.notMatch(stdout, /no_learned_detector/)
})
