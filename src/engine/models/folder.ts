import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { modelPrefix } from '../verdict.ts'
import { manifestFromHuggingFace } from './huggingFace.ts'
import { checkedManifest, ModelError, type Manifest } from './manifest.ts'

/** A model that is ready to be loaded by a thread. */
export interface Model {
  manifest: Manifest
  /** Of the network. */
  path: string
  /** The beginning of the SHA-256 of the network and of the manifest: another one, another answer. */
  version: string
}

/** The `detector` of a model's signals. */
export const modelId = ({ manifest }: Model) => `${modelPrefix}${manifest.name}`

/** What models add to the engine's version. */
export function versionsOf(models: readonly Model[]): { id: string; version: string }[] {
  return models.map((model) => ({ id: modelId(model), version: model.version }))
}

/**
 * Reads what MODEL_PATH names: a model's folder, or a folder of such folders, in the order of their names.
 * @throws {ModelError} for a folder that is none, and for two models of one name
 */
export async function readModels(path: string): Promise<Model[]> {
  const folders = (await networkIn(path)) === undefined ? await foldersIn(path) : [path]
  const models = await Promise.all(folders.map(readModel))
  const names = models.map(({ manifest }) => manifest.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new ModelError(`Two models in ${path} are named ${twice}`)
  return models
}

/**
 * Reads one model's folder: `model.onnx` (or `onnx/model.onnx`) with `manifest.json`, or with the files from which a manifest can be derived.
 * @throws {ModelError}
 */
export async function readModel(folder: string): Promise<Model> {
  const path = await networkIn(folder)
  if (path === undefined) throw new ModelError(`There is no model.onnx in ${folder}`)
  const manifest = await manifestOf(folder)
  const hash = createHash('sha256').update(JSON.stringify(manifest))
  // Large networks keep their weights in files beside: `model.onnx_data`.
  const files = (await readdir(dirname(path))).filter((name) => name.startsWith('model.onnx')).sort()
  for (const name of files) for await (const chunk of createReadStream(join(dirname(path), name))) hash.update(chunk as Buffer)
  return { manifest, path, version: hash.digest('hex').slice(0, 12) }
}

async function manifestOf(folder: string): Promise<Manifest> {
  const own = await json(join(folder, 'manifest.json'))
  if (own !== undefined) return checkedManifest(own, join(folder, 'manifest.json'))
  const [config, preprocessor] = [await json(join(folder, 'config.json')), await json(join(folder, 'preprocessor_config.json'))]
  if (config === undefined || preprocessor === undefined) {
    throw new ModelError(`There is neither a manifest.json in ${folder}, nor the config.json and preprocessor_config.json of a Hugging Face classifier`)
  }
  return manifestFromHuggingFace(config, preprocessor, basename(resolve(folder)))
}

async function json(path: string): Promise<{ [name: string]: unknown } | undefined> {
  const text = await readFile(path, 'utf8').catch(absent)
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no object')
    return value as { [name: string]: unknown }
  } catch (error) {
    throw new ModelError(`${path} is no JSON object`, { cause: error })
  }
}

async function networkIn(folder: string): Promise<string | undefined> {
  for (const path of [join(folder, 'model.onnx'), join(folder, 'onnx', 'model.onnx')]) {
    if (await access(path).then(() => true, () => false)) return path
  }
  return undefined
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw new ModelError(`The folder of models ${path} can not be read`, { cause: error })
  })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name)).sort()
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
  return undefined
}
