import { asc, eq, sql } from '../platform/drizzle.ts'
import type { Database } from '../platform/postgres.ts'
import { reportKeys, reports } from './tables.ts'

/** Every key that a report was signed with, the oldest first. */
export const listKeys = (db: Database) => db.select().from(reportKeys).orderBy(asc(reportKeys.firstUsedAt))

/**
 * From now on nobody should believe what a key has signed, whenever that was: its thief can write any date. Reports that
 * are asked for again are made anew, with another key.
 *
 * @returns whether there is such a key
 */
export async function revokeKey(db: Database, kid: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    const revokedAt = sql`coalesce(${reportKeys.revokedAt}, now())`
    const revoked = await tx.update(reportKeys).set({ revokedAt }).where(eq(reportKeys.kid, kid)).returning({ kid: reportKeys.kid })
    await tx.update(reports).set({ fingerprint: null }).where(eq(reports.kid, kid))
    return revoked.length > 0
  })
}
