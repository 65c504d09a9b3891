const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** One Ctrl-C arrives twice: from the terminal, and passed on by npm. */
const SAME_KEYPRESS_MS = 500

export interface StopSignals {
  /** Aborted by the first signal. */
  stop: AbortSignal
  /** Aborted by the next one that is not an echo of the first. */
  hurry: AbortSignal
  dispose: () => void
}

/** Listens for what a terminal, npm, a container or an init system sends to end a process. */
export function stopSignals(say: (text: string) => void): StopSignals {
  const stop = new AbortController()
  const hurry = new AbortController()
  let firstAt = 0

  const onSignal = () => {
    if (!stop.signal.aborted) {
      firstAt = Date.now()
      say('Stopping: what is running may finish. Once more to stop at once.')
      stop.abort()
    } else if (Date.now() - firstAt > SAME_KEYPRESS_MS) {
      hurry.abort()
    }
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  return {
    stop: stop.signal,
    hurry: hurry.signal,
    dispose() {
      for (const name of SIGNALS) process.off(name, onSignal)
    }
  }
}
