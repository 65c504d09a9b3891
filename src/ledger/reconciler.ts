import { and, asc, eq, gt, inArray, lt, sql } from '../platform/drizzle.ts'
import type { FastifyBaseLogger } from 'fastify'
import { closeDeadBatches } from '../analyses/batches.ts'
import { dropUpload } from '../analyses/uploads.ts'
import type { Database } from '../platform/postgres.ts'
import type { Repeating } from '../platform/repeat.ts'
import { analyses } from '../platform/schema.ts'
import { ageWaiting } from './ageing.ts'
import { repeatOnOneMachine, type Rounds } from './lease.ts'
import { retryDelayMs, type Ledger } from './queue.ts'

export interface ReconcilerOptions extends Rounds {
  ledger: Ledger
  uploadStaleMs: number
  /** The pause before the second attempt; see `retryDelayMs`. */
  retryMs: number
  /** After each such wait a file may be worked on sooner; see `ageing.ts`. */
  ageingMs: number
}

/** A row that has not ended. */
interface OpenRow {
  id: string
  priority: number
  attempt: number
  /** For how long it has waited for its next attempt; null when it doesn't. */
  restedMs: number | null
}

const PAGE = 500
/** How many jobs are asked for at once. */
const AT_ONCE = 50

/**
 * Makes the ledger agree with PostgreSQL, on one machine at a time: rows without a job get one, and uploads and batches
 * that died are ended.
 */
export function startReconciler(options: ReconcilerOptions): Repeating {
  const { db, ledger, log, everyMs, uploadStaleMs, retryMs, ageingMs } = options
  return repeatOnOneMachine('reconciler', options, [
    () => dropDeadUploads(db, uploadStaleMs, log),
    () => closeDeadBatches(db, uploadStaleMs, (batchId) => log.info({ batchId }, 'A batch whose intake died is incomplete')),
    (signal) => requeueLost(db, ledger, { settledMs: everyMs, retryMs }, signal, log),
    (signal) => ageWaiting(db, ledger, ageingMs, signal)
  ])
}

/** Uploads that have shown no life sign: their client or their machine is gone. Served by `analyses_open`. */
export async function dropDeadUploads(db: Database, staleMs: number, log: FastifyBaseLogger): Promise<void> {
  const dead = await db
    .select({ id: analyses.id })
    .from(analyses)
    .where(and(eq(analyses.state, 'uploading'), lt(analyses.touchedAt, before(staleMs))))
    .limit(PAGE)
  for (const { id } of dead) {
    if (await dropUpload(db, id)) log.info({ analysisId: id }, 'An upload that died was taken out')
  }
}

/**
 * Puts rows that have not ended back into the ledger when no open job stands for them: Redis was emptied, was away
 * when the row was queued, or holds a job that has ended and blocks the id. The claim then decides what becomes of
 * them.
 * @param times.settledMs rows touched later than that are left alone: their job is on its way
 * @param times.retryMs the pause before a second attempt
 */
export async function requeueLost(
  db: Database,
  ledger: Ledger,
  times: { settledMs: number; retryMs: number },
  signal: AbortSignal,
  log: FastifyBaseLogger
): Promise<void> {
  const { settledMs, retryMs } = times
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const rows = await db
      .select({
        id: analyses.id,
        priority: analyses.priority,
        attempt: analyses.attempt,
        // By PostgreSQL's clock, which one machine has for all.
        restedMs: sql<number>`CASE WHEN ${analyses.attemptError} IS NOT NULL
          THEN extract(epoch FROM now() - ${analyses.touchedAt}) * 1000 END`.mapWith(Number)
      })
      .from(analyses)
      .where(
        and(
          inArray(analyses.state, ['queued', 'processing']),
          lt(analyses.touchedAt, before(settledMs)),
          gt(analyses.id, after)
        )
      )
      .orderBy(asc(analyses.id))
      .limit(PAGE)
    for (let start = 0; start < rows.length; start += AT_ONCE) {
      if (signal.aborted) return
      await Promise.all(rows.slice(start, start + AT_ONCE).map(requeueIfLost))
    }
    const last = rows[PAGE - 1]
    if (last === undefined) return
    after = last.id
  }

  async function requeueIfLost({ id, priority, attempt, restedMs }: OpenRow): Promise<void> {
    const state = await ledger.stateOf(id)
    if (state === 'open') {
      // The ledger reckons a pause by the clocks of the machines: one that is set back would stretch it.
      const overdue = restedMs !== null && restedMs > retryDelayMs(retryMs, attempt) + settledMs
      if (overdue) await ledger.hasten(id)
      return
    }
    const origin = state === 'ended' ? await ledger.remove(id) : undefined
    await ledger.add(id, priority, origin)
    log.info({ analysisId: id, job: state }, 'A lost analysis was put back into the ledger')
  }
}

const before = (ms: number) => sql`now() - ${ms} * interval '1 millisecond'`
