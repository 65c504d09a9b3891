import { parentPort, threadId, workerData } from 'node:worker_threads'
import { move, transferableSymbol, valueSymbol } from 'piscina'
import { allDetectors } from './allDetectors.ts'
import { analyzeMedia } from './analysis.ts'
import { prepareDecoder } from './decoder.ts'
import type { Detector } from './detector.ts'
import { hearNotices } from './notice.ts'
import { outcomeOf } from './outcome.ts'
import type { AnalysisTask, Began, Noticed, ThreadSettings } from './threadMessages.ts'

let current: number | undefined

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
hearNotices((notice) => parentPort?.postMessage({ notice, of: current } satisfies Noticed))
prepareDecoder()

/** The thread's entry: one picture after another, never two at a time. */
export default async function analyze(task: AnalysisTask) {
  current = task.id
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage({ began: task.id, thread: threadId } satisfies Began)
  const outcome = await outcomeOf(async () => analyzeMedia(new Uint8Array(task.bytes), task.mediaType, await ownDetectors(), task.context))
  const buffers = 'report' in outcome ? outcome.report.evidence.map((evidence) => evidence.bytes.buffer) : []
  return move({ [transferableSymbol]: buffers, [valueSymbol]: outcome })
}

/** Proves that the thread runs and that its detectors can be loaded. */
export async function ping(): Promise<'pong'> {
  await ownDetectors()
  return 'pong'
}

let loaded: Promise<Detector[]> | undefined

function ownDetectors(): Promise<Detector[]> {
  return (loaded ??= allDetectors(workerData as ThreadSettings))
}
