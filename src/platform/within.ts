/**
 * Waits for something only so long. What was waited for goes on, unheard. An answer that has come counts, also when this
 * process was too busy to read it before the time was up: else a crowd of requests would look as if others did not answer.
 * @throws when the time is up
 */
export async function within<T>(timeoutMs: number, work: Promise<T>, late: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  // Timers come before sockets are read, and an immediate after it.
  const timer = setTimeout(() => setImmediate(reject, new Error(late)), timeoutMs)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
