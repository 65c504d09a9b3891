import { planInForce } from '../accounts/accounts.ts'
import type { PlanName } from '../limits/plans.ts'
import { and, count, eq, inArray, sql } from '../platform/drizzle.ts'
import type { Database } from '../platform/postgres.ts'
import { accounts, analyses } from '../platform/schema.ts'
import { within } from '../platform/within.ts'

/** Analyses of one plan that wait, or that are being worked on, and since when the oldest of them. */
export interface QueueFigures {
  state: 'queued' | 'processing'
  plan: PlanName
  analyses: number
  /** Since it was queued, or since its first attempt began. */
  oldestSeconds: number
}

/** What has not ended, by state and plan; served by `analyses_open`, whose condition is the first one. */
async function readQueue(db: Database): Promise<QueueFigures[]> {
  const since = sql`CASE WHEN ${analyses.state} = 'queued' THEN ${analyses.queuedAt} ELSE ${analyses.startedAt} END`
  return db
    .select({
      state: sql<QueueFigures['state']>`${analyses.state}`,
      plan: planInForce,
      analyses: count(),
      oldestSeconds: sql<number>`greatest(0, extract(epoch FROM now() - min(${since})))::float8`
    })
    .from(analyses)
    .innerJoin(accounts, eq(accounts.id, analyses.accountId))
    .where(and(inArray(analyses.state, ['uploading', 'queued', 'processing']), inArray(analyses.state, ['queued', 'processing'])))
    .groupBy(analyses.state, planInForce)
}

/** The answer stays good for so long: several gauges ask at once, and more than one Prometheus may. */
const KEEP_MS = 5_000
const TIMEOUT_MS = 1_500

/**
 * @returns a function that reads the queue; undefined where PostgreSQL doesn't answer in time. One that is slow is asked once at a
 * time: what it answers late is there for the next who ask.
 */
export function watchQueue(db: Database): () => Promise<QueueFigures[] | undefined> {
  let asked: { at: number; figures: Promise<QueueFigures[] | undefined>; pending: boolean } | undefined

  function ask() {
    const question = { at: performance.now(), pending: true, figures: readQueue(db).catch(() => undefined) }
    void question.figures.finally(() => (question.pending = false))
    return question
  }

  return () => {
    if (asked === undefined || (!asked.pending && performance.now() - asked.at > KEEP_MS)) asked = ask()
    return within(TIMEOUT_MS, asked.figures, 'PostgreSQL does not answer in time').catch(() => undefined)
  }
}
