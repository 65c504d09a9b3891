import type { Stripe } from 'stripe'
import { and, eq, isNull } from '../platform/drizzle.ts'
import { validate as isUuid } from 'uuid'
import type { Database, Queryable } from '../platform/postgres.ts'
import { accounts } from '../platform/schema.ts'
import type { Billing, Subscription } from './stripe.ts'
import { SameSecond, tellSubscription } from './subscriptions.ts'
import { stripeEvents } from './tables.ts'

/**
 * Acts on an event that Stripe has signed, once: its id and its effect become true in one transaction.
 * @returns the account that it was about; undefined when it changes nothing
 * @throws {Problem} `billing_unavailable` when Stripe has to be asked and can't be: it sends the event again
 */
export async function actOnEvent(db: Database, billing: Billing, event: Stripe.Event): Promise<string | undefined> {
  const { type } = event
  if (type === 'checkout.session.completed') {
    const { subscription, customer, client_reference_id: accountId } = event.data.object
    if (subscription === null || customer === null) return undefined
    const bought = await billing.fetchSubscription(idOf(subscription))
    return once(db, event, async (tx) => {
      await linkCustomer(tx, accountId, idOf(customer))
      return tellSubscription(tx, { ...bought, toldAt: madeAt(event), asked: true })
    })
  }
  if (type !== 'customer.subscription.created' && type !== 'customer.subscription.updated' && type !== 'customer.subscription.deleted') {
    return undefined
  }
  const told = billing.readSubscription(event.data.object)
  const tell = (subscription: Subscription, asked: boolean) =>
    once(db, event, (tx) => tellSubscription(tx, { ...subscription, toldAt: madeAt(event), asked }))
  try {
    return await tell(told, false)
  } catch (error) {
    if (!(error instanceof SameSecond)) throw error
    return tell(await billing.fetchSubscription(told.id), true)
  }
}

async function once<T>(db: Database, { id, type }: Stripe.Event, act: (tx: Queryable) => Promise<T>): Promise<T | undefined> {
  return db.transaction(async (tx) => {
    // The same event on another machine waits here for the end of this transaction.
    const first = await tx.insert(stripeEvents).values({ id, type }).onConflictDoNothing().returning()
    return first.length === 0 ? undefined : act(tx)
  })
}

/** An account has its customer from its first checkout on; one that was made elsewhere is linked when it has bought. */
async function linkCustomer(tx: Queryable, accountId: string | null, customerId: string): Promise<void> {
  if (accountId === null || !isUuid(accountId)) return
  await tx
    .update(accounts)
    .set({ stripeCustomerId: customerId })
    .where(and(eq(accounts.id, accountId), isNull(accounts.stripeCustomerId)))
}

const idOf = (reference: string | { id: string }) => (typeof reference === 'string' ? reference : reference.id)
const madeAt = ({ created }: Stripe.Event) => new Date(created * 1_000)
