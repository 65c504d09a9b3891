import { randomBytes } from 'node:crypto'
import { and, desc, eq, gt, lt, ne, notInArray, sql } from '../platform/drizzle.ts'
import type { Queryable } from '../platform/postgres.ts'
import { sessions } from '../platform/schema.ts'
import { hashSecret } from './apiKeys.ts'

export const SESSION_DAYS = 14
/** An account has so many at most: a further one ends the one that was longest not seen. */
export const MAX_SESSIONS = 50
const USER_AGENT_LENGTH = 200

export type Session = typeof sessions.$inferSelect

/**
 * Opens a session, and clears away the expired ones. Returns the cookie's value.
 * @param opened by whom, with which key; null for a password
 */
export async function openSession(
  db: Queryable,
  opened: { accountId: string; apiKeyId: string | null; userAgent: string | undefined }
): Promise<string> {
  const { accountId, apiKeyId, userAgent = '' } = opened
  const secret = randomBytes(32).toString('base64url')
  const expiresAt = sql`now() + make_interval(days => ${SESSION_DAYS})`
  const session = { hash: hashSecret(secret), accountId, apiKeyId, userAgent: userAgent.slice(0, USER_AGENT_LENGTH), expiresAt }
  await db.delete(sessions).where(lt(sessions.expiresAt, sql`now()`))
  await db.insert(sessions).values(session)
  const kept = lastSeen(db, accountId).limit(MAX_SESSIONS)
  await db.delete(sessions).where(and(eq(sessions.accountId, accountId), notInArray(sessions.hash, kept)))
  return secret
}

const lastSeen = (db: Queryable, accountId: string) =>
  db
    .select({ hash: sessions.hash })
    .from(sessions)
    .where(eq(sessions.accountId, accountId))
    .orderBy(desc(sessions.lastSeenAt), desc(sessions.createdAt))

/** Those of an account that count, the one that was last seen first; served by `sessions_account`. */
export async function listSessions(db: Queryable, accountId: string): Promise<Session[]> {
  return db
    .select()
    .from(sessions)
    .where(and(eq(sessions.accountId, accountId), gt(sessions.expiresAt, sql`now()`)))
    .orderBy(desc(sessions.lastSeenAt))
}

/** Call it, and the next two, as a change of access. */
export async function endSession(tx: Queryable, accountId: string, id: string): Promise<Session | undefined> {
  const [ended] = await tx.delete(sessions).where(and(eq(sessions.accountId, accountId), eq(sessions.id, id))).returning()
  return ended
}

export async function endSessionByHash(tx: Queryable, accountId: string, hash: string): Promise<Session | undefined> {
  const [ended] = await tx.delete(sessions).where(and(eq(sessions.accountId, accountId), eq(sessions.hash, hash))).returning()
  return ended
}

/** @param exceptHash the one that stays; null for none */
export async function endSessions(tx: Queryable, accountId: string, exceptHash: string | null): Promise<void> {
  const others = exceptHash === null ? undefined : ne(sessions.hash, exceptHash)
  await tx.delete(sessions).where(and(eq(sessions.accountId, accountId), others))
}
