import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Hub } from '../events/hub.ts'
import type { Database } from '../platform/postgres.ts'
import { findBatch, type WholeBatch } from './batchQueries.ts'
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
export function waitAsPreferred(request: FastifyRequest, reply: FastifyReply, hub: Hub, db: Database, row: Analysis): Promise<Analysis> {
  return wait(request, reply, hub, { row, isOver: isEnded, look: () => findAnalysis(db, row.accountId, row.id) })
}

/** Waits for the end of a batch when the client prefers so, and says that it did. */
export function waitForBatch(request: FastifyRequest, reply: FastifyReply, hub: Hub, db: Database, row: WholeBatch): Promise<WholeBatch> {
  return wait(request, reply, hub, {
    row,
    isOver: ({ endedAt }) => endedAt !== null,
    look: () => findBatch(db, row.accountId, row.id)
  })
}

interface Awaited<Row> {
  row: Row
  isOver: (row: Row) => boolean
  /** Undefined when it is gone. */
  look: () => Promise<Row | undefined>
}

async function wait<Row extends { accountId: string }>(
  request: FastifyRequest,
  reply: FastifyReply,
  hub: Hub,
  awaited: Awaited<Row>
): Promise<Row> {
  const seconds = preferredWait(request.headers.prefer)
  if (seconds === undefined) return awaited.row
  reply.header('preference-applied', `wait=${seconds}`)
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return waitUntilOver(hub, awaited, seconds * 1_000, gone.signal)
}

/** Waits until it is over, or the time is up, or the signal fires. Returns the row as it is then. */
async function waitUntilOver<Row extends { accountId: string }>(
  hub: Hub,
  { row: first, isOver, look }: Awaited<Row>,
  waitMs: number,
  signal: AbortSignal
): Promise<Row> {
  const until = performance.now() + waitMs
  let heard = Promise.withResolvers<void>()
  const onEvent = () => heard.resolve()
  // Without Redis it looks every second, which is as right, and a little later.
  const leave = await hub.listen(first.accountId, { entry: onEvent, resumed: onEvent }).catch(() => () => {})
  try {
    let row = first
    while (!isOver(row) && !signal.aborted) {
      const leftMs = until - performance.now()
      if (leftMs <= 0) break
      const nextLook = new AbortController()
      await Promise.race([heard.promise, sleep(Math.min(LOOK_EVERY_MS, leftMs), undefined, { signal: nextLook.signal })])
      nextLook.abort()
      heard = Promise.withResolvers()
      const found = await look()
      if (found === undefined) break
      row = found
    }
    return row
  } finally {
    leave()
  }
}
