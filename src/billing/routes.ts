import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { randomUUID } from 'node:crypto'
import { sentence } from '../language/sentence.ts'
import { eq } from '../platform/drizzle.ts'
import { applyAccessChange, type AccessChangeOptions } from '../accounts/accessChange.ts'
import { Problem } from '../platform/problem.ts'
import { accounts } from '../platform/schema.ts'
import { actOnEvent } from './events.ts'
import { BillingSchema } from './resource.ts'
import { paidPlans, type Billing } from './stripe.ts'
import { liveSubscriptions } from './subscriptions.ts'

export interface BillingRoutesOptions extends AccessChangeOptions {
  /** Absent when nothing is sold. */
  billing: Billing | undefined
  publicUrl: URL | undefined
}

const EVENT_BYTES = 256 * 1024
const tags = ['Billing']
const Page = Type.Object({ url: Type.String({ description: 'A page of Stripe; send the browser there' }) })

/** `/v1/billing`: buying a plan. Without Stripe's keys each of these is a 404 with the code `billing_off`. */
export const billingRoutes: FastifyPluginAsyncTypebox<BillingRoutesOptions> = async (app, options) => {
  const { db, publicUrl } = options
  await app.register(webhookRoute, options)

  app.get(
    '/v1/billing',
    {
      config: { scope: 'account' },
      schema: { operationId: 'getBilling', summary: 'What can be bought here, and whether you have', tags, response: { 200: BillingSchema } }
    },
    async (request) => {
      on()
      const { accountId } = request.caller
      const [{ stripeCustomerId }, live] = await Promise.all([find(accountId), liveSubscriptions(db, accountId)])
      return { plans: [...paidPlans], subscribed: live.length > 0, hasPortal: stripeCustomerId !== null }
    }
  )

  app.post(
    '/v1/billing/checkout',
    {
      config: { scope: 'account' },
      schema: {
        operationId: 'openCheckout',
        summary: 'Buy a plan',
        description: 'Whoever has a subscription changes it in the portal. The plan counts as soon as Stripe has told us of the payment.',
        tags,
        headers: Type.Object({ 'idempotency-key': Type.Optional(Type.String({ maxLength: 200 })) }),
        body: Type.Object({ plan: Type.Enum(paidPlans) }),
        response: { 200: Page }
      }
    },
    async (request) => {
      const billing = on()
      const { accountId } = request.caller
      const live = await liveSubscriptions(db, accountId)
      if (live.length > 0) throw new Problem('already_subscribed', sentence('Change it in the portal.'))
      const customerId = await customerOf(billing, accountId)
      const key = request.headers['idempotency-key'] ?? randomUUID()
      return { url: await billing.openCheckout({ accountId, customerId, plan: request.body.plan, key, returnUrl: returnUrl() }) }
    }
  )

  app.post(
    '/v1/billing/portal',
    {
      config: { scope: 'account' },
      schema: { operationId: 'openBillingPortal', summary: 'Change or cancel what you have bought', tags, response: { 200: Page } }
    },
    async (request) => {
      const billing = on()
      const { stripeCustomerId } = await find(request.caller.accountId)
      if (stripeCustomerId === null) throw new Problem('no_customer')
      return { url: await billing.openPortal(stripeCustomerId, returnUrl()) }
    }
  )

  /** Where the customer comes back to; what a request says of its host is its own word. */
  const returnUrl = () => new URL('/account/plan', publicUrl ?? app.listeningOrigin).href

  function on(): Billing {
    if (options.billing === undefined) throw new Problem('billing_off')
    return options.billing
  }

  async function find(accountId: string) {
    const [account] = await db.select().from(accounts).where(eq(accounts.id, accountId))
    if (account === undefined) throw new Problem('not_found')
    return account
  }

  /** The account's customer at Stripe, made at the first purchase; two requests at once get the same one. */
  async function customerOf(billing: Billing, accountId: string): Promise<string> {
    const account = await find(accountId)
    if (account.stripeCustomerId !== null) return account.stripeCustomerId
    const customerId = await billing.createCustomer(account)
    await db.update(accounts).set({ stripeCustomerId: customerId }).where(eq(accounts.id, accountId))
    return customerId
  }
}

/** Where Stripe sends its events. A plugin of its own: its bodies are read as bytes, because bytes are what is signed. */
const webhookRoute: FastifyPluginAsyncTypebox<BillingRoutesOptions> = async (app, { billing, ...access }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.post(
    '/v1/billing/webhook',
    {
      config: { public: true },
      bodyLimit: EVENT_BYTES,
      schema: {
        operationId: 'receiveStripeEvent',
        summary: 'What Stripe tells us',
        description: 'For Stripe alone: the body is signed, in `stripe-signature`.',
        tags,
        security: [],
        headers: Type.Object({ 'stripe-signature': Type.String() }),
        response: { 200: Type.Object({ received: Type.Literal(true) }) }
      }
    },
    async (request) => {
      if (billing === undefined) throw new Problem('billing_off')
      const event = billing.verifiedEvent(request.body as Buffer, request.headers['stripe-signature'])
      const accountId = await actOnEvent(access.db, billing, event)
      if (accountId !== undefined) await applyAccessChange(access, accountId)
      request.log.info({ stripeEvent: event.id, type: event.type, accountId }, 'Stripe told of something')
      return { received: true as const }
    }
  )
}
