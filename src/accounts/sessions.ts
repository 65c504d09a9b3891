import { randomBytes } from 'node:crypto'
import { and, eq, gt, lt, sql } from 'drizzle-orm'
import type { Database } from '../platform/postgres.ts'
import { accounts, apiKeys, sessions } from '../platform/schema.ts'
import { hashSecret, stillValid, type Caller } from './apiKeys.ts'

export const SESSION_DAYS = 14

/** Opens a session for the holder of a key, and clears away the expired ones. Returns the cookie's value. */
export async function openSession(db: Database, caller: Caller): Promise<string> {
  const secret = randomBytes(32).toString('base64url')
  const { accountId, apiKeyId } = caller
  const expiresAt = sql`now() + make_interval(days => ${SESSION_DAYS})`
  await db.delete(sessions).where(lt(sessions.expiresAt, sql`now()`))
  await db.insert(sessions).values({ hash: hashSecret(secret), accountId, apiKeyId, expiresAt })
  return secret
}

/** The caller behind a session; it ends with its time, or with the key that it was opened with. */
export async function findCallerBySession(db: Database, secret: string): Promise<Caller | undefined> {
  const [caller] = await db
    .select({ accountId: accounts.id, plan: accounts.plan, role: accounts.role, scopes: apiKeys.scopes, apiKeyId: apiKeys.id })
    .from(sessions)
    .innerJoin(apiKeys, eq(apiKeys.id, sessions.apiKeyId))
    .innerJoin(accounts, eq(accounts.id, sessions.accountId))
    .where(and(eq(sessions.hash, hashSecret(secret)), gt(sessions.expiresAt, sql`now()`), stillValid))
  return caller && { ...caller, sessionHash: hashSecret(secret) }
}

export async function closeSession(db: Database, secret: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.hash, hashSecret(secret)))
}
