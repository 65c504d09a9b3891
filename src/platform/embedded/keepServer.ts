import { setTimeout as sleep } from 'node:timers/promises'
import type { EmbeddedServer } from './processes.ts'
import { countFailures, inSeconds, pauseBeforeRestart, type RestartPolicy } from './restarts.ts'

export interface KeptServer {
  url: string
  stop: () => Promise<void>
}

/**
 * Starts an embedded server, and starts it again, in the same place, whenever it ends by itself. The service notices
 * as it would with any server that restarts, and connects again.
 */
export async function keepServer(
  name: string,
  start: () => Promise<EmbeddedServer>,
  policy: RestartPolicy,
  say: (line: string) => void
): Promise<KeptServer> {
  const stopping = new AbortController()
  let server = await start()
  const url = server.url
  const kept = keep()
  return {
    url,
    async stop() {
      stopping.abort()
      await server.stop()
      await kept
    }
  }

  async function keep(): Promise<void> {
    let failures = 0
    let startedAt = Date.now()
    let how = await server.ended
    while (!stopping.signal.aborted) {
      failures = countFailures(failures, Date.now() - startedAt, policy)
      const pauseMs = pauseBeforeRestart(failures, policy)
      say(`${name} has ended (${how}); starting it again in ${inSeconds(pauseMs)}`)
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined) // cut short by stop()
      if (stopping.signal.aborted) return
      startedAt = Date.now()
      try {
        server = await start()
        if (stopping.signal.aborted) return await server.stop()
        how = await server.ended
      } catch (error) {
        how = (error as Error).message
      }
    }
  }
}
