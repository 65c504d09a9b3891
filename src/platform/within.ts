/** Waits for something only so long. What was waited for goes on, unheard. @throws when the time is up */
export async function within<T>(timeoutMs: number, work: Promise<T>, late: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(reject, timeoutMs, new Error(late))
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
