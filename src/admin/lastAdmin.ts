import { and, eq, isNull } from '../platform/drizzle.ts'
import type { Queryable } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import { accounts } from '../platform/schema.ts'

/**
 * Call it first in a transaction that takes an account's right to administrate. All admins are locked until its end, so
 * that of two who take it from each other one stays. Served by `accounts_admins`.
 * @throws {Problem} `last_admin` when nobody else would be left
 */
export async function keepAnAdmin(tx: Queryable, accountId: string): Promise<void> {
  const [account] = await tx.select({ role: accounts.role }).from(accounts).where(eq(accounts.id, accountId))
  if (account?.role !== 'admin') return
  const admins = await tx
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(eq(accounts.role, 'admin'), isNull(accounts.suspendedAt), isNull(accounts.removedAt)))
    .orderBy(accounts.id)
    .for('no key update')
  if (admins.length === 1 && admins[0]?.id === accountId) throw new Problem('last_admin')
}
