import { and, eq, inArray, isNull } from '../platform/drizzle.ts'
import { validate as isUuid } from 'uuid'
import { setPlan } from '../accounts/setPlan.ts'
import { planNames, type PlanName } from '../limits/plans.ts'
import type { Queryable } from '../platform/postgres.ts'
import { accounts } from '../platform/schema.ts'
import type { Subscription } from './stripe.ts'
import { stripeSubscriptions } from './tables.ts'

/**
 * What Stripe tells of subscriptions, and what follows for the plan. Events may come twice and in any order: each
 * subscription stands here as it was told of last, by Stripe's own clock.
 */

/** Paid for; `past_due` is: Stripe still tries to collect. */
const live = ['active', 'trialing', 'past_due']
/** A subscription that has ended never begins again. */
const ended = new Set(['canceled', 'incomplete_expired'])

/** Two events of the same second tell of different states: Stripe has to be asked which one is true. */
export class SameSecond extends Error {
  override name = 'SameSecond'
}

/** What was told, when, and whether Stripe was asked since: then it is newer than any event of that second. */
export interface Told extends Subscription {
  toldAt: Date
  asked: boolean
}

/**
 * Writes down what Stripe tells of a subscription, and changes the plan when that changes what is paid for: the best of
 * the live subscriptions and of what an admin has granted. An event that changes nothing of that leaves the plan alone,
 * whoever has set it.
 * @returns whose subscription it is; undefined when it is nobody's
 * @throws {SameSecond} unless Stripe was asked
 */
export async function tellSubscription(tx: Queryable, told: Told): Promise<string | undefined> {
  const account = await ownerOf(tx, told)
  if (account === undefined) return undefined
  if (!(await isNews(tx, told))) return account.id

  const before = await paidPlan(tx, account)
  const { id, status, plan, toldAt } = told
  const values = { accountId: account.id, status, plan, toldAt }
  await tx.insert(stripeSubscriptions).values({ id, ...values }).onConflictDoUpdate({ target: stripeSubscriptions.id, set: values })
  const after = await paidPlan(tx, account)
  if (after !== before) await setPlan(tx, account.id, after, { actor: null, reason: `subscription ${id} is ${status}` })
  return account.id
}

/** The account of a subscription, locked: events about one account are acted on one after the other. */
async function ownerOf(tx: Queryable, { customerId, accountId }: Subscription) {
  const find = async (is: ReturnType<typeof eq>) => {
    const [account] = await tx.select().from(accounts).where(and(is, isNull(accounts.removedAt))).for('no key update')
    return account
  }
  const byCustomer = await find(eq(accounts.stripeCustomerId, customerId))
  if (byCustomer !== undefined || accountId === null || !isUuid(accountId)) return byCustomer
  return find(eq(accounts.id, accountId))
}

async function isNews(tx: Queryable, told: Told): Promise<boolean> {
  const [known] = await tx.select().from(stripeSubscriptions).where(eq(stripeSubscriptions.id, told.id))
  if (known === undefined) return true
  if (ended.has(known.status)) return false
  if (ended.has(told.status)) return true
  if (told.toldAt < known.toldAt) return false
  if (told.toldAt > known.toldAt || told.asked) return true
  if (told.status === known.status && told.plan === known.plan) return false
  throw new SameSecond(`Two states of ${told.id} in one second`)
}

async function paidPlan(tx: Queryable, account: { id: string; planGranted: PlanName | null }): Promise<PlanName> {
  const paid = await liveSubscriptions(tx, account.id)
  return bestPlan([...paid.map(({ plan }) => plan), account.planGranted ?? 'FREE'])
}

/** Subscriptions that are paid for; served by `stripe_subscriptions_account`. */
export async function liveSubscriptions(db: Queryable, accountId: string) {
  return db
    .select()
    .from(stripeSubscriptions)
    .where(and(eq(stripeSubscriptions.accountId, accountId), inArray(stripeSubscriptions.status, live)))
}

/** Plans stand in their order. */
const bestPlan = (all: PlanName[]): PlanName => planNames.findLast((plan) => all.includes(plan)) ?? 'FREE'
