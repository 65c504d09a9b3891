import { and, asc, eq, notInArray } from '../platform/drizzle.ts'
import { Worker } from 'bullmq'
import type { FastifyBaseLogger } from 'fastify'
import type { Measures } from '../observability/measures.ts'
import type { Database } from '../platform/postgres.ts'
import type { Outbound } from '../platform/outbound/outbound.ts'
import type { Redis } from '../platform/redis.ts'
import type { Repeating } from '../platform/repeat.ts'
import { attempt } from './attempt.ts'
import { createLanes } from './lanes.ts'
import { claimDelivery, isDue, recordOutcome, type Delivery } from './moves.ts'
import { QUEUE_NAME, QUEUE_PREFIX, type DeliveryQueue } from './queue.ts'
import { webhookDeliveries } from './tables.ts'

export interface DelivererOptions {
  db: Database
  outbound: Outbound
  queue: DeliveryQueue
  relay: Repeating
  /** A connection of its own, which waits for Redis as long as it takes. */
  redis: Redis
  lockMs: number
  measures: Measures
  log: FastifyBaseLogger
}

export interface Deliverer {
  /** Takes no more deliveries, and waits for those under way. */
  close(): Promise<void>
  /** Breaks off what is under way, for another machine to do. */
  handBack(): void
}

/** They wait for others nearly all of the time, and cost a socket each. */
const AT_ONCE = 100
/** How long one job goes on with what else its account has due, before it goes to the end of the queue. */
const TURN_MS = 20_000

type Due = Pick<Delivery, 'id' | 'accountId' | 'lane'>

/**
 * Takes jobs from the queue and attempts the deliveries that they name, many at once. A job for a receiver that has no
 * slot left ends at once and holds up nobody: whoever has one of that receiver's slots goes on with what is due next,
 * as the rows say.
 */
export function startDeliverer({ db, outbound, queue, relay, redis, lockMs, measures, log }: DelivererOptions): Deliverer {
  const lanes = createLanes()
  const stop = new AbortController()
  const closing = new AbortController()

  async function takeTurn(id: string): Promise<void> {
    const until = performance.now() + TURN_MS
    let [due] = await find(eq(webhookDeliveries.id, id))
    while (due !== undefined && !closing.signal.aborted) {
      const leave = lanes.enter(due.accountId, due.lane)
      if (leave === undefined) return
      let tookMs: number | undefined
      try {
        tookMs = await deliver(due)
      } finally {
        leave(tookMs)
      }
      const { accountId } = due
      ;[due] = await find(and(eq(webhookDeliveries.accountId, accountId), notInArray(webhookDeliveries.lane, lanes.full())))
      if (due !== undefined && performance.now() > until) return queue.add([due.id])
    }
  }

  /** Served by the primary key and by `webhook_deliveries_due`. */
  const find = (which: ReturnType<typeof and>): Promise<Due[]> =>
    db
      .select({ id: webhookDeliveries.id, accountId: webhookDeliveries.accountId, lane: webhookDeliveries.lane })
      .from(webhookDeliveries)
      .where(and(which, isDue))
      .orderBy(asc(webhookDeliveries.nextAttemptAt))
      .limit(1)

  /** @returns how long the receiver took, in milliseconds; undefined when it was not called */
  async function deliver({ id }: Due): Promise<number | undefined> {
    const claim = await claimDelivery(db, id)
    if (claim === undefined) return undefined
    const outcome = await attempt(outbound, claim, stop.signal)
    const { status, error, durationMs } = outcome
    const { webhookId, attempt: number } = claim.delivery
    log.debug({ deliveryId: id, webhookId, attempt: number, status, error, durationMs }, 'A delivery was attempted')
    measures.webhookAttempted(error, durationMs)
    await recordOutcome(db, claim, outcome)
    // A webhook may have been disabled by it, which is an event.
    if (error !== null) relay.nudge()
    return durationMs
  }

  const worker = new Worker(QUEUE_NAME, (job) => takeTurn(job.id as string), {
    connection: redis,
    prefix: QUEUE_PREFIX,
    concurrency: AT_ONCE,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    // A job whose worker dies comes back as often as it takes: the row counts.
    maxStalledCount: Number.MAX_SAFE_INTEGER
  })
  worker.on('error', (error) => log.debug({ err: error }, 'The deliverer lost Redis'))
  worker.on('failed', (job, error) => log.warn({ err: error, deliveryId: job?.id }, 'A delivery broke off; it will be handed over again'))

  return {
    close() {
      closing.abort()
      return worker.close()
    },
    handBack: () => stop.abort()
  }
}
