import { sentence, type Sentence } from '../language/sentence.ts'
import { and, eq, getTableColumns, gte, inArray, isNotNull, lt, or, type SQL, sql } from '../platform/drizzle.ts'
import { planInForce } from '../accounts/accounts.ts'
import type { Report } from '../engine/types.ts'
import { eventOf, recordEvent, type EventType } from '../events/event.ts'
import { feedback } from '../feedback/tables.ts'
import type { PlanName } from '../limits/plans.ts'
import { giveQuotaBack } from '../limits/quota.ts'
import { endBatchIfDone } from './batches.ts'
import type { Database, Queryable } from '../platform/postgres.ts'
import { accounts, analyses, outbox, tombstones, type State, type StoredEvidence } from '../platform/schema.ts'
import { evidencePrefix, objectPrefix } from './keys.ts'

/**
 * The moves of an analysis: `uploading → queued → processing → completed | failed | cancelled`, and out of the table;
 * those of an upload, which ends when it is queued, stand in `uploads.ts`. Each is one guarded `UPDATE` in one transaction
 * with the event that tells of it; a move whose guard does not hold changes nothing and says so.
 */

export type Analysis = typeof analyses.$inferSelect

/** A file is worked on at most so often; a claim after that fails it. */
export const MAX_ATTEMPTS = 3

const now = sql`now()`
const plan = sql<PlanName>`(SELECT ${planInForce} FROM ${accounts} WHERE ${eq(accounts.id, analyses.accountId)})`.as('plan')
export const inState = (...states: State[]): SQL => inArray(analyses.state, states)

/** Whether the attempt before the next claim ended without a word: its process died, or it is stalled. */
export async function lastAttemptVanished(db: Database, id: string): Promise<boolean> {
  const [row] = await db
    .select({ state: analyses.state, attemptError: analyses.attemptError })
    .from(analyses)
    .where(eq(analyses.id, id))
  return row?.state === 'processing' && row.attemptError === null
}

/** What an attempt knows of the analysis that it has claimed, with its account's plan; `attempt` is its fence. */
const claimColumns = {
  id: analyses.id,
  accountId: analyses.accountId,
  attempt: analyses.attempt,
  kind: analyses.kind,
  mediaType: analyses.mediaType,
  mediaKey: analyses.mediaKey,
  sizeBytes: analyses.sizeBytes,
  priority: analyses.priority,
  plan
}
export type Claim = Pick<Analysis, Exclude<keyof typeof claimColumns, 'plan'>> & { plan: PlanName }

const isOpen = inState('queued', 'processing')

/**
 * Takes a queued analysis, or one whose last attempt did not end it, to work on: the attempt's number is its fence.
 * A claim after the last allowed attempt fails the analysis instead.
 * @param onFailed told of that, when it has become true
 * @returns undefined when there is nothing to work on
 */
export async function claimAnalysis(
  db: Database,
  id: string,
  onFailed: (analysis: Claim, failure: Failure) => void = () => undefined
): Promise<Claim | undefined> {
  const claimed = await claim(db, id, isOpen)
  if (claimed !== undefined) return claimed
  const failed = await db.transaction((tx) => fail(tx, and(eq(analyses.id, id), isOpen, gte(analyses.attempt, MAX_ATTEMPTS)), crashed))
  if (failed !== undefined) onFailed(failed, crashed)
  return undefined
}

const crashed: Failure = {
  code: 'analysis_crashed',
  detail: sentence('{attempts, number} attempts at this file ended before a verdict.', { attempts: MAX_ATTEMPTS })
}

/** The same for one that is no suspect, as nearly all are: see `lastAttemptVanished`. Any other is left as it is. */
export const claimUnlessVanished = (db: Database, id: string): Promise<Claim | undefined> =>
  claim(db, id, or(inState('queued'), and(inState('processing'), isNotNull(analyses.attemptError))))

