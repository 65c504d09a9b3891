import { randomUUID } from 'node:crypto'
import { sql } from '../platform/drizzle.ts'
import type { FastifyBaseLogger } from 'fastify'
import { dropLease, holdLease } from '../ledger/lease.ts'
import type { Database } from '../platform/postgres.ts'
import { repeat, type Repeating } from '../platform/repeat.ts'
import type { DeliveryQueue } from './queue.ts'
import { webhookDeliveries } from './tables.ts'

/** How long a delivery that has ended can still be looked at and sent again. */
export const RETENTION_DAYS = 30

const EVERY_MS = 1_000
const BATCH = 500
/** How many of one receiver are put back in a round: each goes on with the others of its receiver. */
const LOST_OF_A_LANE = 4
const LOST = 500
const LEASE = 'webhooks'

export interface DispatcherOptions {
  db: Database
  queue: DeliveryQueue
  log: FastifyBaseLogger
  /** How often lost ones are looked for; what was handed over later than that is on its way. */
  reconcileEveryMs: number
}

/**
 * Hands deliveries to the queue when they are due, on every machine; and on one at a time puts back what the queue has
 * lost, and removes what is old. `nudge()` after a commit spares the wait for the next round.
 */
export function startDispatcher({ db, queue, log, reconcileEveryMs }: DispatcherOptions): Repeating {
  const holder = randomUUID()
  const leaseMs = Math.max(3 * reconcileEveryMs, 15_000)
  let reconciledAt = 0

  const rounds = repeat('dispatcher of webhooks', Math.min(EVERY_MS, reconcileEveryMs), log, async (signal) => {
    // What is due stays so until Redis is back.
    if (!queue.isOpen()) return
    while (!signal.aborted && (await handOver(db, queue)) === BATCH);
    if (signal.aborted || performance.now() - reconciledAt < reconcileEveryMs) return
    reconciledAt = performance.now()
    if (!(await holdLease(db, LEASE, holder, leaseMs))) return
    const lost = await putBackLost(db, queue, reconcileEveryMs)
    if (lost > 0) log.debug({ lost }, 'Deliveries were put back into the queue')
    await removeOld(db)
  })

  return {
    nudge: rounds.nudge,
    async close() {
      await rounds.close()
      await dropLease(db, LEASE, holder).catch((error: unknown) => log.debug({ err: error }, 'The lease runs out by itself'))
    }
  }
}

/** Hands over what is due and was not handed over for this attempt yet; served by `webhook_deliveries_new`. */
export async function handOver(db: Database, queue: DeliveryQueue): Promise<number> {
  const { rows } = await db.execute<{ id: string }>(sql`
    UPDATE ${webhookDeliveries} SET queued_at = now()
    WHERE id IN (
      SELECT id FROM ${webhookDeliveries}
      WHERE state = 'pending' AND queued_at IS NULL AND next_attempt_at <= now()
      ORDER BY next_attempt_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
    RETURNING id`)
  // What fails here is lost, as by an emptied Redis, and put back by the same step.
  await queue.add(rows.map(({ id }) => id))
  return rows.length
}

/**
 * Puts back what was handed over a while ago, is due, is in nobody's hands and has no open job: of each receiver the
 * first few. Served by `webhook_deliveries_queued`.
 */
export async function putBackLost(db: Database, queue: DeliveryQueue, settledMs: number): Promise<number> {
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT id FROM (
      SELECT id, next_attempt_at, row_number() OVER (PARTITION BY lane ORDER BY next_attempt_at) AS place
      FROM ${webhookDeliveries}
      WHERE state = 'pending' AND queued_at < now() - ${settledMs} * interval '1 millisecond'
        AND next_attempt_at <= now() AND (claimed_until IS NULL OR claimed_until < now())) AS waiting
    WHERE place <= ${LOST_OF_A_LANE} ORDER BY place, next_attempt_at LIMIT ${LOST}`)
  return queue.addLost(rows.map(({ id }) => id))
}

/** Served by `webhook_deliveries_ended`. */
export async function removeOld(db: Database): Promise<void> {
  await db.execute(sql`
    DELETE FROM ${webhookDeliveries} WHERE id IN (
      SELECT id FROM ${webhookDeliveries}
      WHERE ended_at < now() - make_interval(days => ${RETENTION_DAYS}) LIMIT ${BATCH})`)
}
