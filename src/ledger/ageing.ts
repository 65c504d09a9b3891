import { and, asc, eq, gt, inArray, lt, sql } from '../platform/drizzle.ts'
import type { Database } from '../platform/postgres.ts'
import { analyses } from '../platform/schema.ts'
import type { Ledger } from './queue.ts'

/**
 * Who waits long is worked on sooner, step by step, so that a batch comes to its end under a stream of single photos
 * that never ends. The priority that a file was queued with is only ever bettered: after each step of waiting there is
 * a worst one that it may have, half of that of the step before.
 *
 * The best one, 1, is that of single photos. Of the files of an account that have waited for all steps only a few at a
 * time get it: they take turns with the photos of others, and never stand in front of them as a crowd.
 */
const STEPS = 6
const AT_FRONT = 4
const PAGE = 500

export interface WaitingFile {
  accountId: string
  priority: number
  waitedMs: number
}

/** @returns the priority that each file should have; to be asked once for each that waits, in the order of their creation */
export function ageing(stepMs: number): (file: WaitingFile) => number {
  const atFront = new Map<string, number>()
  return ({ accountId, priority, waitedMs }) => {
    const steps = Math.floor(waitedMs / stepMs)
    const front = atFront.get(accountId) ?? 0
    const worst = steps < STEPS ? 2 ** (STEPS - steps) : front < AT_FRONT ? 1 : 2
    const aged = Math.min(priority, worst)
    if (aged === 1) atFront.set(accountId, front + 1)
    return aged
  }
}

/** Betters the priorities of files that have waited; the ledger first, so that what breaks off is done again. */
export async function ageWaiting(db: Database, ledger: Ledger, stepMs: number, signal: AbortSignal): Promise<void> {
  const agedPriority = ageing(stepMs)
  let after = '00000000-0000-0000-0000-000000000000'
  while (!signal.aborted) {
    const rows = await db
      .select({
        id: analyses.id,
        accountId: analyses.accountId,
        priority: analyses.priority,
        // By PostgreSQL's clock, which one machine has for all.
        waitedMs: sql<number>`extract(epoch FROM now() - ${analyses.queuedAt}) * 1000`.mapWith(Number)
      })
      .from(analyses)
      .where(
        and(
          eq(analyses.state, 'queued'),
          lt(analyses.touchedAt, sql`now() - ${stepMs} * interval '1 millisecond'`),
          gt(analyses.id, after)
        )
      )
      .orderBy(asc(analyses.id))
      .limit(PAGE)
    const byPriority = Map.groupBy(
      rows.map((row) => ({ ...row, aged: agedPriority(row) })).filter(({ aged, priority }) => aged < priority),
      ({ aged }) => aged
    )
    for (const [priority, files] of byPriority) {
      const ids = files.map(({ id }) => id)
      // In their order, which decides between files of one priority.
      await Promise.all(ids.map((id) => ledger.hurry(id, priority)))
      await db.update(analyses).set({ priority }).where(and(inArray(analyses.id, ids), eq(analyses.state, 'queued')))
    }
    const last = rows[PAGE - 1]
    if (last === undefined) return
    after = last.id
  }
}
