import { and, eq, isNull, lt, lte, or, type SQL, sql } from '../platform/drizzle.ts'
import { recordWebhookDisabled } from '../events/event.ts'
import type { Database, Queryable } from '../platform/postgres.ts'
import { MAX_TRIES, pauseAfter } from './schedule.ts'
import type { SigningSecrets } from './signature.ts'
import { callbackSecrets, webhookAttempts, webhookDeliveries, webhooks, type DeliveryState } from './tables.ts'

/**
 * The moves of a delivery: `pending → delivered | failed | cancelled`, and back to `pending` when it is asked for
 * again. A transaction that touches a webhook and its deliveries locks the webhook first, so that none waits for
 * another in a circle.
 */
export type Delivery = typeof webhookDeliveries.$inferSelect

/** What an attempt works with: the row as claimed, and where it goes as things stand now. */
export interface Claim {
  delivery: Delivery
  url: string
  secrets: SigningSecrets | undefined
}

/** How an attempt ended. */
export interface Outcome {
  status: number | null
  /** Null when it was delivered. */
  error: string | null
  answer: string | null
  durationMs: number
  retryAfterMs: number
}

/** An attempt ends well before that, or has died. */
const CLAIM_SECONDS = 30
const now = sql`now()`

/** What is to be attempted now; by its columns. */
export const isDue = and(
  eq(webhookDeliveries.state, 'pending'),
  lte(webhookDeliveries.nextAttemptAt, now),
  or(isNull(webhookDeliveries.claimedUntil), lt(webhookDeliveries.claimedUntil, now))
)

/**
 * Takes a delivery that is due, to attempt it: the attempt's number is its fence, and its record begins here, so that
 * one that dies leaves a trace.
 * @returns undefined when there is nothing to attempt
 */
export async function claimDelivery(db: Database, id: string): Promise<Claim | undefined> {
  const claimed = await db.transaction(async (tx) => {
    const [delivery] = await tx
      .update(webhookDeliveries)
      .set({
        attempt: sql`${webhookDeliveries.attempt} + 1`,
        tries: sql`${webhookDeliveries.tries} + 1`,
        claimedUntil: sql`now() + make_interval(secs => ${CLAIM_SECONDS})`
      })
      .where(and(eq(webhookDeliveries.id, id), isDue))
      .returning()
    if (delivery === undefined || delivery.tries > MAX_TRIES) return delivery
    await tx.insert(webhookAttempts).values({ deliveryId: id, attempt: delivery.attempt })
    return delivery
  })
  if (claimed === undefined) return undefined
  if (claimed.tries > MAX_TRIES) {
    await db.transaction((tx) => giveUp(tx, claimed))
    return undefined
  }
  const receiver = await receiverOf(db, claimed)
  // Disabled while the delivery was being written: nobody wants it any longer.
  if (receiver === undefined) await end(db, claimed, 'cancelled')
  return receiver && { delivery: claimed, ...receiver }
}

async function receiverOf(db: Database, { webhookId, accountId, url }: Delivery): Promise<Omit<Claim, 'delivery'> | undefined> {
  if (webhookId === null) {
    const [secrets] = await db.select().from(callbackSecrets).where(eq(callbackSecrets.accountId, accountId))
    return { url: url ?? '', secrets }
  }
  const [webhook] = await db.select().from(webhooks).where(and(eq(webhooks.id, webhookId), eq(webhooks.enabled, true)))
  return webhook && { url: webhook.url, secrets: webhook }
}

