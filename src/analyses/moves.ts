import { and, eq, gte, inArray, lt, type SQL, sql } from '../platform/drizzle.ts'
import type { Report } from '../engine/types.ts'
import { recordEvent, type EventType } from '../events/event.ts'
import { feedback } from '../feedback/tables.ts'
import { filesInFlight } from '../limits/files.ts'
import { jobPriority, plans, type PlanName } from '../limits/plans.ts'
import { giveQuotaBack, takeQuota } from '../limits/quota.ts'
import { tooManyAtOnce } from '../limits/refusals.ts'
import { endBatchIfDone } from './batches.ts'
import type { Database, Queryable } from '../platform/postgres.ts'
import { accounts, analyses, tombstones, type State, type StoredEvidence } from '../platform/schema.ts'
import { evidencePrefix, objectPrefix } from './keys.ts'

/**
 * The moves of an analysis: `uploading → queued → processing → completed | failed | cancelled`, and out of the table.
 * Each is one guarded `UPDATE` in one transaction with the event that tells of it; a move whose guard does not hold
 * changes nothing and says so.
 */

export type Analysis = typeof analyses.$inferSelect
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

/** A file is worked on at most so often; a claim after that fails it. */
export const MAX_ATTEMPTS = 3

const now = sql`now()`
const inState = (...states: State[]): SQL => inArray(analyses.state, states)

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

/** Whether the attempt before the next claim ended without a word: its process died, or it is stalled. */
export async function lastAttemptVanished(db: Database, id: string): Promise<boolean> {
  const [row] = await db
    .select({ state: analyses.state, attemptError: analyses.attemptError })
    .from(analyses)
    .where(eq(analyses.id, id))
  return row?.state === 'processing' && row.attemptError === null
}

/**
 * Takes a queued analysis, or one whose last attempt did not end it, to work on: the attempt's number is its fence.
 * A claim after the last allowed attempt fails the analysis instead.
 * @returns undefined when there is nothing to work on
 */
export async function claimAnalysis(db: Database, id: string): Promise<Analysis | undefined> {
  return db.transaction(async (tx) => {
    const claimable = and(eq(analyses.id, id), inState('queued', 'processing'))
    const [claimed] = await tx
      .update(analyses)
      .set({
        state: 'processing',
        attempt: sql`${analyses.attempt} + 1`,
        attemptError: null,
        startedAt: sql`coalesce(${analyses.startedAt}, now())`,
        touchedAt: now
      })
      .where(and(claimable, lt(analyses.attempt, MAX_ATTEMPTS)))
      .returning()
    if (claimed !== undefined) {
      await tell(tx, 'analysis.processing', claimed)
      return claimed
    }
    await fail(tx, and(claimable, gte(analyses.attempt, MAX_ATTEMPTS)), {
      code: 'analysis_crashed',
      detail: `${MAX_ATTEMPTS} attempts at this file ended before a verdict.`
    })
    return undefined
  })
}

/** The fence: this attempt's writes count only while the row is still its own. */
const stillOurs = (claim: Analysis) =>
  and(eq(analyses.id, claim.id), eq(analyses.attempt, claim.attempt), inState('processing'))

/** Whether an attempt may still write: not cancelled, not deleted, not taken over. */
export async function holdsClaim(db: Database, claim: Analysis): Promise<boolean> {
  const rows = await db.select({ id: analyses.id }).from(analyses).where(stillOurs(claim))
  return rows.length > 0
}

/**
 * The verdict: `processing → completed`.
 * @param degraded why it rests on less than it should; null when it does not
 * @returns whether this attempt was still the one that counts
 */
export async function completeAnalysis(
  db: Database,
  claim: Analysis,
  report: Omit<Report, 'evidence'>,
  evidence: StoredEvidence[],
  degraded: string | null = null
): Promise<boolean> {
  const { verdict, score, engineVersion, ...findings } = report
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(analyses)
      .set({ state: 'completed', verdict, score, engineVersion, findings, evidence, degraded, endedAt: now, touchedAt: now })
      .where(stillOurs(claim))
      .returning()
    if (row === undefined) return false
    // What earlier attempts may have left behind.
    for (let attempt = 1; attempt < row.attempt; attempt++) await bury(tx, evidencePrefix(row, attempt))
    await tell(tx, 'analysis.completed', row)
    await endBatchIfDone(tx, row)
    return true
  })
}

