import type { Caller } from '../accounts/apiKeys.ts'

/** Looks from time to time whether those who listen still may. */
export interface AccessWatch<Stream> {
  add(stream: Stream, caller: Caller): void
  remove(stream: Stream): void
  /** Looks at once, or right after the look that is under way. */
  look(stream: Stream): void
  close(): void
}

/** How many callers one query asks for. */
const TOGETHER = 500

/**
 * Watches over streams, which outlive the request that they were opened with. Those that are due at the same time are
 * looked at together: thousands of them are a few queries, also when all of them have reason to ask at once.
 * @param options.stillValid which of these callers still are
 * @param options.end called for a stream whose caller is none any longer
 */
export function watchAccess<Stream>(options: {
  everyMs: number
  stillValid: (callers: Caller[]) => Promise<Set<Caller>>
  end: (stream: Stream) => void
}): AccessWatch<Stream> {
  const { everyMs, stillValid, end } = options
  const watched = new Map<Stream, Caller>()
  let due = new Set<Stream>()
  let looking = false

  async function lookAtDue(): Promise<void> {
    if (looking) return
    looking = true
    while (due.size > 0) {
      const streams = [...due]
      due = new Set()
      for (let from = 0; from < streams.length; from += TOGETHER) await lookAt(streams.slice(from, from + TOGETHER))
    }
    looking = false
  }

  async function lookAt(streams: Stream[]): Promise<void> {
    const asked = streams.flatMap((stream) => {
      const caller = watched.get(stream)
      return caller === undefined ? [] : [{ stream, caller }]
    })
    // Unknown is not invalid: a database that is away ends no stream.
    const valid = await stillValid(asked.map(({ caller }) => caller)).catch(() => undefined)
    for (const { stream, caller } of asked) if (valid !== undefined && !valid.has(caller)) end(stream)
  }

  const timer = setInterval(() => {
    for (const stream of watched.keys()) due.add(stream)
    void lookAtDue()
  }, everyMs)

  return {
    add: (stream, caller) => void watched.set(stream, caller),
    remove: (stream) => void watched.delete(stream),
    look(stream) {
      due.add(stream)
      void lookAtDue()
    },
    close: () => clearInterval(timer)
  }
}
