/** Memory for the bytes of files, given out in the order in which it is asked for. */
export interface MediaRoom {
  /**
   * Runs `work` as soon as there is room for so many bytes, and keeps it until `work` has ended. What is larger than
   * all of the room gets all of it.
   * @throws the signal's reason when the one who waits gives up
   */
  hold<T>(bytes: number, signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

/** @param totalBytes `Infinity` for no bound */
export function mediaRoom(totalBytes: number): MediaRoom {
  let free = totalBytes
  // A Set keeps the order of insertion, and lets one who gives up leave from the middle.
  const waiting = new Set<{ bytes: number; start: () => void }>()

  function startWhoMay(): void {
    for (const next of waiting) {
      if (next.bytes > free) return
      waiting.delete(next)
      free -= next.bytes
      next.start()
    }
  }

  async function enter(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const place = { bytes, start: resolve }
    const giveUp = () => {
      // Whoever has been let in goes in, and finds the signal fired there.
      if (!waiting.delete(place)) return
      reject(signal.reason as Error)
      startWhoMay()
    }
    waiting.add(place)
    signal.addEventListener('abort', giveUp, { once: true })
    startWhoMay()
    await promise.finally(() => signal.removeEventListener('abort', giveUp))
  }

  return {
    async hold(wanted, signal, work) {
      const bytes = Math.min(wanted, totalBytes)
      await enter(bytes, signal)
      try {
        return await work()
      } finally {
        free += bytes
        startWhoMay()
      }
    }
  }
}
