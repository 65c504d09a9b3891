import type { FastifyBaseLogger } from 'fastify'

/** Work that is done again and again. */
export interface Repeating {
  /** Does the work now, or once more right after the round that is under way. */
  nudge: () => void
  /** Ends it, after the round that is under way. */
  close(): Promise<void>
}

/**
 * Runs `work` now and then every `everyMs`, never twice at once. A round that fails is logged, once for a row of the
 * same failure, and the next one comes all the same: this is for work that must go on as long as the process lives.
 */
export function repeat(
  name: string,
  everyMs: number,
  log: FastifyBaseLogger,
  work: (signal: AbortSignal) => Promise<void>
): Repeating {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let again = false
  let lastFailure: string | undefined

  async function round(): Promise<void> {
    try {
      await work(stop.signal)
      if (lastFailure !== undefined) log.info(`The ${name} goes on`)
      lastFailure = undefined
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error)
      if (failure !== lastFailure && !stop.signal.aborted) log.warn({ err: error }, `The ${name} failed; it goes on trying`)
      lastFailure = failure
      again = false
    }
  }

  async function rounds(): Promise<void> {
    do {
      again = false
      await round()
    } while (again && !stop.signal.aborted)
    running = undefined
    if (!stop.signal.aborted) timer = setTimeout(start, everyMs)
  }

  function start(): void {
    clearTimeout(timer)
    if (running !== undefined) again = true
    else if (!stop.signal.aborted) running = rounds()
  }

  start()
  return {
    nudge: start,
    async close() {
      stop.abort()
      clearTimeout(timer)
      await running
    }
  }
}

/** Several as one. */
export function together(...all: Repeating[]): Repeating {
  return {
    nudge: () => all.forEach(({ nudge }) => nudge()),
    close: async () => void (await Promise.all(all.map((each) => each.close())))
  }
}
