import { getTableColumns, inArray, sql } from '../platform/drizzle.ts'
import type { FastifyBaseLogger } from 'fastify'
import { isAccessChange, microseconds, tellAccessChange } from '../accounts/accessChange.ts'
import type { Database } from '../platform/postgres.ts'
import type { Redis } from '../platform/redis.ts'
import { outbox } from '../platform/schema.ts'
import { repeat, type Repeating } from '../platform/repeat.ts'
import { appendEvent } from './stream.ts'

/** The number of the lock under which one machine at a time relays: so events keep their order. */
const RELAY_LOCK = 7_226_116
const BATCH = 100
const EVERY_MS = 500

/**
 * Hands what stands in the outbox to Redis, in order, and takes it out of the outbox: at least once each. Without
 * Redis it stays there. `nudge()` after a commit spares the wait for the next round.
 */
export function startRelay(options: { db: Database; redis: Redis; log: FastifyBaseLogger }): Repeating {
  const { db, redis, log } = options
  return repeat('relay', EVERY_MS, log, async (signal) => {
    while (!signal.aborted && (await relayBatch(db, redis)) === BATCH);
  })
}

/** Relays one batch, in a transaction that holds the lock; returns how many events it relayed. */
export async function relayBatch(db: Database, redis: Redis): Promise<number> {
  const [waiting] = await db.select({ id: outbox.id }).from(outbox).limit(1)
  if (waiting === undefined) return 0
  return db.transaction(async (tx) => {
    const lock = await tx.execute<{ held: boolean }>(sql`SELECT pg_try_advisory_xact_lock(${RELAY_LOCK}) AS held`)
    if (lock.rows[0]?.held !== true) return 0
    const rows = await tx
      .select({ ...getTableColumns(outbox), readAt: microseconds(sql`clock_timestamp()`).mapWith(Number) })
      .from(outbox)
      .orderBy(outbox.id)
      .limit(BATCH)
    // One account's one after the other, which is their order; nothing orders those of different accounts. All are waited
    // for: what is repeated after a failure must not be overtaken by what is still under way.
    const handed = await Promise.allSettled([...Map.groupBy(rows, ({ accountId }) => accountId).values()].map(handOver))
    for (const result of handed) if (result.status === 'rejected') throw result.reason
    await tx.delete(outbox).where(inArray(outbox.id, rows.map(({ id }) => id)))
    return rows.length
  })

  async function handOver(rows: Array<{ accountId: string; event: unknown; readAt: number }>): Promise<void> {
    for (const { accountId, event, readAt } of rows) {
      if (isAccessChange(event)) await tellAccessChange(redis, accountId, readAt)
      else await appendEvent(redis, accountId, JSON.stringify(event))
    }
  }
}