export interface Failure {
  /** Stable. */
  code: string
  /** One sentence for people. */
  detail: string
}

/** `processing → failed`, by the attempt that holds it. @returns whether it did */
export async function failAnalysis(db: Database, claim: Analysis, failure: Failure): Promise<boolean> {
  return db.transaction((tx) => fail(tx, stillOurs(claim), failure))
}

async function fail(tx: Queryable, guard: SQL | undefined, failure: Failure): Promise<boolean> {
  const [row] = await tx
    .update(analyses)
    .set({ state: 'failed', failureCode: failure.code, failureDetail: failure.detail, endedAt: now, touchedAt: now })
    .where(guard)
    .returning()
  if (row === undefined) return false
  await bury(tx, evidencePrefix(row))
  await refund(tx, row)
  await tell(tx, 'analysis.failed', row)
  await endBatchIfDone(tx, row)
  return true
}

/** An analysis that ended without a verdict costs nothing. Its move is guarded: it happens once. */
async function refund(tx: Queryable, row: Analysis): Promise<void> {
  if (row.chargedMonth === null) return
  await giveQuotaBack(tx, row.accountId, row.chargedMonth)
  await tx.update(analyses).set({ chargedMonth: null }).where(eq(analyses.id, row.id))
}

/** Gives a row back for a later attempt. @returns whether it was still this attempt's */
export async function giveBack(db: Database, claim: Analysis, reason: string): Promise<boolean> {
  const rows = await db
    .update(analyses)
    .set({ attemptError: reason, touchedAt: now })
    .where(stillOurs(claim))
    .returning({ id: analyses.id })
  return rows.length > 0
}

/** `queued | processing → cancelled`. @returns undefined when it has ended already or is not the account's */
export async function cancelAnalysis(db: Database, accountId: string, id: string): Promise<Analysis | undefined> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(analyses)
      .set({ state: 'cancelled', endedAt: now, touchedAt: now })
      .where(and(eq(analyses.id, id), eq(analyses.accountId, accountId), inState('queued', 'processing')))
      .returning()
    if (row === undefined) return undefined
    await bury(tx, evidencePrefix(row))
    await refund(tx, row)
    await tell(tx, 'analysis.cancelled', row)
    await endBatchIfDone(tx, row)
    return row
  })
}

/**
 * Takes the row out, and leaves a tombstone for its objects. Before its verdict that cancels it: it costs nothing.
 * @returns undefined when it isn't there
 */
export async function deleteAnalysis(db: Database, accountId: string, id: string): Promise<Analysis | undefined> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .delete(analyses)
      .where(and(eq(analyses.id, id), eq(analyses.accountId, accountId)))
      .returning()
    if (row === undefined) return undefined
    await bury(tx, objectPrefix(row))
    // What was said of it stays only when its owner has agreed.
    await tx.delete(feedback).where(and(eq(feedback.analysisId, row.id), eq(feedback.consent, false)))
    if (row.chargedMonth !== null && row.verdict === null) await giveQuotaBack(tx, row.accountId, row.chargedMonth)
    await recordEvent(tx, row.accountId, { type: 'analysis.deleted', data: { id: row.id, state: 'deleted' } })
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

/** Objects below the prefix are removed by the sweep: soon, and once more when nobody can write there any longer. */
export async function bury(tx: Queryable, prefix: string): Promise<void> {
  await tx.insert(tombstones).values({ prefix }).onConflictDoNothing()
}

async function tell(tx: Queryable, type: EventType, row: Analysis): Promise<void> {
  const { id, state, verdict, failureCode } = row
  const data = { id, state, ...(verdict !== null && { verdict }), ...(failureCode !== null && { failureCode }) }
  await recordEvent(tx, row.accountId, { type, data }, row.callbackUrl)
}
