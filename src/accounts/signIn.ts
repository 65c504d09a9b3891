import { sentence } from '../language/sentence.ts'
import { and, eq } from '../platform/drizzle.ts'
import type { Database } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import { accounts } from '../platform/schema.ts'
import { findAccountByEmail, setPasswordHash, type Account } from './accounts.ts'
import { hashSecret } from './apiKeys.ts'
import type { Attempted, AttemptRule, Attempts } from './attempts.ts'
import { deviceName } from './device.ts'
import type { Passwords } from './passwords.ts'
import { openSession } from './sessions.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const DAY_MS = 24 * 60 * MINUTE_MS

/** Wrong passwords for one account: 1 s after the fifth, then 2 s, 4 s … and never more than a quarter of an hour. */
const guesses: AttemptRule = { free: 5, firstWaitMs: SECOND_MS, maxWaitMs: 15 * MINUTE_MS, forgetMs: DAY_MS }
/** Wrong passwords from one address, for whichever accounts: many people may be behind it. */
const fromAddress: AttemptRule = { free: 20, firstWaitMs: SECOND_MS, maxWaitMs: 15 * MINUTE_MS, forgetMs: 60 * MINUTE_MS }
/** Requests from one address that make accounts or ask for mails. */
const errands: AttemptRule = { free: 20, firstWaitMs: 10 * SECOND_MS, maxWaitMs: 15 * MINUTE_MS, forgetMs: 60 * MINUTE_MS }
/** Mails to one receiver. */
const mails: AttemptRule = { free: 3, firstWaitMs: MINUTE_MS, maxWaitMs: 60 * MINUTE_MS, forgetMs: DAY_MS }

export const guessesOf = (email: string): Attempted => ({ name: `sign-in:account:${hashSecret(email)}`, rule: guesses })
export const changesOf = (accountId: string): Attempted => ({ name: `password:${accountId}`, rule: guesses })
export const errandsFrom = (address: string): Attempted => ({ name: `errand:${address}`, rule: errands })
export const mailsTo = (email: string): Attempted => ({ name: `mail:${hashSecret(email)}`, rule: mails })

/** @throws {Problem} `rate_limit_exceeded`, when one of them has to wait */
export async function countOrRefuse(attempts: Attempts, attempted: Attempted[]): Promise<void> {
  const waitMs = await attempts.count(attempted)
  if (waitMs <= 0) return
  const seconds = Math.ceil(waitMs / SECOND_MS)
  const opensAt = new Date(Date.now() + waitMs).toISOString()
  const hit = { limit: 'attempts', opensAt }
  throw new Problem('rate_limit_exceeded', sentence('Try again in {seconds, number} s.', { seconds }), { hit, headers: { 'retry-after': String(seconds) } })
}

export interface SignInOptions {
  db: Database
  passwords: Passwords
  attempts: Attempts
}

export interface Credentials {
  email: string
  password: string
  /** What tells clients apart: of the connection, not of what they say. */
  address: string
  /** The cookie of a browser on which somebody has signed in before. */
  device: string | undefined
  userAgent: string | undefined
}

/**
 * Signs somebody in by a password. Whether the account exists shows neither in what is answered nor in the work done.
 * @returns the cookie's value, and the account; undefined when address and password don't belong together
 * @throws {Problem} `rate_limit_exceeded`, `too_busy`, `account_suspended`
 */
export async function signIn(options: SignInOptions, given: Credentials): Promise<{ secret: string; account: Account } | undefined> {
  const { db, passwords, attempts } = options
  const { email, password, address, userAgent } = given
  passwords.refuseWhenBusy()
  const account = await findAccountByEmail(db, email)
  const device = deviceName(given.device, account)
  const own = device === undefined ? guessesOf(email) : { name: `sign-in:device:${device}`, rule: guesses }
  // A browser that is known is not kept out by what others do, neither to the account nor from the same address.
  const others: Attempted[] = device === undefined ? [{ name: `sign-in:address:${address}`, rule: fromAddress }] : []
  await countOrRefuse(attempts, [own, ...others])

  const right = await passwords.verify(account?.passwordHash, password).catch(async (error: unknown) => {
    await Promise.all([own, ...others].map((each) => attempts.takeBack(each)))
    throw error
  })
  if (!right || account === undefined || account.passwordHash === null) return undefined
  await Promise.all([attempts.forget(own), ...others.map((each) => attempts.takeBack(each))])
  if (account.suspendedAt !== null) throw new Problem('account_suspended')

  const renewed = await renewHash(options, account, account.passwordHash, password)
  const secret = await openByPassword(db, renewed, userAgent)
  return secret === undefined ? undefined : { secret, account: renewed }
}

/** Only now is the password at hand that a hash with today's parameters can be made of. */
async function renewHash({ db, passwords }: SignInOptions, account: Account, passwordHash: string, password: string): Promise<Account> {
  if (!passwords.isOutdated(passwordHash)) return account
  return (await setPasswordHash(db, account.id, await passwords.hash(password), passwordHash)) ?? account
}

/** @returns undefined when the password was changed in the meantime, which has ended all sessions before this one */
async function openByPassword(db: Database, account: Account, userAgent: string | undefined): Promise<string | undefined> {
  const { id: accountId, passwordHash } = account
  return db.transaction(async (tx) => {
    const unchanged = and(eq(accounts.id, accountId), eq(accounts.passwordHash, passwordHash ?? ''))
    const [still] = await tx.select({ id: accounts.id }).from(accounts).where(unchanged).for('share')
    return still && openSession(tx, { accountId, apiKeyId: null, userAgent })
  })
}
