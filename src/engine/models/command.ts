/** `npm run model -- add FOLDER`: connects a classifier of AI pictures, and says what it is worth. */
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { stderr, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { readConfig } from '../../config.ts'
import { progressBar } from '../cli/progress.ts'
import { readLabels } from '../evaluation/labels.ts'
import { threshold } from '../verdict.ts'
import { calibrate } from './calibration.ts'
import { modelsFolder, openModels } from './configured.ts'
import { readModel, type Model } from './folder.ts'
import { ModelError, type Calibration, type Manifest } from './manifest.ts'
import { joined, linesOf, scoresOf } from './measure.ts'
import { openNetwork, type Network } from './network.ts'

const usage = `Usage: npm run model -- add FOLDER [--labels FOLDER]
       npm run model -- check

Connects classifiers of AI pictures (ONNX).

  add FOLDER       checks the model in FOLDER (model.onnx with manifest.json, or with the config.json and
                   preprocessor_config.json of a Hugging Face classifier), and puts it where the service looks for models
  --labels FOLDER  calibrates it on the pictures that labels.csv in FOLDER names (columns path, label and source; labels
                   camera and ai), and says what it is worth; without it the model moves no verdict
  check            loads the models that are in use, and asks each of them about a grey picture
`

async function main(args: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { labels: { type: 'string' }, help: { type: 'boolean', short: 'h' } } })
    const [command, folder, ...rest] = positionals
    if (values.help === true) stdout.write(usage)
    else if (command === 'add' && folder !== undefined && rest.length === 0) await add(folder, values.labels)
    else if (command === 'check' && folder === undefined) await check()
    else throw new TypeError('What is to be done?')
    return 0
  } catch (error) {
    const isUsage = error instanceof TypeError
    stderr.write(`${(error as Error).message}\n${isUsage ? `\n${usage}` : ''}`)
    if (!(isUsage || error instanceof ModelError)) throw error
    return isUsage ? 2 : 1
  }
}

async function add(folder: string, labels: string | undefined): Promise<void> {
  const model = await readModel(folder)
  const network = await openNetwork(model)
  try {
    stdout.write(`${model.manifest.title}: loaded; a grey picture has ${(await scoreOfGrey(network)).toFixed(3)}\n`)
    const calibration = labels === undefined ? model.manifest.calibration : await calibrated(network, labels)
    const place = await put(model, { ...model.manifest, ...(calibration && { calibration }) })
    stdout.write(`${worthOf(calibration)}\nIt is in ${place}, and is asked from the next start of the service.\n`)
  } finally {
    await network.close()
  }
}

async function calibrated(network: Network, folder: string): Promise<Calibration> {
  const files = await readLabels(folder)
  const progress = progressBar(files.length)
  const sources = await scoresOf(network, folder, files, () => progress.step())
  progress.end()
  const scores = joined(sources)
  if (scores.photographs.length === 0 || scores.generated.length === 0) throw new ModelError(`${folder} has no pictures of both labels, camera and ai, that can be decoded`)
  stdout.write(`${linesOf(sources).join('\n')}\n`)
  return calibrate(scores)
}

function worthOf(calibration: Calibration | undefined): string {
  if (calibration === undefined) return 'It was not calibrated: its score is shown, and moves no verdict. Calibrate it with --labels.'
  const { measured, maxLog10LikelihoodRatio } = calibration
  // With the verdict's prior odds, as `verdict.ts` has them.
  const alone = 10 ** maxLog10LikelihoodRatio >= (9 * threshold) / (1 - threshold)
  return [
    `Measured on ${measured.photographs} photographs and ${measured.generated} AI pictures, all saved alike: area under the curve ${measured.auc.toFixed(3)}, ` +
      `${Math.round(100 * measured.recallAtOnePercent)} % found at one false alarm in a hundred.`,
    `Its word counts at most ${Math.round(10 ** maxLog10LikelihoodRatio)} to 1: ${alone ? 'enough for a verdict.' : 'not enough for a verdict alone, which takes some 250 photographs.'}`,
    'On generators that are not among these pictures it may be much worse.'
  ].join('\n')
}

/** Puts a model where the service looks for it: whole, or not at all. @returns where */
async function put({ path }: Model, manifest: Manifest): Promise<string> {
  const models = modelsFolder(readConfig().dataDir)
  await mkdir(models, { recursive: true })
  // Beside the models, not among them: a half copied one must not be found there.
  const half = await mkdtemp(`${models}-`)
  const place = join(models, manifest.name)
  try {
    for (const name of await readdir(dirname(path))) if (name.startsWith('model.onnx')) await copyFile(join(dirname(path), name), join(half, name))
    await writeFile(join(half, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    await rm(place, { recursive: true, force: true })
    await rename(half, place)
  } finally {
    await rm(half, { recursive: true, force: true })
  }
  return place
}

async function check(): Promise<void> {
  const models = await openModels(readConfig())
  if (models.length === 0) stdout.write('There are no models.\n')
  for (const model of models) {
    const network = await openNetwork(model)
    try {
      stdout.write(`${model.manifest.title} (model_${model.manifest.name}@${model.version}): a grey picture has ${(await scoreOfGrey(network)).toFixed(3)}\n${worthOf(model.manifest.calibration)}\n`)
    } finally {
      await network.close()
    }
  }
}

function scoreOfGrey(network: Network): Promise<number> {
  return network.score({ data: new Uint8Array(256 * 256 * 3).fill(128), width: 256, height: 256 })
}

process.exitCode = await main(process.argv.slice(2))
