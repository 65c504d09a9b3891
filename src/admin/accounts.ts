import { and, count, desc, eq, gt, ilike, isNotNull, isNull, lt, sql } from '../platform/drizzle.ts'
import { recordAccessChange } from '../accounts/accessChange.ts'
import { shownOfAccount } from '../accounts/accounts.ts'
import { stillValid } from '../accounts/apiKeys.ts'
import { setPlan } from '../accounts/setPlan.ts'
import { filesInFlight } from '../limits/files.ts'
import { plans, type PlanName } from '../limits/plans.ts'
import { quotaUsed } from '../limits/quota.ts'
import type { Database, Queryable } from '../platform/postgres.ts'
import { accounts, apiKeys, sessions, type AccountRole } from '../platform/schema.ts'
import { recordAudit } from './audit.ts'
import { keepAnAdmin } from './lastAdmin.ts'

const isThere = isNull(accounts.removedAt)

export interface AccountFilters {
  id?: string
  /** A part of the address. */
  email?: string
  plan?: PlanName
  suspended?: boolean
}

/** A page of accounts, newest first, after the one with the id `before`. */
export async function findAccounts(
  db: Queryable,
  { id, email, plan, suspended, limit, before }: AccountFilters & { limit: number; before: string | undefined }
) {
  return db
    .select(shownOfAccount)
    .from(accounts)
    .where(
      and(
        isThere,
        before === undefined ? undefined : lt(accounts.id, before),
        id === undefined ? undefined : eq(accounts.id, id),
        email === undefined ? undefined : ilike(accounts.email, `%${email.replaceAll(/[\\%_]/g, '\\$&')}%`),
        plan === undefined ? undefined : eq(accounts.plan, plan),
        suspended === undefined ? undefined : suspended ? isNotNull(accounts.suspendedAt) : isNull(accounts.suspendedAt)
      )
    )
    .orderBy(desc(accounts.id))
    .limit(limit)
}

/** One account with what it uses. That it was looked at is written down. */
export async function viewAccount(db: Database, actorId: string, id: string) {
  return db.transaction(async (tx) => {
    const found = await describe(tx, id)
    if (found !== undefined) await recordAudit(tx, { actorId, action: 'account.viewed', accountId: id })
    return found
  })
}

async function describe(tx: Queryable, id: string) {
  const [account] = await tx.select(shownOfAccount).from(accounts).where(and(eq(accounts.id, id), isThere))
  if (account === undefined) return undefined
  const open = and(eq(sessions.accountId, id), gt(sessions.expiresAt, sql`now()`))
  const [opened] = await tx.select({ sessions: count() }).from(sessions).where(open)
  const [valid] = await tx.select({ keys: count() }).from(apiKeys).where(and(eq(apiKeys.accountId, id), stillValid))
  return {
    ...account,
    usage: { used: await quotaUsed(tx, id), limit: plans[account.plan].analysesPerMonth },
    filesInFlight: await filesInFlight(tx, id, ['uploading', 'queued', 'processing']),
    sessions: opened?.sessions ?? 0,
    apiKeys: valid?.keys ?? 0
  }
}

export interface AccountChanges {
  plan?: PlanName
  role?: AccountRole
  suspended?: { reason: string } | false
}

/**
 * Changes an account as an admin wants it, and writes down what was done, in one transaction. Call `applyAccessChange`
 * after it.
 * @returns the account as it is then; undefined when it is not there
 * @throws {Problem} `last_admin`
 */
export async function changeAccount(db: Database, actorId: string, id: string, { plan, role, suspended }: AccountChanges) {
  return db.transaction(async (tx) => {
    const takesAdmin = role === 'user' || (suspended !== undefined && suspended !== false)
    if (takesAdmin) await keepAnAdmin(tx, id)
    const [account] = await tx.select().from(accounts).where(and(eq(accounts.id, id), isThere)).for('no key update')
    if (account === undefined) return undefined
    const change = (values: Partial<typeof accounts.$inferInsert>) => tx.update(accounts).set(values).where(eq(accounts.id, id))

    if (plan !== undefined) {
      await setPlan(tx, id, plan, { actor: actorId, reason: 'by an admin' })
      // FREE is what everybody has: granting it takes back what was granted before.
      await change({ planGranted: plan === 'FREE' ? null : plan })
      await recordAudit(tx, { actorId, action: 'plan.granted', accountId: id, detail: { plan } })
    }
    if (role !== undefined && role !== account.role) await setRole(tx, { accountId: id, role, actorId })
    if (suspended === false && account.suspendedAt !== null) {
      await change({ suspendedAt: null })
      await recordAudit(tx, { actorId, action: 'account.unsuspended', accountId: id })
    }
    if (suspended && account.suspendedAt === null) {
      await tx.update(accounts).set({ suspendedAt: sql`now()` }).where(eq(accounts.id, id))
      await recordAudit(tx, { actorId, action: 'account.suspended', accountId: id, detail: { reason: suspended.reason } })
    }
    await recordAccessChange(tx, id)
    return describe(tx, id)
  })
}

/** Makes an account an admin, or a user again, and writes that down. @param actorId null for a command on the machine */
export async function setRole(
  tx: Queryable,
  { accountId, role, actorId }: { accountId: string; role: AccountRole; actorId: string | null }
): Promise<void> {
  await tx.update(accounts).set({ role }).where(eq(accounts.id, accountId))
  await recordAccessChange(tx, accountId)
  await recordAudit(tx, { actorId, action: 'role.changed', accountId, detail: { to: role } })
}
