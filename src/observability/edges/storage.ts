import { ObjectMissing, StorageFull, StorageUnavailable, type Storage } from '../../platform/storage/storage.ts'
import type { Measures, StorageOutcome } from '../measures.ts'

/** A storage that tells how long it takes. */
export function measuredStorage(storage: Storage, measures: Measures): Storage {
  async function timed<T>(operation: string, work: () => Promise<T>, waitedMs = () => 0): Promise<T> {
    const began = performance.now()
    const end = (outcome: StorageOutcome) => measures.storageTook(operation, outcome, (performance.now() - began - waitedMs()) / 1_000)
    try {
      const result = await work()
      end('ok')
      return result
    } catch (error) {
      end(outcomeOf(error))
      throw error
    }
  }

  return {
    put(key, body, contentType) {
      const { followed, waitedMs } = waitingFor(body)
      return timed('put', () => storage.put(key, followed, contentType), waitedMs)
    },
    // Until its bytes begin to come; how fast they are taken is up to the reader.
    get: (key, options) => timed('get', () => storage.get(key, options)),
    copy: (from, to) => timed('copy', () => storage.copy(from, to)),
    removeAll: (prefix) => timed('remove', () => storage.removeAll(prefix)),
    // Asked for page by page while it is read: only commands do that, which measure nothing.
    list: (prefix) => storage.list(prefix),
    check: () => timed('check', () => storage.check()),
    close: () => storage.close()
  }
}

/** What the body or the caller threw says nothing of the store. */
function outcomeOf(error: unknown): StorageOutcome {
  if (error instanceof ObjectMissing) return 'missing'
  return error instanceof StorageUnavailable || error instanceof StorageFull ? 'error' : 'interrupted'
}

/** Follows a body, and reckons how long it was waited for: a slow client is no slow storage. */
function waitingFor(body: AsyncIterable<Buffer>) {
  let waitedMs = 0
  async function* followed() {
    const chunks = body[Symbol.asyncIterator]()
    try {
      for (;;) {
        const asked = performance.now()
        const next = await chunks.next().finally(() => (waitedMs += performance.now() - asked))
        if (next.done === true) return
        yield next.value
      }
    } finally {
      // Whoever stops reading in the middle stops the body as well.
      await chunks.return?.()
    }
  }
  return { followed: followed(), waitedMs: () => waitedMs }
}
