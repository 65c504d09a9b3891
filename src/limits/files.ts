import { and, count, eq, inArray } from '../platform/drizzle.ts'
import type { Caller } from '../accounts/apiKeys.ts'
import type { Queryable } from '../platform/postgres.ts'
import { analyses, type State } from '../platform/schema.ts'
import { plans } from './plans.ts'
import { quotaUsed } from './quota.ts'
import { quotaExceeded, tooManyAtOnce } from './refusals.ts'

/** How many files of an account are in these states; served by `analyses_in_flight`. */
export async function filesInFlight(db: Queryable, accountId: string, states: State[]): Promise<number> {
  const [found] = await db
    .select({ files: count() })
    .from(analyses)
    .where(and(eq(analyses.accountId, accountId), inArray(analyses.state, states)))
  return found?.files ?? 0
}

/**
 * Refuses a file before it is read, when it could not be queued by now. What counts is taken when it is queued: of many
 * that look at the same time, all may be let through here.
 * @throws {Problem} `quota_exceeded`, `rate_limit_exceeded`
 */
export async function lookFiles(db: Queryable, { accountId, plan }: Caller): Promise<void> {
  const { analysesPerMonth, filesInFlight: most } = plans[plan]
  const [used, inFlight] = await Promise.all([
    quotaUsed(db, accountId),
    filesInFlight(db, accountId, ['uploading', 'queued', 'processing'])
  ])
  if (used >= analysesPerMonth) throw quotaExceeded(plan)
  if (inFlight >= most) throw tooManyAtOnce('files-in-flight', plan, most)
}
