import { eq, sql } from '../platform/drizzle.ts'
import { recordAudit } from '../admin/audit.ts'
import type { PlanName } from '../limits/plans.ts'
import { forgetWarnings } from '../limits/quota.ts'
import type { Queryable } from '../platform/postgres.ts'
import { accounts } from '../platform/schema.ts'
import { recordAccessChange } from './accessChange.ts'

/** Who changes a plan, and why. */
export interface PlanChange {
  /** The admin; null for billing. */
  actor: string | null
  reason: string
}

/**
 * The only way in which a plan changes. Call it in a transaction, and `applyAccessChange` once that is committed: the
 * next request then has the limits of the new plan.
 * @returns whether it was another plan before
 */
export async function setPlan(tx: Queryable, accountId: string, plan: PlanName, { actor, reason }: PlanChange): Promise<boolean> {
  const [account] = await tx
    .select({ plan: accounts.plan })
    .from(accounts)
    .where(eq(accounts.id, accountId))
    .for('no key update')
  if (account === undefined || account.plan === plan) return false
  await tx.update(accounts).set({ plan, planSince: sql`now()` }).where(eq(accounts.id, accountId))
  await forgetWarnings(tx, accountId)
  await recordAccessChange(tx, accountId)
  await recordAudit(tx, { actorId: actor, action: 'plan.changed', accountId, detail: { from: account.plan, to: plan, reason } })
  return true
}
