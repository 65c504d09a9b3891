import { Stripe } from 'stripe'
import type { StripeConfig } from '../config.ts'
import { sentence } from '../language/sentence.ts'
import type { PlanName } from '../limits/plans.ts'
import { Problem } from '../platform/problem.ts'

/** How long an answer may take, and how often one that fails is asked for again; the library repeats with the same key. */
const TIMEOUT_MS = 6_000
const RETRIES = 1

/** How old an event may be when it comes in, and how far the clocks may be apart. */
const TOLERANCE_SECONDS = 300

/** Plans that can be bought. */
export const paidPlans = ['PRO', 'PREMIUM'] as const
export type PaidPlan = (typeof paidPlans)[number]

/** A subscription as far as it matters here. */
export interface Subscription {
  id: string
  customerId: string
  /** The account that it was bought for; null when it was made by other means than our checkout. */
  accountId: string | null
  status: string
  /** FREE when none of our prices is in it. */
  plan: PlanName
}

/** What we want of Stripe. Each call fails with the problem `billing_unavailable` when Stripe does. */
export interface Billing {
  /** @throws {Problem} `invalid_signature`, for what Stripe has not signed, or signed long ago */
  verifiedEvent(body: Buffer, signature: string): Stripe.Event
  readSubscription(subscription: Stripe.Subscription): Subscription
  fetchSubscription(id: string): Promise<Subscription>
  createCustomer(account: { id: string; email: string | null }): Promise<string>
  /** @returns the address of a page where the plan is bought */
  openCheckout(purchase: Purchase): Promise<string>
  /** @returns the address of a page where subscriptions are changed and cancelled, and invoices read */
  openPortal(customerId: string, returnUrl: string): Promise<string>
  /** Ends all subscriptions of a customer at once, and what Stripe knows about them; one who is gone is no error. */
  deleteCustomer(customerId: string): Promise<void>
}

export interface Purchase {
  accountId: string
  customerId: string
  plan: PaidPlan
  /** The same key makes one session, however often it is asked for. */
  key: string
  returnUrl: string
}

export function openBilling({ secretKey, webhookSecret, prices, apiUrl }: StripeConfig): Billing {
  const stripe = new Stripe(secretKey, {
    host: apiUrl.hostname,
    protocol: apiUrl.protocol === 'http:' ? 'http' : 'https',
    port: apiUrl.port || (apiUrl.protocol === 'http:' ? 80 : 443),
    timeout: TIMEOUT_MS,
    maxNetworkRetries: RETRIES,
    telemetry: false
  })

  function readSubscription({ id, customer, metadata, status, items }: Stripe.Subscription): Subscription {
    const plan = paidPlans.findLast((plan) => items.data.some(({ price }) => price.id === prices[plan]))
    return {
      id,
      customerId: typeof customer === 'string' ? customer : customer.id,
      accountId: metadata.accountId ?? null,
      status,
      plan: plan ?? 'FREE'
    }
  }

  return {
    verifiedEvent(body, signature) {
      try {
        return stripe.webhooks.constructEvent(body, signature, webhookSecret, TOLERANCE_SECONDS)
      } catch (error) {
        throw new Problem('invalid_signature', undefined, { cause: error })
      }
    },
    readSubscription,
    async fetchSubscription(id) {
      return readSubscription(await asked(stripe.subscriptions.retrieve(id)))
    },
    async createCustomer({ id, email }) {
      const made = stripe.customers.create(
        { ...(email !== null && { email }), metadata: { accountId: id } },
        { idempotencyKey: `customer:${id}:${email ?? ''}` }
      )
      return (await asked(made)).id
    },
    async openCheckout({ accountId, customerId, plan, key, returnUrl }) {
      const made = stripe.checkout.sessions.create(
        {
          mode: 'subscription',
          customer: customerId,
          client_reference_id: accountId,
          line_items: [{ price: prices[plan], quantity: 1 }],
          subscription_data: { metadata: { accountId } },
          success_url: returnUrl,
          cancel_url: returnUrl
        },
        { idempotencyKey: `checkout:${accountId}:${plan}:${key}` }
      )
      return addressOf(await asked(made))
    },
    async openPortal(customerId, returnUrl) {
      return addressOf(await asked(stripe.billingPortal.sessions.create({ customer: customerId, return_url: returnUrl })))
    },
    async deleteCustomer(customerId) {
      await asked(
        stripe.customers.del(customerId).catch((error: unknown) => {
          if (!(error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing')) throw error
        })
      )
    }
  }
}

async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) throw new Problem('billing_unavailable', undefined, { cause: error })
    throw error
  }
}

function addressOf({ url }: { url: string | null }): string {
  if (url === null) throw new Problem('billing_unavailable', sentence('No page was made.'))
  return url
}
