import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Hub } from '../events/hub.ts'
import type { Database } from '../platform/postgres.ts'
import type { Analysis } from './moves.ts'
import { findAnalysis } from './queries.ts'
import { isEnded } from './resource.ts'

/** How often the row itself is looked at, in case that no event comes. */
const LOOK_EVERY_MS = 1_000
export const MAX_WAIT_SECONDS = 60

/** The seconds of `Prefer: wait=N` (RFC 7240), at most `MAX_WAIT_SECONDS`; undefined when the client does not ask. */
export function preferredWait(prefer: string | string[] | undefined): number | undefined {
  const match = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:[,;]|$)/i.exec([prefer].flat().join(','))
  return match === null ? undefined : Math.min(Number(match[1]), MAX_WAIT_SECONDS)
}

/** Waits for the verdict when the client prefers so, and says that it did. */
export async function waitAsPreferred(
  request: FastifyRequest,
  reply: FastifyReply,
  hub: Hub,
  db: Database,
  row: Analysis
): Promise<Analysis> {
  const seconds = preferredWait(request.headers.prefer)
  if (seconds === undefined) return row
  reply.header('preference-applied', `wait=${seconds}`)
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return waitForEnd(db, hub, row, seconds * 1_000, gone.signal)
}

/** Waits until an analysis has ended, or the time is up, or the signal fires. Returns the row as it is then. */
export async function waitForEnd(
  db: Database,
  hub: Hub,
  analysis: Analysis,
  waitMs: number,
  signal: AbortSignal
): Promise<Analysis> {
  const { accountId, id } = analysis
  const until = performance.now() + waitMs
  let heard = Promise.withResolvers<void>()
  const onEvent = () => heard.resolve()
  // Without Redis it looks every second, which is as right, and a little later.
  const leave = await hub.listen(accountId, { entry: onEvent, resumed: onEvent }).catch(() => () => {})
  try {
    let row = analysis
    while (!isEnded(row) && !signal.aborted) {
      const leftMs = until - performance.now()
      if (leftMs <= 0) break
      const nextLook = new AbortController()
      await Promise.race([heard.promise, sleep(Math.min(LOOK_EVERY_MS, leftMs), undefined, { signal: nextLook.signal })])
      nextLook.abort()
      heard = Promise.withResolvers()
      const found = await findAnalysis(db, accountId, id)
      if (found === undefined) break
      row = found
    }
    return row
  } finally {
    leave()
  }
}
