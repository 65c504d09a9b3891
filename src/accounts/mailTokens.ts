import { randomBytes } from 'node:crypto'
import { and, eq, gt, lt, sql } from '../platform/drizzle.ts'
import type { Queryable } from '../platform/postgres.ts'
import { accounts } from '../platform/schema.ts'
import { hashSecret } from './apiKeys.ts'
import { mailTokens, type MailTokenPurpose } from './tables.ts'

/** How long they are good for, in minutes. */
export const tokenMinutes: Record<MailTokenPurpose, number> = { confirm_email: 24 * 60, reset_password: 30 }

/** Makes a token to be sent to an account's address, and clears away the expired ones. Only the mail knows it. */
export async function createMailToken(
  tx: Queryable,
  purpose: MailTokenPurpose,
  { accountId, email }: { accountId: string; email: string }
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const expiresAt = sql`now() + make_interval(mins => ${tokenMinutes[purpose]})`
  await tx.delete(mailTokens).where(lt(mailTokens.expiresAt, sql`now()`))
  await tx.insert(mailTokens).values({ hash: hashSecret(token), accountId, purpose, email, expiresAt })
  return token
}

const isGood = (token: string, purpose: MailTokenPurpose) =>
  and(eq(mailTokens.hash, hashSecret(token)), eq(mailTokens.purpose, purpose), gt(mailTokens.expiresAt, sql`now()`))

/** The address that a token was sent to, if it is still good; it stays so. */
export async function peekMailToken(tx: Queryable, purpose: MailTokenPurpose, token: string): Promise<string | undefined> {
  const [found] = await tx.select({ email: mailTokens.email }).from(mailTokens).where(isGood(token, purpose))
  return found?.email
}

/**
 * Uses a token up, and with it all others of the account for the same purpose: of two requests that bring it at once,
 * one gets it.
 * @returns the account, if the token was good and the account still has the address that it was sent to
 */
export async function redeemMailToken(tx: Queryable, purpose: MailTokenPurpose, token: string): Promise<string | undefined> {
  const [redeemed] = await tx.delete(mailTokens).where(isGood(token, purpose)).returning()
  if (redeemed === undefined) return undefined
  const { accountId, email } = redeemed
  await tx.delete(mailTokens).where(and(eq(mailTokens.accountId, accountId), eq(mailTokens.purpose, purpose)))
  const [account] = await tx.select({ id: accounts.id }).from(accounts).where(and(eq(accounts.id, accountId), eq(accounts.email, email)))
  return account?.id
}
