import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { and, eq, exists, gt, isNull, or, sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Queryable } from '../platform/postgres.ts'
import { accounts, apiKeys, sessions, type AccountRole, type Scope } from '../platform/schema.ts'
import type { PlanName } from '../limits/plans.ts'

const PREFIX = 'ft_live_'
const SECRET_LENGTH = 30
const CHECKSUM_LENGTH = 6
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Who makes a request. */
export interface Caller {
  accountId: string
  plan: PlanName
  role: AccountRole
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

/** The caller behind a key that is neither expired nor revoked; served by `api_keys_hash`. */
export async function findCallerByKey(db: Queryable, key: string): Promise<Caller | undefined> {
  if (!looksLikeApiKey(key)) return undefined
  const [caller] = await db
    .select({ accountId: accounts.id, plan: accounts.plan, role: accounts.role, scopes: apiKeys.scopes, apiKeyId: apiKeys.id })
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(and(eq(apiKeys.hash, hashSecret(key)), stillValid))
  return caller && { ...caller, sessionHash: null }
}

/** Whether the key behind a caller, and the session if there is one, still count: for what lasts longer than a request. */
export async function isStillValid(db: Queryable, { apiKeyId, sessionHash }: Caller): Promise<boolean> {
  const session = and(eq(sessions.hash, sql`${sessionHash}`), gt(sessions.expiresAt, sql`now()`))
  const rows = await db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(
      and(eq(apiKeys.id, sql`${apiKeyId}`), stillValid, sessionHash === null ? undefined : exists(db.select().from(sessions).where(session)))
    )
  return rows.length > 0
}

/** The condition under which a key counts. */
export const stillValid = and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)))
