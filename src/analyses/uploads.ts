import { and, eq, sql } from '../platform/drizzle.ts'
import { filesInFlight } from '../limits/files.ts'
import { jobPriority, plans, type PlanName } from '../limits/plans.ts'
import { takeQuota } from '../limits/quota.ts'
import { tooManyAtOnce } from '../limits/refusals.ts'
import type { Database, Queryable } from '../platform/postgres.ts'
import { accounts, analyses, type StoredEvidence } from '../platform/schema.ts'
import { endBatchIfDone } from './batches.ts'
import { objectPrefix } from './keys.ts'
import { bury, inState, tell, type Analysis } from './moves.ts'

/** The moves of an upload: it begins, shows that it goes on, and becomes an analysis or nothing. See `moves.ts`. */

export type NewAnalysis = Pick<Analysis, 'id' | 'accountId' | 'fileName' | 'mediaType' | 'kind' | 'mediaKey'> &
  Partial<Pick<Analysis, 'callbackUrl' | 'retention'>>

/** A file that is in storage, whole. */
export interface StoredUpload {
  id: string
  accountId: string
  sizeBytes: number
  sha256: string
  /** The batch that it belongs to. */
  batchId?: string | null
  /** What becomes true together with the analysis, or prevents it by throwing. */
  also?: (tx: Queryable, row: Analysis) => Promise<void>
}

const now = sql`now()`

/** The row of an upload that begins. What is kept of it is as its account has it, unless the request says otherwise. */
export async function beginUpload(db: Database, analysis: NewAnalysis): Promise<void> {
  const asTheAccount = sql`(SELECT ${accounts.retention} FROM ${accounts} WHERE ${accounts.id} = ${analysis.accountId})`
  await db.insert(analyses).values({ ...analysis, retention: analysis.retention ?? asTheAccount, state: 'uploading' })
}

/** Renews the life sign of an upload that goes on. */
export async function touchUpload(db: Database, id: string): Promise<void> {
  await db.update(analyses).set({ touchedAt: now }).where(and(eq(analyses.id, id), inState('uploading')))
}

/**
 * The whole file is in storage: `uploading → queued`, with its priority, paid by the quota of the month.
 * @returns undefined when the row is gone
 * @throws {Problem} `quota_exceeded`, and `rate_limit_exceeded` for too many files in flight
 */
export async function queueAnalysis(
  db: Database,
  upload: StoredUpload & { plan: PlanName }
): Promise<Analysis | undefined> {
  const { id, accountId, plan, sizeBytes, sha256, batchId = null, also } = upload
  return db.transaction(async (tx) => {
    const moved = await tx
      .update(analyses)
      .set({ state: 'queued', sizeBytes, sha256, batchId, queuedAt: now, touchedAt: now })
      .where(and(eq(analyses.id, id), inState('uploading')))
      .returning({ id: analyses.id })
    if (moved.length === 0) return undefined
    const chargedMonth = await takeQuota(tx, accountId, plan)
    // From here on no other file of the account can be queued until this one is: the month is locked. So no two count
    // without each other.
    const inFlight = await filesInFlight(tx, accountId, ['queued', 'processing'])
    const most = plans[plan].filesInFlight
    if (inFlight > most) throw tooManyAtOnce('files-in-flight', plan, most)
    const [row] = await tx
      .update(analyses)
      .set({ chargedMonth, priority: jobPriority(plans[plan], inFlight - 1) })
      .where(eq(analyses.id, id))
      .returning()
    if (row === undefined) return undefined
    await tell(tx, 'analysis.queued', row)
    await also?.(tx, row)
    return row
  })
}

/**
 * The file is identical to an earlier one: `uploading → completed` with that result, free of charge.
 * @param earlier the row whose result it takes; read again here, since it may have been deleted
 */
export async function completeFromEarlier(
  db: Database,
  upload: StoredUpload,
  earlier: Analysis,
  evidence: StoredEvidence[]
): Promise<Analysis | undefined> {
  const { verdict, score, findings, engineVersion } = earlier
  const { id, sizeBytes, sha256, batchId = null, also } = upload
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(analyses)
      .set({
        state: 'completed',
        sizeBytes,
        sha256,
        batchId,
        cached: true,
        verdict,
        score,
        findings,
        engineVersion,
        evidence,
        queuedAt: now,
        endedAt: now,
        touchedAt: now
      })
      .where(and(eq(analyses.id, id), inState('uploading')))
      .returning()
    if (row === undefined) return undefined
    await tell(tx, 'analysis.completed', row)
    await also?.(tx, row)
    await endBatchIfDone(tx, row)
    return row
  })
}

/** Takes out an upload that did not become an analysis. @returns whether its row was there */
export async function dropUpload(db: Database, id: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [row] = await tx.delete(analyses).where(and(eq(analyses.id, id), inState('uploading'))).returning()
    if (row === undefined) return false
    await bury(tx, objectPrefix(row))
    await endBatchIfDone(tx, row)
    return true
  })
}
