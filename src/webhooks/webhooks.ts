import { and, asc, count, desc, eq, inArray, isNull, lt, sql } from '../platform/drizzle.ts'
import { v7 as uuidv7 } from 'uuid'
import type { Database, Queryable } from '../platform/postgres.ts'
import { accounts } from '../platform/schema.ts'
import { cancelPending, type Delivery } from './moves.ts'
import { generateSecret, ROTATION_HOURS } from './signature.ts'
import { callbackSecrets, webhookAttempts, webhookDeliveries, webhooks } from './tables.ts'

export type Webhook = typeof webhooks.$inferSelect
export type WebhookAttempt = typeof webhookAttempts.$inferSelect

/** An account may have so many: each is called with every event. */
export const MAX_WEBHOOKS = 10

const owned = (accountId: string, id: string) => and(eq(webhooks.id, id), eq(webhooks.accountId, accountId))

/** @returns undefined when the account has as many as it may have */
export async function createWebhook(
  db: Database,
  accountId: string,
  wanted: Pick<Webhook, 'url' | 'description' | 'events'>
): Promise<Webhook | undefined> {
  return db.transaction(async (tx) => {
    // One after the other, so that none slips past the count.
    await tx.select({ id: accounts.id }).from(accounts).where(eq(accounts.id, accountId)).for('no key update')
    const [existing] = await tx.select({ webhooks: count() }).from(webhooks).where(eq(webhooks.accountId, accountId))
    if ((existing?.webhooks ?? 0) >= MAX_WEBHOOKS) return undefined
    const [row] = await tx.insert(webhooks).values({ id: uuidv7(), accountId, secret: generateSecret(), ...wanted }).returning()
    return row
  })
}

export async function listWebhooks(db: Database, accountId: string): Promise<Webhook[]> {
  return db.select().from(webhooks).where(eq(webhooks.accountId, accountId)).orderBy(asc(webhooks.id))
}

/** One webhook of an account; another account's is as absent as one that never was. */
export async function findWebhook(db: Database, accountId: string, id: string): Promise<Webhook | undefined> {
  const [row] = await db.select().from(webhooks).where(owned(accountId, id))
  return row
}

/** Disabling it ends what is still to be delivered to it; enabling it begins with the next event. */
export async function updateWebhook(
  db: Database,
  accountId: string,
  id: string,
  changes: Partial<Pick<Webhook, 'url' | 'description' | 'events' | 'enabled'>>
): Promise<Webhook | undefined> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(webhooks)
      .set({ ...changes, ...(changes.enabled !== undefined && { disabledReason: null }) })
      .where(owned(accountId, id))
      .returning()
    if (row?.enabled === false) await cancelPending(tx, id)
    return row
  })
}

/** Takes it out with all of its deliveries. */
export async function deleteWebhook(db: Database, accountId: string, id: string): Promise<Webhook | undefined> {
  const [row] = await db.delete(webhooks).where(owned(accountId, id)).returning()
  return row
}

const rotated = (previous: typeof webhooks.secret | typeof callbackSecrets.secret) => ({
  secret: generateSecret(),
  previousSecret: sql`${previous}`,
  previousSecretUntil: sql`now() + make_interval(hours => ${ROTATION_HOURS})`
})

export async function rotateSecret(db: Database, accountId: string, id: string): Promise<Webhook | undefined> {
  const [row] = await db.update(webhooks).set(rotated(webhooks.secret)).where(owned(accountId, id)).returning()
  return row
}

/** Makes the secret of an account's callbacks, or another in place of the one that there is. */
export async function rotateCallbackSecret(db: Database, accountId: string): Promise<string> {
  const { secret } = await db
    .insert(callbackSecrets)
    .values({ accountId, secret: generateSecret() })
    .onConflictDoUpdate({ target: callbackSecrets.accountId, set: rotated(callbackSecrets.secret) })
    .returning()
    .then(([row]) => row as typeof callbackSecrets.$inferSelect)
  return secret
}

/** Deliveries to one webhook, or to an account's callbacks. */
const deliveredTo = (accountId: string, webhookId: string | null) =>
  webhookId === null
    ? and(eq(webhookDeliveries.accountId, accountId), isNull(webhookDeliveries.webhookId))
    : and(eq(webhookDeliveries.accountId, accountId), eq(webhookDeliveries.webhookId, webhookId))

/** A page, newest first; served by `webhook_deliveries_webhook` and `webhook_deliveries_callbacks`. */
export async function listDeliveries(
  db: Queryable,
  accountId: string,
  webhookId: string | null,
  { limit, before }: { limit: number; before: string | undefined }
): Promise<Array<Delivery & { attempts: WebhookAttempt[] }>> {
  const page = db
    .select()
    .from(webhookDeliveries)
    .where(and(deliveredTo(accountId, webhookId), before === undefined ? undefined : lt(webhookDeliveries.id, before)))
    .orderBy(desc(webhookDeliveries.id))
    .limit(limit)
    .as('page')
  // One statement sees one moment: a delivery and its attempts agree.
  const rows = await db
    .select()
    .from(page)
    .leftJoin(webhookAttempts, eq(webhookAttempts.deliveryId, page.id))
    .orderBy(desc(page.id), asc(webhookAttempts.attempt))
  return [...Map.groupBy(rows, ({ page }) => page.id).values()].map((ofOne) => ({
    ...ofOne[0]!.page,
    attempts: ofOne.flatMap(({ webhook_attempts: attempt }) => attempt ?? [])
  }))
}

export async function findDelivery(
  db: Database,
  accountId: string,
  webhookId: string | null,
  id: string
): Promise<Delivery | undefined> {
  const [row] = await db.select().from(webhookDeliveries).where(and(eq(webhookDeliveries.id, id), deliveredTo(accountId, webhookId)))
  return row
}

/** The attempts at each delivery, in order. */
export async function attemptsOf(db: Queryable, ids: string[]): Promise<Map<string, WebhookAttempt[]>> {
  const rows = await db
    .select()
    .from(webhookAttempts)
    .where(inArray(webhookAttempts.deliveryId, ids))
    .orderBy(asc(webhookAttempts.deliveryId), asc(webhookAttempts.attempt))
  return Map.groupBy(rows, ({ deliveryId }) => deliveryId)
}