/** One statement, which is a transaction of its own: nothing is worked on without it, so each way to PostgreSQL counts. */
async function claim(db: Database, id: string, which: SQL | undefined): Promise<Claim | undefined> {
  const claimed = db.$with('claimed').as(
    db
      .update(analyses)
      .set({
        state: 'processing',
        attempt: sql`${analyses.attempt} + 1`,
        attemptError: null,
        startedAt: sql`coalesce(${analyses.startedAt}, now())`,
        touchedAt: now
      })
      .where(and(eq(analyses.id, id), which, lt(analyses.attempt, MAX_ATTEMPTS)))
      .returning(claimColumns)
  )
  // No webhook is called with it: it stands in the outbox alone.
  const event = JSON.stringify(eventOf({ type: 'analysis.processing', data: { id, state: 'processing' } }))
  const told = db.$with('told', {}).as(sql`INSERT INTO ${outbox} (account_id, event) SELECT account_id, ${event}::jsonb FROM ${claimed}`)
  const [row] = await db.with(claimed, told).select().from(claimed)
  return row
}

/** The fence: this attempt's writes count only while the row is still its own. */
const stillOurs = (claim: Claim) =>
  and(eq(analyses.id, claim.id), eq(analyses.attempt, claim.attempt), inState('processing'))

/** Whether an attempt may still write: not cancelled, not deleted, not taken over. */
export async function holdsClaim(db: Database, claim: Claim): Promise<boolean> {
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
  claim: Claim,
  report: Omit<Report, 'evidence' | 'durationsMs' | 'beganAt'>,
  evidence: StoredEvidence[],
  degraded: Sentence | null = null
): Promise<boolean> {
  const { verdict, score, engineVersion, ...findings } = report
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(analyses)
      .set({ state: 'completed', verdict, score, engineVersion, findings, evidence, degraded, endedAt: now, touchedAt: now })
      .where(stillOurs(claim))
      .returning(toldColumns)
    if (row === undefined) return false
    // What earlier attempts may have left behind.
    for (let attempt = 1; attempt < claim.attempt; attempt++) await bury(tx, evidencePrefix(claim, attempt))
    await tell(tx, 'analysis.completed', row)
    await endBatchIfDone(tx, row)
    return true
  })
}

export interface Failure {
  /** Stable. */
  code: string
  /** One sentence for people. */
  detail: Sentence
}

/** `processing → failed`, by the attempt that holds it. @returns whether it did */
export async function failAnalysis(db: Database, claim: Claim, failure: Failure): Promise<boolean> {
  return (await db.transaction((tx) => fail(tx, stillOurs(claim), failure))) !== undefined
}

async function fail(tx: Queryable, guard: SQL | undefined, failure: Failure): Promise<Claim | undefined> {
  const [row] = await tx
    .update(analyses)
    .set({ state: 'failed', failureCode: failure.code, failureDetail: failure.detail, endedAt: now, touchedAt: now })
    .where(guard)
    .returning({ ...getTableColumns(analyses), plan })
  if (row === undefined) return undefined
  await bury(tx, evidencePrefix(row))
  await refund(tx, row)
  await tell(tx, 'analysis.failed', row)
  await endBatchIfDone(tx, row)
  return row
}

/** An analysis that ended without a verdict costs nothing. Its move is guarded: it happens once. */
async function refund(tx: Queryable, row: Analysis): Promise<void> {
  if (row.chargedMonth === null) return
  await giveQuotaBack(tx, row.accountId, row.chargedMonth)
  await tx.update(analyses).set({ chargedMonth: null }).where(eq(analyses.id, row.id))
}

/** Gives a row back for a later attempt. @returns whether it was still this attempt's */
export async function giveBack(db: Database, claim: Claim, reason: string): Promise<boolean> {
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

/** Objects below the prefix are removed by the sweep: soon, and once more when nobody can write there any longer. */
export async function bury(tx: Queryable, prefix: string): Promise<void> {
  await tx.insert(tombstones).values({ prefix }).onConflictDoNothing()
}

/** Of a row, what its events tell of it and to whom: without the findings, which are large. */
const toldColumns = {
  id: analyses.id,
  accountId: analyses.accountId,
  state: analyses.state,
  verdict: analyses.verdict,
  failureCode: analyses.failureCode,
  callbackUrl: analyses.callbackUrl,
  batchId: analyses.batchId
}

/** Writes the event of a move, in its transaction. */
export async function tell(tx: Queryable, type: EventType, row: Pick<Analysis, Exclude<keyof typeof toldColumns, 'batchId'>>): Promise<void> {
  const { id, state, verdict, failureCode } = row
  const data = { id, state, ...(verdict !== null && { verdict }), ...(failureCode !== null && { failureCode }) }
  await recordEvent(tx, row.accountId, { type, data }, row.callbackUrl)
}
