import { randomUUID } from 'node:crypto'
import { and, eq, sql } from '../platform/drizzle.ts'
import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../platform/postgres.ts'
import { repeat, type Repeating } from '../platform/repeat.ts'
import { leases } from '../platform/schema.ts'

export interface Rounds {
  db: Database
  log: FastifyBaseLogger
  everyMs: number
}

/** A part of a round. */
export type Step = (signal: AbortSignal) => Promise<void>

/**
 * Repeats rounds of work on one machine at a time, whichever holds the lease of that name. A step that fails does not
 * keep the later ones from being done.
 */
export function repeatOnOneMachine(name: string, { db, log, everyMs }: Rounds, steps: Step[]): Repeating {
  const holder = randomUUID()
  // Long enough that a slow round keeps it, short enough that another machine soon takes over.
  const leaseMs = Math.max(3 * everyMs, 5_000)
  const rounds = repeat(name, everyMs, log, async (signal) => {
    if (!(await holdLease(db, name, holder, leaseMs))) return
    const failures: unknown[] = []
    for (const step of steps) {
      if (signal.aborted) return
      await step(signal).catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw failures[0]
  })
  return {
    nudge: rounds.nudge,
    async close() {
      await rounds.close()
      await dropLease(db, name, holder).catch((error: unknown) => log.debug({ err: error }, 'The lease runs out by itself'))
    }
  }
}

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
