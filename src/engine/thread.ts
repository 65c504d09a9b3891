import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { move, transferableSymbol, valueSymbol } from 'piscina'
import { analyzeMedia } from './analysis.ts'
import { prepareDecoder } from './decoder.ts'
import type { Detector } from './detector.ts'
import { detectors } from './detectors/index.ts'
import type { AnalysisOutcome, AnalysisTask, Began, Sampled, ThreadSettings } from './threadMessages.ts'
import { EngineError } from './types.ts'
import { sampledVideo } from './video/stills.ts'
import type { DecodedVideo } from './video/video.ts'

prepareDecoder()

/** The thread's entry: one analysis after another, never two at a time. */
export default async function analyze(task: AnalysisTask) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage({ began: task.id } satisfies Began)
  const outcome = await outcomeOf(task)
  const buffers = 'report' in outcome ? outcome.report.evidence.map((evidence) => evidence.bytes.buffer) : []
  return move({ [transferableSymbol]: buffers, [valueSymbol]: outcome })
}

/** Proves that the thread runs and that its detectors can be loaded. */
export async function ping(): Promise<'pong'> {
  await allDetectors()
  return 'pong'
}

async function outcomeOf(task: AnalysisTask): Promise<AnalysisOutcome> {
  try {
    const onVideo = task.wantsStills ? (video: DecodedVideo) => postStills(task.id, video) : undefined
    return { report: await analyzeMedia(new Uint8Array(task.bytes), task.mediaType, await allDetectors(), task.context, onVideo) }
  } catch (error) {
    if (error instanceof EngineError) return { failure: { code: error.code, message: error.message } }
    throw error
  }
}

async function postStills(id: number, decoded: DecodedVideo): Promise<void> {
  const video = await sampledVideo(decoded)
  parentPort?.postMessage({ sampled: id, video } satisfies Sampled, video.stills.map(({ jpeg }) => jpeg.buffer))
}

let loaded: Promise<Detector[]> | undefined

function allDetectors(): Promise<Detector[]> {
  loaded ??= Promise.all([modelDetectors(), furtherDetectors()]).then(([models, further]) => [...detectors, ...models, ...further])
  return loaded
}

async function modelDetectors(): Promise<Detector[]> {
  const { models } = workerData as ThreadSettings
  if (models.length === 0) return []
  const { modelDetector } = await import('./models/modelDetector.ts')
  return models.map(modelDetector)
}

async function furtherDetectors(): Promise<Detector[]> {
  const settings = workerData as ThreadSettings
  if (settings.detectors === undefined) return []
  const module = (await import(pathToFileURL(resolve(settings.detectors)).href)) as { default: Detector[] }
  return module.default
}
