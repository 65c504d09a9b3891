import { and, eq, sql } from 'drizzle-orm'
import type { Database } from '../platform/postgres.ts'
import { leases } from '../platform/schema.ts'

/**
 * Takes or renews a lease: a row that one holder at a time has, until it runs out. A row and not a session's lock,
 * which a transaction pooler would give to somebody else.
 * @returns whether the holder has it now
 */
export async function holdLease(db: Database, name: string, holder: string, forMs: number): Promise<boolean> {
  const expiresAt = sql`now() + ${forMs} * interval '1 millisecond'`
  const rows = await db
    .insert(leases)
    .values({ name, holder, expiresAt })
    .onConflictDoUpdate({
      target: leases.name,
      set: { holder, expiresAt },
      setWhere: sql`${leases.holder} = ${holder} OR ${leases.expiresAt} < now()`
    })
    .returning({ holder: leases.holder })
  return rows.length > 0
}

/** Gives a lease up before its time, so that another machine need not wait. */
export async function dropLease(db: Database, name: string, holder: string): Promise<void> {
  await db.delete(leases).where(and(eq(leases.name, name), eq(leases.holder, holder)))
}
