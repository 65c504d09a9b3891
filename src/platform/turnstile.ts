/** Lets a fixed number in at a time; the others wait, the most urgent and the longest waiting first. */
export interface Turnstile {
  /**
   * Resolves when there is room.
   * @param priority a whole number, 1 is the most urgent. One step is worth `STEP_MS` of waiting: so everybody's turn
   * comes, whoever else comes in.
   * @throws the signal's reason when the one who waits gives up, `Error` when too many wait
   */
  enter(signal: AbortSignal, priority?: number): Promise<void>
  /** Makes room for the next. Once for each `enter`. */
  leave(): void
  /** How many could enter at once. */
  readonly free: number
  readonly waiting: number
}

export const STEP_MS = 5_000

/** Whose `rank` is the lowest is next. It is fixed when they come: those who wait never change places with each other. */
interface Waiting {
  rank: number
  start: () => void
}

export function turnstile(places: number, maxWaiting: number, now = () => performance.now()): Turnstile {
  let free = places
  // A Set keeps the order of insertion, which decides between equal ranks, and lets one who gives up leave from the middle.
  const waiting = new Set<Waiting>()

  return {
    async enter(signal, priority = 1) {
      signal.throwIfAborted()
      if (free > 0) {
        free--
        return
      }
      if (waiting.size >= maxWaiting) throw new Error(`More than ${maxWaiting} wait already`)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const place = { rank: now() + priority * STEP_MS, start: resolve }
      const giveUp = () => {
        waiting.delete(place)
        reject(signal.reason as Error)
      }
      waiting.add(place)
      signal.addEventListener('abort', giveUp, { once: true })
      await promise.finally(() => signal.removeEventListener('abort', giveUp))
    },

    leave() {
      let next: Waiting | undefined
      for (const place of waiting) if (next === undefined || place.rank < next.rank) next = place
      if (next === undefined) {
        free++
        return
      }
      waiting.delete(next)
      next.start()
    },

    get free() {
      return free
    },

    get waiting() {
      return waiting.size
    }
  }
}
