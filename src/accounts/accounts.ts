import { and, eq, sql } from '../platform/drizzle.ts'
import { v7 as uuidv7 } from 'uuid'
import type { PlanName } from '../limits/plans.ts'
import type { Database, Queryable } from '../platform/postgres.ts'
import { accounts } from '../platform/schema.ts'

export type Account = typeof accounts.$inferSelect

/** What its owner is given in an export, and an admin sees: never a hash. */
export const shownOfAccount = {
  id: accounts.id,
  name: accounts.name,
  email: accounts.email,
  emailConfirmedAt: accounts.emailConfirmedAt,
  role: accounts.role,
  plan: accounts.plan,
  planSince: accounts.planSince,
  planGranted: accounts.planGranted,
  retention: accounts.retention,
  suspendedAt: accounts.suspendedAt,
  stripeCustomerId: accounts.stripeCustomerId,
  createdAt: accounts.createdAt
}

/** The plan that counts: until its address is confirmed, an account has the smallest. */
export const planInForce = sql<PlanName>`CASE WHEN ${accounts.email} IS NULL OR ${accounts.emailConfirmedAt} IS NOT NULL THEN ${accounts.plan} ELSE 'FREE' END`

/** One account by its id; undefined when it has been deleted. */
export async function findAccount(db: Queryable, id: string): Promise<Account | undefined> {
  const [row] = await db.select().from(accounts).where(eq(accounts.id, id))
  return row
}

/** @param email in its one form, see `normaliseEmail`; served by `accounts_email` */
export async function findAccountByEmail(db: Queryable, email: string): Promise<Account | undefined> {
  const [row] = await db.select().from(accounts).where(eq(accounts.email, email))
  return row
}

/** Makes an account, or finds the one that has the address already: with the same work, and told by `made` alone. */
export async function makeOrFindAccount(
  tx: Queryable,
  wanted: { email: string; passwordHash: string; name: string }
): Promise<{ accountId: string; made: boolean }> {
  const [row] = await tx
    .insert(accounts)
    .values({ id: uuidv7(), ...wanted })
    .onConflictDoUpdate({ target: accounts.email, set: { email: wanted.email } })
    // A row that was not there before has never been updated.
    .returning({ accountId: accounts.id, made: sql<boolean>`xmax = 0` })
  return row as { accountId: string; made: boolean }
}

export async function updateAccount(
  db: Database,
  id: string,
  changes: Partial<Pick<Account, 'name' | 'retention'>>
): Promise<Account | undefined> {
  const [row] = await db.update(accounts).set(changes).where(eq(accounts.id, id)).returning()
  return row
}

/** Call it as a change of access: the account's own plan counts from now on. */
export async function confirmEmail(tx: Queryable, id: string): Promise<Account | undefined> {
  const [row] = await tx
    .update(accounts)
    .set({ emailConfirmedAt: sql`coalesce(${accounts.emailConfirmedAt}, now())` })
    .where(eq(accounts.id, id))
    .returning()
  return row
}

/**
 * Sets another hash, of another password or of the same one.
 * @param before what it replaces, so that of two changes at once the second fails; undefined for whatever it is
 */
export async function setPasswordHash(
  tx: Queryable,
  id: string,
  passwordHash: string,
  before?: string
): Promise<Account | undefined> {
  const unchanged = before === undefined ? undefined : eq(accounts.passwordHash, before)
  const [row] = await tx.update(accounts).set({ passwordHash }).where(and(eq(accounts.id, id), unchanged)).returning()
  return row
}
