import { and, asc, eq, inArray, lt, sql } from '../platform/drizzle.ts'
import { batches } from '../intake/tables.ts'
import type { Queryable } from '../platform/postgres.ts'
import { analyses } from '../platform/schema.ts'
import type { Batch } from './batches.ts'
import type { Analysis } from './moves.ts'

/** What a batch shows of each of its analyses. */
export type Member = Pick<Analysis, 'id' | 'state' | 'fileName' | 'verdict' | 'evidence' | 'retention' | 'purgedAt'>
/** A batch with its analyses, in the order in which they came in. */
export type WholeBatch = Batch & { members: Member[] }

/** One batch of an account; another account's is as absent as one that never was. */
export async function findBatch(db: Queryable, accountId: string, id: string): Promise<WholeBatch | undefined> {
  const [batch] = await withMembers(db, await db.select().from(batches).where(and(eq(batches.id, id), eq(batches.accountId, accountId))))
  return batch
}

/** A page of an account's batches, newest first, after the one with the id `before`; served by `batches_account`. */
export async function listBatches(
  db: Queryable,
  accountId: string,
  { limit, before }: { limit: number; before: string | undefined }
): Promise<WholeBatch[]> {
  const rows = await db
    .select()
    .from(batches)
    .where(and(eq(batches.accountId, accountId), before === undefined ? undefined : lt(batches.id, before)))
    // As the index has it; see `listAnalyses`.
    .orderBy(sql`${batches.id} DESC NULLS LAST`)
    .limit(limit)
  return withMembers(db, rows)
}

/** An analysis of a batch with these bytes, other than those named. */
export async function findMember(db: Queryable, batchId: string, sha256: string, others: ReadonlySet<string>): Promise<Analysis | undefined> {
  const rows = await db.select().from(analyses).where(and(eq(analyses.batchId, batchId), eq(analyses.sha256, sha256)))
  return rows.find(({ id }) => !others.has(id))
}

/** The ids of a batch's analyses that have not ended. */
export async function openMembers(db: Queryable, batchId: string): Promise<string[]> {
  const rows = await db
    .select({ id: analyses.id })
    .from(analyses)
    .where(and(eq(analyses.batchId, batchId), inArray(analyses.state, ['queued', 'processing'])))
  return rows.map(({ id }) => id)
}

/** Served by `analyses_batch`. */
async function withMembers(db: Queryable, rows: Batch[]): Promise<WholeBatch[]> {
  if (rows.length === 0) return []
  const { id, state, fileName, verdict, evidence, retention, purgedAt, batchId } = analyses
  const members = await db
    .select({ id, state, fileName, verdict, evidence, retention, purgedAt, batchId })
    .from(analyses)
    .where(inArray(batchId, rows.map((row) => row.id)))
    .orderBy(asc(id))
  const byBatch = Map.groupBy(members, (member) => member.batchId)
  return rows.map((row) => ({ ...row, members: byBatch.get(row.id) ?? [] }))
}
