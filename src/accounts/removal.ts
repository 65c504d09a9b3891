import { and, eq, isNotNull, isNull, sql } from '../platform/drizzle.ts'
import type { FastifyBaseLogger } from 'fastify'
import { recordAudit } from '../admin/audit.ts'
import { keepAnAdmin } from '../admin/lastAdmin.ts'
import type { Billing } from '../billing/stripe.ts'
import { streamKey } from '../events/stream.ts'
import type { Database, Queryable } from '../platform/postgres.ts'
import type { Redis } from '../platform/redis.ts'
import { accounts, apiKeys, outbox, sessions, tombstones } from '../platform/schema.ts'
import { cancelPending } from '../webhooks/moves.ts'
import { webhooks } from '../webhooks/tables.ts'
import { recordAccessChange } from './accessChange.ts'

/**
 * The removal of an account has two parts. What its owner waits for is one transaction: nobody can use the account any
 * longer, and its objects are buried. What it held goes step by step after that, however much it was, and however long
 * Stripe or Redis are away; the account's row goes last, and is what the housekeeping finds the rest by.
 */

/** Where an account's objects are: its analyses', and the files that it has given for the evaluation of the engine. */
const objectPrefixes = (accountId: string) => [`${accountId}/`, `feedback/${accountId}/`]

/**
 * The slowest request that began before lasts so long, and may write until its end: the last sweep waits for that. As
 * the first does not, what is dated in the future is swept now as well.
 */
const SLOWEST_REQUEST = sql`interval '15 minutes'`

/** What is left of an account in its row. Suspended, no key that a request makes at this very moment counts. */
const nobody = { name: '', email: null, emailConfirmedAt: null, passwordHash: null, role: 'user' } as const

/**
 * Takes an account from everybody: keys, sessions, address and password are gone, and what is called is called no more.
 * @returns whether it was there
 * @throws {Problem} `last_admin`
 */
export async function markRemoved(db: Database, accountId: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    await keepAnAdmin(tx, accountId)
    const [account] = await tx
      .update(accounts)
      .set({ ...nobody, removedAt: sql`now()`, suspendedAt: sql`now()` })
      .where(and(eq(accounts.id, accountId), isNull(accounts.removedAt)))
      .returning({ id: accounts.id })
    if (account === undefined) return false
    await tx.delete(sessions).where(eq(sessions.accountId, accountId))
    await tx.delete(apiKeys).where(eq(apiKeys.accountId, accountId))
    await silence(tx, accountId)
    const createdAt = sql`now() + ${SLOWEST_REQUEST}`
    await tx.insert(tombstones).values(objectPrefixes(accountId).map((prefix) => ({ prefix, createdAt }))).onConflictDoNothing()
    await recordAccessChange(tx, accountId)
    await recordAudit(tx, { actorId: accountId, action: 'account.removed', accountId })
    return true
  })
}

/** Nobody is called any longer, not even with what was on its way. */
async function silence(tx: Queryable, accountId: string): Promise<void> {
  const silenced = await tx.update(webhooks).set({ enabled: false }).where(eq(webhooks.accountId, accountId)).returning({ id: webhooks.id })
  for (const { id } of silenced) await cancelPending(tx, id)
  await tx.execute(sql`
    UPDATE webhook_deliveries SET state = 'cancelled', ended_at = now(), claimed_until = NULL
    WHERE account_id = ${accountId} AND state = 'pending'`)
}

export interface RemovalOptions {
  db: Database
  redis: Redis
  /** Absent when nothing is sold. */
  billing: Billing | undefined
  log: FastifyBaseLogger
}

const ACCOUNTS = 10
const BATCH = 1_000

/** One step of what is left to do for each account that was removed; served by `accounts_removed`. */
export async function finishRemovals(options: RemovalOptions, signal: AbortSignal): Promise<void> {
  const { db, log } = options
  const removed = await db.select().from(accounts).where(isNotNull(accounts.removedAt)).orderBy(sql`random()`).limit(ACCOUNTS)
  for (const account of removed) {
    if (signal.aborted) return
    try {
      await finishRemoval(options, account)
    } catch (error) {
      // The others, and what the housekeeping has to do beside, must not wait behind one.
      log.warn({ err: error, accountId: account.id }, 'An account could not be taken out yet')
    }
  }
}

async function finishRemoval(
  { db, redis, billing, log }: RemovalOptions,
  { id, stripeCustomerId }: { id: string; stripeCustomerId: string | null }
): Promise<void> {
  for (const rows of rowsOf(id)) {
    const { rowCount } = await db.execute(sql`DELETE FROM ${rows}`)
    if (rowCount === BATCH) return
  }
  if (stripeCustomerId !== null) {
    if (billing === undefined) log.warn({ accountId: id, stripeCustomerId }, 'A customer is left at Stripe: its keys are not configured')
    else await billing.deleteCustomer(stripeCustomerId)
  }
  // What is still to be told (that its keys no longer count) goes through Redis, and its stream after that.
  const [untold] = await db.select({ id: outbox.id }).from(outbox).where(eq(outbox.accountId, id)).limit(1)
  if (untold !== undefined) return
  await redis.del(streamKey(id))
  // What has come in since goes by cascade.
  await db.delete(accounts).where(and(eq(accounts.id, id), isNotNull(accounts.removedAt)))
  log.info({ accountId: id }, 'A removed account was taken out')
}

/**
 * The tables that can be large: rows in batches, so that no statement takes long, and without waiting for those that are
 * being written. An attempt or an upload that goes on finds its row gone, as after any deletion.
 */
const rowsOf = (accountId: string) => [
  sql`analyses WHERE id IN (
    SELECT id FROM analyses WHERE account_id = ${accountId} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`,
  sql`webhook_deliveries WHERE id IN (
    SELECT deliveries.id FROM webhooks JOIN webhook_deliveries AS deliveries ON webhook_id = webhooks.id
    WHERE webhooks.account_id = ${accountId} LIMIT ${BATCH})`,
  sql`webhook_deliveries WHERE id IN (
    SELECT id FROM webhook_deliveries WHERE account_id = ${accountId} AND webhook_id IS NULL LIMIT ${BATCH})`,
  sql`idempotency_keys WHERE ctid IN (
    SELECT ctid FROM idempotency_keys WHERE account_id = ${accountId} LIMIT ${BATCH})`
]
