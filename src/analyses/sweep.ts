import { eq, isNull, lt, or, sql } from '../platform/drizzle.ts'
import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../platform/postgres.ts'
import { tombstones } from '../platform/schema.ts'
import type { Storage } from '../platform/storage/storage.ts'

/**
 * After so long nobody can write below a buried prefix any more: an attempt looks every second whether it still
 * counts, and no request to the storage lasts longer than this.
 */
const LATE_WRITES = sql`interval '5 minutes'`
const BATCH = 200
const AT_ONCE = 10

/** Removes what a tombstone names, right away. When that fails, the sweep does it later: the tombstone stays. */
export async function sweepNow(db: Database, storage: Storage, prefix: string, log: FastifyBaseLogger): Promise<void> {
  try {
    await storage.removeAll(prefix)
    await db.update(tombstones).set({ sweptAt: sql`now()` }).where(eq(tombstones.prefix, prefix))
  } catch (error) {
    log.warn({ err: error, prefix }, 'Objects could not be removed now; the sweep will')
  }
}

/** One round of the sweep: what was never swept, and for the last time what no late write can reach any longer. */
export async function sweep(db: Database, storage: Storage, signal: AbortSignal): Promise<void> {
  const due = or(isNull(tombstones.sweptAt), lt(tombstones.createdAt, sql`now() - ${LATE_WRITES}`))
  const rows = await db
    .select({ prefix: tombstones.prefix, final: sql<boolean>`${tombstones.createdAt} < now() - ${LATE_WRITES}` })
    .from(tombstones)
    .where(due)
    .orderBy(tombstones.createdAt)
    .limit(BATCH)
  let failure: unknown
  for (let start = 0; start < rows.length && !signal.aborted; start += AT_ONCE) {
    await Promise.all(rows.slice(start, start + AT_ONCE).map(removeBuried))
  }
  if (failure !== undefined) throw failure

  async function removeBuried({ prefix, final }: { prefix: string; final: boolean }): Promise<void> {
    try {
      await storage.removeAll(prefix)
      if (final) await db.delete(tombstones).where(eq(tombstones.prefix, prefix))
      else await db.update(tombstones).set({ sweptAt: sql`now()` }).where(eq(tombstones.prefix, prefix))
    } catch (error) {
      // The others must not wait behind one that can't be removed.
      failure = error
    }
  }
}
