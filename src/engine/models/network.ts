import type * as Runtime from 'onnxruntime-node'
import type { Pixels } from '../image.ts'
import type { Model } from './folder.ts'
import { tensorsOf } from './input.ts'
import { ModelError, type Manifest } from './manifest.ts'

/** A network that is loaded. */
export interface Network {
  /** @returns the probability that a generator made the picture, 0–1, by the network's own word */
  score(pixels: Pixels): Promise<number>
  close(): Promise<void>
}

/** What to do where the runtime is missing: it is 290 MB, and only models need it. */
const howToInstall = 'Models need the package onnxruntime-node, which is not installed: npm install --no-save --ignore-scripts onnxruntime-node'

/** @throws {ModelError} where the optional runtime is not installed, or has no program for this system */
export async function loadRuntime(): Promise<typeof Runtime> {
  try {
    return await import('onnxruntime-node')
  } catch (error) {
    throw new ModelError(howToInstall, { cause: error })
  }
}

/**
 * Loads a network, to be run on one core: the pool has a thread for each.
 * @throws {ModelError} where it can't be loaded, or has other inputs and outputs than its manifest says
 */
export async function openNetwork({ manifest, path }: Pick<Model, 'manifest' | 'path'>): Promise<Network> {
  const { InferenceSession: Session, Tensor } = await loadRuntime()
  const session = await Session.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Warnings of a network go to the process's own output otherwise.
    logSeverityLevel: 3
  }).catch((error: unknown) => {
    throw new ModelError(`The network of ${manifest.title} can not be loaded`, { cause: error })
  })
  const [inputName, outputName] = [onlyNameOf(session.inputNames, 'input', manifest), session.outputNames[0]!]

  return {
    async score(pixels) {
      const { data, dims } = await tensorsOf(pixels, manifest.input)
      let sum = 0
      for (const values of data) {
        const answer: Runtime.InferenceSession.ReturnType = await session.run({ [inputName]: new Tensor('float32', values, dims) })
        sum += probabilityOf(answer[outputName]!.data as Float32Array, manifest)
      }
      return sum / data.length
    },
    close: () => session.release()
  }
}

function onlyNameOf(names: readonly string[], what: string, { title }: Manifest): string {
  if (names.length !== 1) throw new ModelError(`The network of ${title} has ${names.length} ${what}s, not one: it is no image classifier`)
  return names[0]!
}

/** @throws {ModelError} where the network answers something else than its manifest says */
function probabilityOf(values: Float32Array, { title, output: { activation, classes, generated } }: Manifest): number {
  if (values.length !== classes.length) throw new ModelError(`The network of ${title} gives ${values.length} numbers, and its manifest names ${classes.length} classes`)
  const probabilities = activated(values, activation)
  const probability = generated.reduce((sum, index) => sum + probabilities[index]!, 0)
  if (!Number.isFinite(probability) || probability < -1e-6 || probability > 1 + 1e-4) {
    throw new ModelError(`The network of ${title} gives ${probability}, which is no probability`)
  }
  return Math.max(0, Math.min(1, probability))
}

function activated(values: Float32Array, activation: Manifest['output']['activation']): number[] {
  if (activation === 'none') return [...values]
  if (activation === 'sigmoid') return [...values].map((value) => 1 / (1 + Math.exp(-value)))
  const largest = Math.max(...values)
  const exponents = [...values].map((value) => Math.exp(value - largest))
  const sum = exponents.reduce((total, value) => total + value, 0)
  return exponents.map((value) => value / sum)
}
