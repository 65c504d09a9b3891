import { and, eq, inArray, sql } from 'drizzle-orm'
import { recordEvent } from '../events/event.ts'
import { batches } from '../intake/tables.ts'
import type { Queryable } from '../platform/postgres.ts'
import { analyses } from '../platform/schema.ts'

/**
 * Ends the batch of an analysis that has just ended, when it was the last one and all of the batch has come in. Called
 * last in the transaction of the move: the batch is locked before its other analyses are looked at, so that of two that
 * end at the same time the later one sees both.
 */
export async function endBatchIfDone(tx: Queryable, { batchId }: { batchId: string | null }): Promise<void> {
  if (batchId === null) return
  // By its id alone: a condition would be judged by what the batch was before the wait for its lock.
  const [batch] = await tx.select().from(batches).where(eq(batches.id, batchId)).for('update')
  if (batch === undefined || batch.intake === 'receiving' || batch.endedAt !== null) return
  const [open] = await tx
    .select({ id: analyses.id })
    .from(analyses)
    .where(and(eq(analyses.batchId, batchId), inArray(analyses.state, ['uploading', 'queued', 'processing'])))
    .limit(1)
  if (open !== undefined) return
  await tx.update(batches).set({ endedAt: sql`now()` }).where(eq(batches.id, batchId))
  await recordEvent(tx, batch.accountId, { type: 'batch.completed', data: { id: batchId, intake: batch.intake } })
}
