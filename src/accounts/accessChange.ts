import { type SQL, sql } from '../platform/drizzle.ts'
import type { FastifyBaseLogger } from 'fastify'
import { announceAccessChange } from '../events/stream.ts'
import type { Database, Queryable } from '../platform/postgres.ts'
import type { Redis } from '../platform/redis.ts'
import { outbox } from '../platform/schema.ts'
import { refuseCallersReadBefore } from './callerCache.ts'

/**
 * Changes of access: whatever makes a caller worth less, or other, than the caches and the open event streams of all
 * machines believe. Each is told on two ways: by the outbox, so that none is ever forgotten, and by the request that
 * made it, so that it holds everywhere when that request is answered.
 */

/** How it stands in the outbox. It is no event: clients are never told, and it can't be replayed. */
const ACCESS_CHANGED = 'access.changed'

export const isAccessChange = (event: unknown): boolean => (event as { type?: unknown }).type === ACCESS_CHANGED

/**
 * Call it in every transaction that revokes a key, ends a session, changes a password, a role, a plan or a suspension,
 * confirms an e-mail address, or removes an account; and call `applyAccessChange` once that transaction is committed.
 */
export async function recordAccessChange(tx: Queryable, accountId: string): Promise<void> {
  await tx.insert(outbox).values({ accountId, event: { type: ACCESS_CHANGED } })
}

/** What a committed change of access is applied with. */
export interface AccessChangeOptions {
  db: Database
  redis: Redis
  log: FastifyBaseLogger
}

/**
 * Makes a committed change of access hold on every machine before the request that made it is answered. It never
 * fails: without Redis no machine believes a cache, and the relay catches up when Redis is back.
 */
export async function applyAccessChange({ db, redis, log }: AccessChangeOptions, accountId: string): Promise<void> {
  try {
    const { rows } = await db.execute<{ at: string }>(sql`SELECT ${microseconds(sql`clock_timestamp()`)} AS at`)
    await tellAccessChange(redis, accountId, Number(rows[0]?.at))
  } catch (error) {
    log.warn({ err: error, accountId }, 'A change of access could not be told at once; the relay does it')
  }
}

/**
 * Makes a change of access in a transaction of its own, records it there, and applies it.
 * @param change gives undefined when it finds nothing to change: then there is nothing to tell
 */
export async function changeAccess<T>(
  options: AccessChangeOptions,
  accountId: string,
  change: (tx: Queryable) => Promise<T | undefined>
): Promise<T | undefined> {
  const changed = await options.db.transaction(async (tx) => {
    const result = await change(tx)
    if (result !== undefined) await recordAccessChange(tx, accountId)
    return result
  })
  if (changed !== undefined) await applyAccessChange(options, accountId)
  return changed
}

/** @param at by PostgreSQL's clock, in microseconds, after the change was committed */
export async function tellAccessChange(redis: Redis, accountId: string, at: number): Promise<void> {
  await refuseCallersReadBefore(redis, accountId, at)
  await announceAccessChange(redis, accountId)
}

/** A point in time as PostgreSQL's clock has it, as a whole number of microseconds. */
export const microseconds = (at: SQL) => sql`(extract(epoch FROM ${at}) * 1000000)::bigint`
