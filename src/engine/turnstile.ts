/** Lets a fixed number in at a time; the others wait in the order in which they came. */
export interface Turnstile {
  /** Resolves when there is room. @throws the signal's reason when the one who waits gives up, `Error` when too many wait. */
  enter(signal: AbortSignal): Promise<void>
  /** Makes room for the next. Once for each `enter`. */
  leave(): void
  /** How many could enter at once. */
  readonly free: number
}

export function turnstile(places: number, maxWaiting: number): Turnstile {
  let free = places
  // A Set keeps the order of insertion, and lets one who gives up leave from the middle.
  const waiting = new Set<() => void>()

  return {
    async enter(signal) {
      signal.throwIfAborted()
      if (free > 0) {
        free--
        return
      }
      if (waiting.size >= maxWaiting) throw new Error(`More than ${maxWaiting} analyses wait for a thread`)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const giveUp = () => {
        waiting.delete(resolve)
        reject(signal.reason as Error)
      }
      waiting.add(resolve)
      signal.addEventListener('abort', giveUp, { once: true })
      await promise.finally(() => signal.removeEventListener('abort', giveUp))
    },

    leave() {
      const [next] = waiting
      if (next === undefined) {
        free++
        return
      }
      waiting.delete(next)
      next()
    },

    get free() {
      return free
    }
  }
}