/** Writes down how an attempt ended, and what follows from it. */
export async function recordOutcome(db: Database, { delivery }: Claim, outcome: Outcome): Promise<void> {
  const { status, error, answer, durationMs } = outcome
  await db.transaction(async (tx) => {
    await lockWebhook(tx, delivery)
    await tx
      .update(webhookAttempts)
      .set({ status, error, answer, durationMs })
      .where(and(eq(webhookAttempts.deliveryId, delivery.id), eq(webhookAttempts.attempt, delivery.attempt)))
    if (error === null) {
      await succeed(tx, delivery)
    } else if (error === 'gone') {
      if (await end(tx, delivery, 'failed')) await disable(tx, delivery.webhookId, 'The receiver answered 410 Gone.')
    } else if (error === 'interrupted') {
      // Ours to make good: another machine takes it at once, and it costs no try.
      await again(tx, delivery, now, delivery.tries - 1)
    } else {
      const pauseMs = pauseAfter(delivery.tries, Math.random(), outcome.retryAfterMs)
      if (pauseMs === undefined) await giveUp(tx, delivery)
      else await again(tx, delivery, sql`now() + ${pauseMs} * interval '1 millisecond'`, delivery.tries)
    }
  })
}

const lockWebhook = async (tx: Queryable, { webhookId }: Delivery) =>
  webhookId === null ? [] : tx.select({ id: webhooks.id }).from(webhooks).where(eq(webhooks.id, webhookId)).for('no key update')

/** The fence. */
const stillOurs = ({ id, attempt }: Delivery) =>
  and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.attempt, attempt), eq(webhookDeliveries.state, 'pending'))

async function end(tx: Queryable, delivery: Delivery, state: DeliveryState): Promise<boolean> {
  const rows = await tx
    .update(webhookDeliveries)
    .set({ state, endedAt: now, claimedUntil: null })
    .where(stillOurs(delivery))
    .returning({ id: webhookDeliveries.id })
  return rows.length > 0
}

async function again(tx: Queryable, delivery: Delivery, at: SQL, tries: number): Promise<void> {
  await tx
    .update(webhookDeliveries)
    .set({ tries, nextAttemptAt: at, queuedAt: null, claimedUntil: null })
    .where(stillOurs(delivery))
}

async function succeed(tx: Queryable, delivery: Delivery): Promise<void> {
  await end(tx, delivery, 'delivered')
  // True whatever has become of the delivery meanwhile.
  if (delivery.webhookId !== null) {
    await tx.update(webhooks).set({ lastSuccessAt: now }).where(eq(webhooks.id, delivery.webhookId))
  }
}

/**
 * The last try has failed. A webhook to which nothing at all got through in all that time is disabled; one that takes
 * other events and stumbles over this one goes on.
 */
async function giveUp(tx: Queryable, delivery: Delivery): Promise<void> {
  await lockWebhook(tx, delivery)
  if (!(await end(tx, delivery, 'failed'))) return
  const since = or(isNull(webhooks.lastSuccessAt), lt(webhooks.lastSuccessAt, delivery.createdAt))
  await disable(tx, delivery.webhookId, `All ${MAX_TRIES} attempts at a delivery failed, and none at another succeeded meanwhile.`, since)
}

async function disable(tx: Queryable, webhookId: string | null, reason: string, only?: SQL): Promise<void> {
  if (webhookId === null) return
  const [webhook] = await tx
    .update(webhooks)
    .set({ enabled: false, disabledReason: reason })
    .where(and(eq(webhooks.id, webhookId), eq(webhooks.enabled, true), only))
    .returning()
  if (webhook === undefined) return
  await cancelPending(tx, webhookId)
  await recordWebhookDisabled(tx, webhook.accountId, { id: webhook.id, url: webhook.url, reason })
}

/** Ends what is still to be delivered to a webhook that is disabled. Its row is locked already. */
export async function cancelPending(tx: Queryable, webhookId: string): Promise<void> {
  await tx
    .update(webhookDeliveries)
    .set({ state: 'cancelled', endedAt: now, claimedUntil: null })
    .where(and(eq(webhookDeliveries.webhookId, webhookId), eq(webhookDeliveries.state, 'pending')))
}

/** Begins a delivery anew, whatever has become of it: same event, same `webhook-id`, the schedule from its start. */
export async function deliverAgain(db: Database, id: string): Promise<Delivery | undefined> {
  const [row] = await db
    .update(webhookDeliveries)
    .set({ state: 'pending', tries: 0, nextAttemptAt: now, queuedAt: null, endedAt: null })
    .where(eq(webhookDeliveries.id, id))
    .returning()
  return row
}
