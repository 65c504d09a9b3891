import { and, eq, inArray, lt, sql } from '../platform/drizzle.ts'
import { recordEvent } from '../events/event.ts'
import { batches, type RefusedFile } from '../intake/tables.ts'
import type { Database, Queryable } from '../platform/postgres.ts'
import { analyses } from '../platform/schema.ts'

/**
 * The moves of a batch: its intake is `receiving → received | incomplete`, and it ends when all of it has come in and the
 * last of its analyses has ended. An analysis belongs to it from the moment it is queued.
 */

export type Batch = typeof batches.$inferSelect

/** What a batch can't take any more: it was given up for dead, since it has shown no life sign. */
export class BatchClosed extends Error {
  override name = 'BatchClosed'
}

const now = sql`now()`
const receiving = (id: string) => and(eq(batches.id, id), eq(batches.intake, 'receiving'))

export async function beginBatch(tx: Queryable, batch: { id: string; accountId: string }): Promise<void> {
  await tx.insert(batches).values(batch)
}

/**
 * Goes on with a batch whose intake broke off, in a request that says to be the same one again. When it had ended, it
 * ends once more: it has become another.
 */
export async function reopenBatch(tx: Queryable, accountId: string, id: string): Promise<boolean> {
  const rows = await tx
    .update(batches)
    .set({ intake: 'receiving', refused: [], endedAt: null, touchedAt: now })
    .where(and(eq(batches.id, id), eq(batches.accountId, accountId)))
    .returning({ id: batches.id })
  return rows.length > 0
}

/**
 * Renews the life sign of an intake that goes on; with it, in one transaction, a file joins the batch.
 * @throws {BatchClosed}
 */
export async function touchBatch(tx: Queryable, id: string): Promise<void> {
  const rows = await tx.update(batches).set({ touchedAt: now }).where(receiving(id)).returning({ id: batches.id })
  if (rows.length === 0) throw new BatchClosed('The batch takes no more files')
}

/** Keeps which files were not taken, and why, while others still come in. */
export async function recordRefused(db: Database, id: string, refused: RefusedFile[]): Promise<void> {
  await db.update(batches).set({ refused, touchedAt: now }).where(receiving(id))
}

/**
 * Nothing more comes: `receiving → received | incomplete`. A batch of which no file was taken is none: it is taken out.
 * @returns whether it was still receiving
 */
export async function endIntake(tx: Queryable, id: string, intake: 'received' | 'incomplete'): Promise<boolean> {
  const rows = await tx.update(batches).set({ intake, touchedAt: now }).where(receiving(id)).returning({ id: batches.id })
  if (rows.length === 0) return false
  const [member] = await tx.select({ id: analyses.id }).from(analyses).where(eq(analyses.batchId, id)).limit(1)
  if (member === undefined) await tx.delete(batches).where(eq(batches.id, id))
  else await endBatchIfDone(tx, { batchId: id })
  return true
}

/** Batches whose intake has shown no life sign: their machine is gone. Served by `batches_receiving`. */
export async function closeDeadBatches(db: Database, staleMs: number, onClosed: (batchId: string) => void): Promise<void> {
  const silent = lt(batches.touchedAt, sql`now() - ${staleMs} * interval '1 millisecond'`)
  const dead = await db.select({ id: batches.id }).from(batches).where(and(eq(batches.intake, 'receiving'), silent)).limit(500)
  for (const { id } of dead) {
    const closed = await db.transaction(async (tx) => {
      // Asked again under its lock: it may have shown one in between.
      const [row] = await tx.select({ id: batches.id }).from(batches).where(and(receiving(id), silent)).for('update')
      return row !== undefined && (await endIntake(tx, id, 'incomplete'))
    })
    if (closed) onClosed(id)
  }
}

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
