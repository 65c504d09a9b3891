import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { VerificationAnswer, VerificationTask, VerifierSettings } from './thread.ts'

/**
 * The library that verifies Content Credentials, in a thread below the one that analyses. So a store on which it breaks down, or
 * never comes to an end, costs one file its credentials and nothing else, and its memory, which only grows, is given
 * back with its thread. It starts with the first file that has credentials: 50 MB, and 0.1 s.
 */

export type Verification = VerificationAnswer | { failed: 'timed_out' | 'crashed' }

/** Ordinary files take 10 to 50 ms; the time of one of 100 MB is mostly its hash. Less than an analysis may take. */
const timeoutMs = 10_000
/** Beyond that a thread is not kept for the next file. A camera's picture of 20 MB stays below. */
const keptMemoryBytes = 96_000_000

let running: Worker | undefined
let compiled: Promise<WebAssembly.Module> | undefined
/** One file at a time: the library can't be interrupted, and each file's bytes are copied into it. */
let last: Promise<unknown> = Promise.resolve()

export function verify(task: VerificationTask): Promise<Verification> {
  const next = last.then(() => verifyNow(task))
  last = next.catch(() => undefined)
  return next
}

async function verifyNow(task: VerificationTask): Promise<Verification> {
  const worker = (running ??= await start())
  const over = AbortSignal.timeout(timeoutMs)
  worker.ref()
  try {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(task)
    const [answer] = (await once(worker, 'message', { signal: over })) as [VerificationAnswer]
    if (answer.memoryBytes > keptMemoryBytes) await stop(worker)
    return answer
  } catch {
    // What the library threw tells nothing of the file that it does not tell by itself.
    await stop(worker)
    return { failed: over.aborted ? 'timed_out' : 'crashed' }
  } finally {
    worker.unref()
  }
}

async function start(): Promise<Worker> {
  compiled ??= readFile(fileURLToPath(import.meta.resolve('@contentauth/c2pa-wasm/c2pa.wasm'))).then((bytes) => WebAssembly.compile(bytes))
  const module = await compiled
  const worker = new Worker(new URL('thread.ts', import.meta.url), {
    workerData: { module } satisfies VerifierSettings,
    resourceLimits: { maxOldGenerationSizeMb: 256 }
  })
  // Without a listener an error would end the whole process; between two files nobody waits for one.
  worker.on('error', () => undefined)
  worker.once('exit', () => {
    if (running === worker) running = undefined
  })
  worker.unref()
  return worker
}

async function stop(worker: Worker): Promise<void> {
  if (running === worker) running = undefined
  await worker.terminate()
}
