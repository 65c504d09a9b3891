import { and, eq, gt, inArray, isNull, lt, or, type SQL, sql } from '../platform/drizzle.ts'
import type { FastifyBaseLogger } from 'fastify'
import type { Measures } from '../observability/measures.ts'
import type { Database } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import type { Redis } from '../platform/redis.ts'
import { accounts, apiKeys, scopes, sessions } from '../platform/schema.ts'
import { within } from '../platform/within.ts'
import { microseconds } from './accessChange.ts'
import { planInForce } from './accounts.ts'
import { hashSecret, looksLikeApiKey, stillValid, type Caller } from './apiKeys.ts'
import { cacheCaller, findCachedCaller } from './callerCache.ts'

/** Finds out who makes a request. */
export interface Callers {
  /** The caller behind a key that is neither expired nor revoked. @throws {Problem} `account_suspended` */
  byKey(key: string): Promise<Caller | undefined>
  /** The caller behind a cookie; it ends with its time, or with the key that it was opened with. @throws {Problem} `account_suspended` */
  bySession(secret: string): Promise<Caller | undefined>
  /** Which of these callers still are, past all caches: for what lasts longer than a request. */
  stillValid(callers: Caller[]): Promise<Set<Caller>>
}

/** Redis answers in a millisecond or two: a request waits no longer for it, and the next ones not at all. */
const REDIS_TIMEOUT_MS = 300
const REDIS_REST_MS = 1_000

/** What PostgreSQL knows of a caller. */
interface Found {
  caller: Caller
  suspended: boolean
  readAt: number
  validMs: number
  /** Whether it is time to write down that it was used. */
  unseen: boolean
}

/** Callers are read from PostgreSQL, and kept in Redis for a while: see `callerCache.ts` for when that is believed. */
export function findCallers(options: { db: Database; redis: Redis; measures: Measures; log: FastifyBaseLogger }): Callers {
  const { db, redis, measures, log } = options
  let redisRestsUntil = 0

  async function find(hash: string, read: () => Promise<Found | undefined>): Promise<Caller | undefined> {
    const cached = await ask(() => findCachedCaller(redis, hash))
    measures.lookedUp('caller', cached !== undefined)
    if (cached !== undefined) return cached
    const found = await read()
    if (found === undefined) return undefined
    const { caller, suspended, unseen } = found
    if (suspended) throw new Problem('account_suspended')
    if (unseen) void markSeen(db, caller).catch((error: unknown) => log.debug({ err: error }, 'A last use was not written down'))
    await ask(() => cacheCaller(redis, hash, found))
    return caller
  }

  /** Asks the cache, unless it has just failed. */
  async function ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    if (performance.now() < redisRestsUntil) return undefined
    try {
      return await within(REDIS_TIMEOUT_MS, question(), 'Redis does not answer in time')
    } catch (error) {
      redisRestsUntil = performance.now() + REDIS_REST_MS
      log.debug({ err: error }, 'Callers are looked up without the cache')
      return undefined
    }
  }

  return {
    async byKey(key) {
      if (!looksLikeApiKey(key)) return undefined
      const hash = hashSecret(key)
      return find(hash, () => readKey(db, hash))
    },
    async bySession(secret) {
      const hash = hashSecret(secret)
      return find(hash, () => readSession(db, hash))
    },
    async stillValid(callers) {
      const keyIds = callers.flatMap(({ sessionHash, apiKeyId }) => (sessionHash === null && apiKeyId !== null ? [apiKeyId] : []))
      const hashes = callers.flatMap(({ sessionHash }) => sessionHash ?? [])
      const found = new Set((await Promise.all([validKeys(db, keyIds), validSessions(db, hashes)])).flat())
      return new Set(callers.filter(({ sessionHash, apiKeyId }) => found.has(sessionHash ?? apiKeyId ?? '')))
    }
  }
}

const columns = {
  accountId: accounts.id,
  plan: planInForce,
  role: accounts.role,
  email: accounts.email,
  emailConfirmedAt: accounts.emailConfirmedAt,
  suspendedAt: accounts.suspendedAt,
  scopes: apiKeys.scopes,
  apiKeyId: apiKeys.id,
  // When the query came in, which is before it looked: `clock_timestamp()` could be after a change that it did not see.
  readAt: microseconds(sql`now()`).mapWith(Number)
}

