import { Problem } from './problem.ts'
import { pause } from './retry.ts'

export interface WaitOptions {
  signal?: AbortSignal | undefined
  /** How long to wait for the end at most; ten minutes by default. */
  waitSeconds?: number | undefined
}

/** Of one request: proxies cut what is silent for longer. */
const SECONDS_AT_ONCE = 20
/** Where the service does not wait, it is asked after pauses that grow. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 5_000]

/**
 * Asks until something has ended. The service waits with its answer (`Prefer: wait=N`, RFC 7240), so that hardly anything
 * is asked in vain; unlike a stream of events that takes none of the streams that a plan has.
 * @param look asks with these headers, and within this time
 * @throws {Problem} `not_ended` when the time is up
 */
export async function untilEnded<T>(
  look: (sent: { headers: Record<string, string>; timeoutMs: number; signal: AbortSignal | undefined }) => Promise<T>,
  isEnded: (found: T) => boolean,
  { signal, waitSeconds = 600 }: WaitOptions
): Promise<T> {
  const until = performance.now() + 1_000 * waitSeconds
  for (let inVain = 0; ; ) {
    const begun = performance.now()
    const seconds = Math.max(0, Math.min(SECONDS_AT_ONCE, Math.ceil((until - begun) / 1_000)))
    const found = await look({ headers: { prefer: `wait=${seconds}` }, timeoutMs: 1_000 * seconds + 30_000, signal })
    if (isEnded(found)) return found
    const now = performance.now()
    if (now >= until) throw new Problem(0, { code: 'not_ended', title: `It has not ended within ${waitSeconds} seconds` })
    if (now - begun < 500 * seconds) await pause(Math.min(PAUSES_MS[inVain++] ?? 10_000, until - now), signal)
  }
}
