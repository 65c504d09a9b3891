import { sentence, type Sentence } from '../language/sentence.ts'
import { Problem } from '../platform/problem.ts'
import type { PlanName } from './plans.ts'

/** The limits, by the names under which answers and `GET /v1/usage` show them. */
export const limitNames = [
  'requests',
  'uploads',
  'analyses',
  'bytes',
  'files-in-flight',
  'event-streams',
  'analyses-per-month'
] as const
export type LimitName = (typeof limitNames)[number]

/** What opens when something ends, of which nobody knows the time, is asked for again after so long. */
const RETRY_SECONDS = 5

/**
 * The refusal of what a limit of a minute doesn't let through.
 * @param plan undefined for a caller that is not known
 * @param opensInMs until the minute is over
 */
export function tooMuch(limit: LimitName, plan: PlanName | undefined, opensInMs: number): Problem {
  const opensAt = new Date(Date.now() + opensInMs)
  return refusal('rate_limit_exceeded', sentence('The limit "{limit}" opens again at {opensAt, date, utc}.', { limit, opensAt: opensAt.getTime() }), limit, plan, opensAt)
}

/** The refusal of what may only be there so many times at once. */
export function tooManyAtOnce(limit: LimitName, plan: PlanName, most: number): Problem {
  return refusal('rate_limit_exceeded', sentence('At most {most, number} at the same time; "{limit}" opens when one of them ends.', { most, limit }), limit, plan)
}

/** The refusal of an analysis that no quota is left for. */
export function quotaExceeded(plan: PlanName): Problem {
  const opensAt = nextMonth()
  return refusal('quota_exceeded', sentence('The next month begins at {opensAt, date, utc}.', { opensAt: opensAt.getTime() }), 'analyses-per-month', plan, opensAt)
}

/** When the next calendar month begins, in UTC. */
export function nextMonth(): Date {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1))
}

function refusal(
  code: 'rate_limit_exceeded' | 'quota_exceeded',
  detail: Sentence,
  limit: LimitName,
  plan: PlanName | undefined,
  opensAt?: Date
): Problem {
  const seconds = opensAt === undefined ? RETRY_SECONDS : Math.max(1, Math.ceil((opensAt.getTime() - Date.now()) / 1_000))
  const hit = { limit, ...(plan !== undefined && { plan }), ...(opensAt !== undefined && { opensAt: opensAt.toISOString() }) }
  return new Problem(code, detail, { hit, headers: { 'retry-after': String(seconds) } })
}