const millisecondsUntil = (at: SQL) => sql<number | null>`(extract(epoch FROM ${at} - now()) * 1000)::float8`
const unseenFor = (seenAt: typeof apiKeys.lastUsedAt | typeof sessions.lastSeenAt) =>
  sql<boolean>`coalesce(${seenAt} < now() - interval '1 minute', true)`

const isThere = isNull(accounts.removedAt)
/** Not over, and neither is the key that it was opened with; where `apiKeys` is joined by it. */
const sessionIsValid = and(gt(sessions.expiresAt, sql`now()`), or(isNull(sessions.apiKeyId), stillValid))

/** Served by `api_keys_hash`. */
async function readKey(db: Database, hash: string): Promise<Found | undefined> {
  const [row] = await db
    .select({ ...columns, validMs: millisecondsUntil(sql`${apiKeys.expiresAt}`), unseen: unseenFor(apiKeys.lastUsedAt) })
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(and(eq(apiKeys.hash, hash), stillValid, isThere))
  return row && toFound(row, null)
}

async function readSession(db: Database, hash: string): Promise<Found | undefined> {
  const until = sql`least(${sessions.expiresAt}, ${apiKeys.expiresAt})`
  const [row] = await db
    .select({ ...columns, validMs: millisecondsUntil(until), unseen: unseenFor(sessions.lastSeenAt) })
    .from(sessions)
    .innerJoin(accounts, eq(accounts.id, sessions.accountId))
    .leftJoin(apiKeys, eq(apiKeys.id, sessions.apiKeyId))
    .where(and(eq(sessions.hash, hash), sessionIsValid, isThere))
  return row && toFound(row, hash)
}

/** Which of these keys may still be used, by their ids. */
async function validKeys(db: Database, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(and(inArray(apiKeys.id, ids), stillValid, isThere, isNull(accounts.suspendedAt)))
  return rows.map(({ id }) => id)
}

/** Which of these sessions have not ended, by their hashes. */
async function validSessions(db: Database, hashes: string[]): Promise<string[]> {
  if (hashes.length === 0) return []
  const rows = await db
    .select({ hash: sessions.hash })
    .from(sessions)
    .innerJoin(accounts, eq(accounts.id, sessions.accountId))
    .leftJoin(apiKeys, eq(apiKeys.id, sessions.apiKeyId))
    .where(and(inArray(sessions.hash, hashes), sessionIsValid, isThere, isNull(accounts.suspendedAt)))
  return rows.map(({ hash }) => hash)
}

type Row = Pick<Caller, 'accountId' | 'plan' | 'role' | 'apiKeyId'> &
  Pick<typeof accounts.$inferSelect, 'email' | 'emailConfirmedAt' | 'suspendedAt'> &
  Pick<Found, 'readAt' | 'unseen'> & { scopes: Caller['scopes'] | null; validMs: number | null }

function toFound(row: Row, sessionHash: string | null): Found {
  const { accountId, plan, role, apiKeyId, readAt, unseen } = row
  const emailConfirmed = row.email === null || row.emailConfirmedAt !== null
  const caller = { accountId, plan, role, emailConfirmed, scopes: row.scopes ?? scopes, apiKeyId, sessionHash }
  return { caller, suspended: row.suspendedAt !== null, readAt, validMs: row.validMs ?? Infinity, unseen }
}

/** At most once a minute, of however many requests find it due at once. */
async function markSeen(db: Database, { apiKeyId, sessionHash }: Caller): Promise<void> {
  const aMinuteAgo = sql`now() - interval '1 minute'`
  if (sessionHash !== null) {
    const due = and(eq(sessions.hash, sessionHash), lt(sessions.lastSeenAt, aMinuteAgo))
    await db.update(sessions).set({ lastSeenAt: sql`now()` }).where(due)
  } else {
    const due = and(eq(apiKeys.id, sql`${apiKeyId}`), or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, aMinuteAgo)))
    await db.update(apiKeys).set({ lastUsedAt: sql`now()` }).where(due)
  }
}
