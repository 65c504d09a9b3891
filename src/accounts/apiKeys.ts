import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { and, count, desc, eq, gt, isNull, or, sql } from '../platform/drizzle.ts'
import { v7 as uuidv7 } from 'uuid'
import type { Database, Queryable } from '../platform/postgres.ts'
import { accounts, apiKeys, sessions, type AccountRole, type Scope } from '../platform/schema.ts'
import type { PlanName } from '../limits/plans.ts'

const PREFIX = 'ft_live_'
const SECRET_LENGTH = 30
const CHECKSUM_LENGTH = 6
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Who makes a request. */
export interface Caller {
  accountId: string
  /** Whose limits count: the account's, or FREE until its e-mail address is confirmed. */
  plan: PlanName
  role: AccountRole
  /** Whether its e-mail address is known to be its own; an account without one has nothing to confirm. */
  emailConfirmed: boolean
  /** What the request may do: all of it with a session, what the key is for with a key. */
  scopes: readonly Scope[]
  /** The key that it uses, or that its session was opened with; null for a session opened with a password. */
  apiKeyId: string | null
  /** Of a browser: which session it uses; null for a program with a key. */
  sessionHash: string | null
}

/** A new key: the prefix, 178 random bits, and a CRC-32 in base 62, so that typos and secret scanners need no database. */
export function generateApiKey(): string {
  const secret = Array.from({ length: SECRET_LENGTH }, () => alphabet[randomInt(alphabet.length)]).join('')
  return PREFIX + secret + checksum(secret)
}

/** Whether a string could be a key of ours, by its form and checksum alone. */
export function looksLikeApiKey(key: string): boolean {
  if (!/^ft_live_[0-9A-Za-z]{36}$/.test(key)) return false
  const secret = key.slice(PREFIX.length, PREFIX.length + SECRET_LENGTH)
  return key.endsWith(checksum(secret))
}

function checksum(secret: string): string {
  let rest = crc32(secret)
  let digits = ''
  for (let place = 0; place < CHECKSUM_LENGTH; place++) {
    digits = alphabet.charAt(rest % alphabet.length) + digits
    rest = Math.floor(rest / alphabet.length)
  }
  return digits
}

/** How secrets are looked up: their SHA-256 in hex. They are long and random, so no slow hash is needed. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Stores a key for an account; the same key twice is stored once. */
export async function storeApiKey(db: Queryable, accountId: string, name: string, key: string): Promise<void> {
  await db.insert(apiKeys).values({ id: uuidv7(), accountId, name, hash: hashSecret(key) }).onConflictDoNothing()
}

export type ApiKey = typeof apiKeys.$inferSelect

/** An account may have so many that are not revoked. */
export const MAX_API_KEYS = 50

/** @returns undefined when the account has as many as it may have */
export async function createApiKey(
  db: Database,
  accountId: string,
  wanted: Pick<ApiKey, 'name' | 'scopes' | 'expiresAt'>
): Promise<{ row: ApiKey; key: string } | undefined> {
  const key = generateApiKey()
  return db.transaction(async (tx) => {
    // One after the other, so that none slips past the count.
    await tx.select({ id: accounts.id }).from(accounts).where(eq(accounts.id, accountId)).for('no key update')
    const [existing] = await tx.select({ keys: count() }).from(apiKeys).where(unrevoked(accountId))
    if ((existing?.keys ?? 0) >= MAX_API_KEYS) return undefined
    const [row] = await tx.insert(apiKeys).values({ id: uuidv7(), accountId, hash: hashSecret(key), ...wanted }).returning()
    return row && { row, key }
  })
}

/** Newest first; served by `api_keys_account`. Those that have expired are still there. */
export async function listApiKeys(db: Database, accountId: string): Promise<ApiKey[]> {
  return db.select().from(apiKeys).where(unrevoked(accountId)).orderBy(desc(apiKeys.id))
}

/** Call it as a change of access. The sessions that were opened with the key end with it. */
export async function revokeApiKey(tx: Queryable, accountId: string, id: string): Promise<ApiKey | undefined> {
  const [row] = await tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKeys.id, id), unrevoked(accountId)))
    .returning()
  if (row !== undefined) await tx.delete(sessions).where(eq(sessions.apiKeyId, row.id))
  return row
}

const unrevoked = (accountId: string) => and(eq(apiKeys.accountId, accountId), isNull(apiKeys.revokedAt))

/** The condition under which a key counts. */
export const stillValid = and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)))
