import { sentence } from '../../language/sentence.ts'
import { and, eq, isNull, sql } from '../../platform/drizzle.ts'
import { v7 as uuidv7 } from 'uuid'
import type { Database, Queryable } from '../../platform/postgres.ts'
import { Problem } from '../../platform/problem.ts'
import { idempotencyKeys } from '../tables.ts'

/** A key that a request holds: nobody else answers to it, unless its life signs stay away. */
export interface Claim {
  id: string
  accountId: string
  key: string
  /** The batch that a request before, which broke off, has put its files into. */
  batchId: string | null
}

/** What was answered to the first request with a key. */
export interface Kept {
  fingerprint: string
  status: number
  headers: Record<string, string>
  body: unknown
}

/** For so long the same key has the same answer. */
const KEPT_FOR = sql`interval '24 hours'`
const now = sql`now()`

const ours = ({ accountId, key, id }: Claim) =>
  and(eq(idempotencyKeys.accountId, accountId), eq(idempotencyKeys.key, key), eq(idempotencyKeys.claim, id))

export const keyInFlight = () =>
  new Problem('idempotency_key_in_flight', sentence('Ask again for its answer in a moment.'), { headers: { 'retry-after': '2' } })

/**
 * Claims a key, before anything of the request is read: one that is new, whose answer is no longer kept, or whose
 * request has shown no life sign. Of many at the same time one gets it.
 * @returns the claim, or the answer that there is already
 * @throws {Problem} `idempotency_key_in_flight`
 */
export async function claimKey(db: Database, accountId: string, key: string, staleMs: number): Promise<Claim | Kept> {
  const id = uuidv7()
  const { status, batchId, touchedAt, createdAt } = idempotencyKeys
  const [claimed] = await db
    .insert(idempotencyKeys)
    .values({ accountId, key, claim: id })
    .onConflictDoUpdate({
      target: [idempotencyKeys.accountId, idempotencyKeys.key],
      set: {
        claim: id,
        batchId: sql`CASE WHEN ${status} IS NULL THEN ${batchId} END`,
        fingerprint: null,
        status: null,
        headers: null,
        body: null,
        createdAt: now,
        touchedAt: now
      },
      setWhere: sql`(${status} IS NULL AND ${touchedAt} < now() - ${staleMs} * interval '1 millisecond') OR ${createdAt} < now() - ${KEPT_FOR}`
    })
    .returning()
  if (claimed !== undefined) return { id, accountId, key, batchId: claimed.batchId }
  const [found] = await db
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.accountId, accountId), eq(idempotencyKeys.key, key)))
  if (found === undefined || found.status === null || found.fingerprint === null) throw keyInFlight()
  return { fingerprint: found.fingerprint, status: found.status, headers: found.headers ?? {}, body: found.body }
}

/** Renews the life sign; in a transaction it makes sure that the claim holds until its end. @throws {Problem} `idempotency_key_in_flight` */
export async function holdKey(tx: Queryable, claim: Claim): Promise<void> {
  await change(tx, claim, { touchedAt: now })
}

/** Says where the files of the request go, for whoever takes over when it breaks off. Throws like `holdKey`. */
export async function carryBatch(tx: Queryable, claim: Claim, batchId: string): Promise<void> {
  await change(tx, claim, { batchId, touchedAt: now })
}

/** Keeps the answer, in the transaction that makes what it tells of. Throws like `holdKey`. */
export async function keepAnswer(tx: Queryable, claim: Claim, answer: Kept): Promise<void> {
  await change(tx, claim, { ...answer, touchedAt: now })
}

async function change(tx: Queryable, claim: Claim, values: Parameters<ReturnType<typeof tx.update<typeof idempotencyKeys>>['set']>[0]) {
  const rows = await tx.update(idempotencyKeys).set(values).where(ours(claim)).returning({ key: idempotencyKeys.key })
  // Somebody has taken it over, having heard nothing from us for too long.
  if (rows.length === 0) throw keyInFlight()
}

/** Gives up a key that has no answer, so that the client can try again at once; a batch that was begun stays with it. */
export async function releaseKey(db: Database, claim: Claim): Promise<void> {
  const open = and(ours(claim), isNull(idempotencyKeys.status))
  const deleted = await db
    .delete(idempotencyKeys)
    .where(and(open, isNull(idempotencyKeys.batchId)))
    .returning({ key: idempotencyKeys.key })
  if (deleted.length === 0) await db.update(idempotencyKeys).set({ touchedAt: sql`'-infinity'` }).where(open)
}
