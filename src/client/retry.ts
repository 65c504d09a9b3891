import { Problem } from './problem.ts'

/** Pauses before the same is sent again by itself, when nothing came back. */
const PAUSES_MS = [2_000, 5_000, 15_000, 30_000]
/** A limit that opens later is one that somebody decides about. */
const LONGEST_WAIT_MS = 120_000

/** After which pause a request is sent again by itself, in ms; undefined where somebody has to ask for it. @param attempts so far */
export function pauseAfter(problem: Pick<Problem, 'status' | 'code' | 'retryAfterSeconds'>, attempts: number): number | undefined {
  const asked = problem.retryAfterSeconds === undefined ? undefined : 1_000 * problem.retryAfterSeconds
  if (problem.status === 429) return asked !== undefined && asked <= LONGEST_WAIT_MS ? asked : undefined
  if (problem.code === 'idempotency_key_in_flight') return asked ?? PAUSES_MS[0]
  const pauseMs = PAUSES_MS[attempts - 1]
  return pauseMs !== undefined && (problem.status === 0 || problem.status >= 500) ? Math.max(pauseMs, asked ?? 0) : undefined
}

/**
 * Runs a request again until it has an answer, as long as that may help.
 * @param isSafe whether the request may have been carried out already and can be sent again all the same; else it is only when it was refused
 */
export async function retrying<T>(run: (attempt: number) => Promise<T>, { isSafe, signal }: { isSafe: boolean; signal: AbortSignal | undefined }): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run(attempt)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const wasRefused = error.status === 429 || error.status === 503
      const pauseMs = isSafe || wasRefused ? pauseAfter(error, attempt) : undefined
      if (pauseMs === undefined) throw error
      // Never sooner than asked, and not all at the same time.
      await pause(pauseMs * (1 + Math.random() / 4), signal)
    }
  }
}

/** @throws the signal's reason */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
