import { and, gt, inArray, isNull, sql } from '../platform/drizzle.ts'
import { plans } from '../limits/plans.ts'
import { batches } from '../intake/tables.ts'
import type { Database } from '../platform/postgres.ts'
import { accounts, analyses, tombstones } from '../platform/schema.ts'
import { objectPrefix } from './keys.ts'
import { deleteAnalysis } from './moves.ts'

/**
 * What is no longer to be kept. The row goes, or loses what it knew, in one transaction with a tombstone for the
 * objects, and the sweep removes those as often as it takes. That is as safe as to remove the objects first: no crash
 * leaves an object that nothing names, and in between nobody reads a row whose file is gone.
 */

/** A smaller plan deletes nothing for so long that the plan before would have kept. */
export const GRACE_AFTER_PLAN_CHANGE_DAYS = 7
/** Whoever waited for the verdict, and is told of it right now, still reads the whole of it. */
export const PURGE_AFTER_SECONDS = 2

const ACCOUNTS = 1_000
const BATCH = 200
const OF_ONE_ACCOUNT = 50
const AT_ONCE = 4

const retentionDays = sql.join(
  [sql`CASE plan`, ...Object.entries(plans).map(([name, plan]) => sql`WHEN ${name} THEN ${sql.raw(String(plan.retentionDays))}`), sql`END`],
  sql` `
)

/** Where the walk over all accounts goes on: retention is counted in days, no round needs to see all of them. */
export const walkStart = '00000000-0000-0000-0000-000000000000'

/**
 * Deletes a batch of what is past its plan's days, of a page of accounts. Served by `analyses_account_ended`.
 * @param after the account after which the page begins
 * @returns where to go on: at the same page when there may be more of it, at the start after the last
 */
export async function deleteExpired(db: Database, after: string, signal: AbortSignal): Promise<string> {
  const page = await db
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(gt(accounts.id, after), isNull(accounts.removedAt)))
    .orderBy(accounts.id)
    .limit(ACCOUNTS)
  const last = page.at(-1)
  if (last === undefined) return walkStart

  const { rows } = await db.execute<{ id: string; account_id: string }>(expiredOf(after, last.id))
  for (let start = 0; start < rows.length && !signal.aborted; start += AT_ONCE) {
    await Promise.all(rows.slice(start, start + AT_ONCE).map(({ id, account_id }) => expire(db, account_id, id)))
  }
  if (rows.length > 0) return after
  return page.length < ACCOUNTS ? walkStart : last.id
}

/** Of each account the oldest few, so that a large one does not keep the others waiting. */
export const expiredOf = (after: string, last: string) => sql`
  SELECT expired.id, expired.account_id
  FROM (
    SELECT id, ${retentionDays} AS days FROM ${accounts}
    WHERE id > ${after} AND id <= ${last} AND removed_at IS NULL
      AND plan_since < now() - make_interval(days => ${GRACE_AFTER_PLAN_CHANGE_DAYS})) AS account
  CROSS JOIN LATERAL (
    SELECT id, account_id FROM ${analyses}
    WHERE account_id = account.id AND ended_at < now() - make_interval(days => account.days)
    ORDER BY ended_at LIMIT ${OF_ONE_ACCOUNT}) AS expired
  LIMIT ${BATCH}`

async function expire(db: Database, accountId: string, id: string): Promise<void> {
  const row = await deleteAnalysis(db, accountId, id)
  if (row?.batchId == null) return
  // The batch goes with the last of its analyses.
  await db.execute(sql`
    DELETE FROM ${batches} WHERE id = ${row.batchId} AND ended_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM ${analyses} WHERE batch_id = ${row.batchId})`)
}

/**
 * Takes media, evidence and findings from what was not to be kept, as soon as its end has left the outbox: the hash and
 * the verdict stay. Served by `analyses_to_purge`.
 * @returns how many
 */
export async function purgeUnkept(db: Database): Promise<number> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ id: string }>(sql`
      SELECT id FROM ${analyses} AS ended
      WHERE retention = 'none' AND purged_at IS NULL AND ended_at < now() - make_interval(secs => ${PURGE_AFTER_SECONDS})
        AND NOT EXISTS (SELECT FROM outbox WHERE event->'data'->>'id' = ended.id::text)
      ORDER BY ended_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`)
    if (rows.length === 0) return 0
    const purged = await tx
      .update(analyses)
      .set({ fileName: '', findings: null, evidence: [], callbackUrl: null, purgedAt: sql`now()` })
      .where(inArray(analyses.id, rows.map(({ id }) => id)))
      .returning({ id: analyses.id, accountId: analyses.accountId })
    await tx.insert(tombstones).values(purged.map((row) => ({ prefix: objectPrefix(row) }))).onConflictDoNothing()
    return purged.length
  })
}
