import { and, eq, lt, sql } from '../platform/drizzle.ts'
import { recordEvent } from '../events/event.ts'
import type { Queryable } from '../platform/postgres.ts'
import { plans, type PlanName } from './plans.ts'
import { quotaExceeded } from './refusals.ts'
import { monthlyUsage } from './tables.ts'

/** The calendar month in UTC, by PostgreSQL's clock, which is one for all machines: its first day. */
const thisMonth = sql<string>`date_trunc('month', now() AT TIME ZONE 'UTC')::date`

/** At how much of the quota an account is told, in percent. */
const WARNINGS = [80, 100] as const

/**
 * Takes one analysis of this month's quota, in the transaction that queues it. The row of the month is locked until its
 * end: of a hundred that race for the last unit, one gets it.
 * @returns the month that paid
 * @throws {Problem} `quota_exceeded`: nothing of the transaction becomes true
 */
export async function takeQuota(tx: Queryable, accountId: string, plan: PlanName): Promise<string> {
  const { analysesPerMonth } = plans[plan]
  const [usage] = await tx
    .insert(monthlyUsage)
    .values({ accountId, month: thisMonth, used: 1 })
    .onConflictDoUpdate({
      target: [monthlyUsage.accountId, monthlyUsage.month],
      set: { used: sql`${monthlyUsage.used} + 1` },
      setWhere: lt(monthlyUsage.used, analysesPerMonth)
    })
    .returning()
  if (usage === undefined) throw quotaExceeded(plan)
  await warn(tx, { ...usage, plan, limit: analysesPerMonth })
  return usage.month
}

async function warn(
  tx: Queryable,
  usage: { accountId: string; month: string; used: number; warnedPercent: number; plan: PlanName; limit: number }
): Promise<void> {
  const { accountId, month, used, warnedPercent, plan, limit } = usage
  const reached = WARNINGS.findLast((percent) => used * 100 >= limit * percent)
  if (reached === undefined || reached <= warnedPercent) return
  await tx.update(monthlyUsage).set({ warnedPercent: reached }).where(isMonth(accountId, month))
  const type = reached === 100 ? 'quota.exhausted' : 'quota.warning'
  await recordEvent(tx, accountId, { type, data: { plan, month, used, limit } })
}

/** The plan is another: what was told of the quota before says nothing about this one. */
export async function forgetWarnings(tx: Queryable, accountId: string): Promise<void> {
  await tx.update(monthlyUsage).set({ warnedPercent: 0 }).where(eq(monthlyUsage.accountId, accountId))
}

/** Gives a unit back to the month that it came from. Called once, by the move that ends the analysis without a verdict. */
export async function giveQuotaBack(tx: Queryable, accountId: string, month: string): Promise<void> {
  await tx.update(monthlyUsage).set({ used: sql`${monthlyUsage.used} - 1` }).where(isMonth(accountId, month))
}

/** How many analyses of this month are used. */
export async function quotaUsed(db: Queryable, accountId: string): Promise<number> {
  const [usage] = await db
    .select({ used: monthlyUsage.used })
    .from(monthlyUsage)
    .where(and(eq(monthlyUsage.accountId, accountId), eq(monthlyUsage.month, thisMonth)))
  return usage?.used ?? 0
}

const isMonth = (accountId: string, month: string) => and(eq(monthlyUsage.accountId, accountId), eq(monthlyUsage.month, month))
