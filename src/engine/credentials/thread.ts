import { parentPort, workerData } from 'node:worker_threads'
import { initSync, WasmReader } from '@contentauth/c2pa-wasm'

/**
 * The thread in which a manifest store is taken apart and verified. It has no way into the network: the library would
 * otherwise fetch what a file tells it to.
 */

export interface VerificationTask {
  bytes: Uint8Array
  mediaType: string
  /** PEM; undefined where no trust list is configured. */
  anchors: string | undefined
}

export type VerificationAnswer = (
  | { report: string; activeLabel: string | undefined }
  /** In the library's words, such as `C2pa(JumbfNotFound)`. */
  | { refusal: string }
) & {
  /** What the library's memory has grown to. It never shrinks. */
  memoryBytes: number
}

export interface VerifierSettings {
  module: WebAssembly.Module
}

/** A store of ordinary size gives tens of kilobytes. */
const maxReportLength = 8_000_000

// On its way down the library writes what it was at, which is of use to nobody who runs this.
for (const name of ['debug', 'error', 'info', 'log', 'warn'] as const) console[name] = () => undefined
for (const name of ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest']) Reflect.deleteProperty(globalThis, name)

const { memory } = initSync({ module: (workerData as VerifierSettings).module })

parentPort!.on('message', (task: VerificationTask) => void answer(task))

async function answer(task: VerificationTask): Promise<void> {
  const found = await verify(task)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort!.postMessage({ ...found, memoryBytes: memory.buffer.byteLength } satisfies VerificationAnswer)
}

async function verify({ bytes, mediaType, anchors }: VerificationTask) {
  const settings = {
    trust: anchors === undefined ? {} : { trust_anchors: anchors },
    verify: { verify_trust: true, verify_timestamp_trust: true, check_ingredient_trust: true, ocsp_fetch: false, remote_manifest_fetch: false }
  }
  let reader: WasmReader | undefined
  try {
    reader = await WasmReader.fromBytes(mediaType, bytes, JSON.stringify(settings))
    const report = reader.crJson()
    return report.length > maxReportLength ? { refusal: 'The report is too long' } : { report, activeLabel: reader.activeLabel() }
  } catch (error) {
    // After a trap the library's memory is in no known state: the thread goes down with it, and the next file gets a new one.
    if (error instanceof WebAssembly.RuntimeError) throw error
    return { refusal: String(error).slice(0, 300) }
  } finally {
    reader?.free()
  }
}
