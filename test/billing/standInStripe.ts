import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Stripe } from 'stripe'
import type { Test } from 'tap'

export const webhookSecret = 'whsec_test'
export const prices = { PRO: 'price_pro', PREMIUM: 'price_premium' }

/** What the stand-in does to a request instead of answering it. */
export type Misbehaviour = 'fail' | 'hang' | 'refuse' | 'close'

export interface Asked {
  method: string
  path: string
  form: Record<string, string>
  idempotencyKey: string | undefined
}

/** A server that speaks as much of Stripe's protocol as is used: form-encoded requests, JSON answers, errors, idempotency. */
export interface StandInStripe {
  env: Record<string, string>
  asked: Asked[]
  subscriptions: Map<string, object>
  customers: Set<string>
  misbehave: (asked: Asked) => Misbehaviour | undefined
}

export async function startStripe(t: Test): Promise<StandInStripe> {
  const kept = new Map<string, { body: string; answer: object }>()
  const stripe: StandInStripe = { env: {}, asked: [], subscriptions: new Map(), customers: new Set(), misbehave: () => undefined }
  let made = 0

  function act({ method, path, form }: Asked): object | undefined {
    if (method === 'POST' && path === '/v1/customers') {
      const id = `cus_${++made}_${Math.random().toString(36).slice(2)}`
      stripe.customers.add(id)
      return { id, object: 'customer', metadata: { accountId: form['metadata[accountId]'] } }
    }
    if (method === 'POST' && path === '/v1/checkout/sessions') return { id: `cs_${++made}`, object: 'checkout.session', url: `https://checkout.stripe.test/${made}` }
    if (method === 'POST' && path === '/v1/billing_portal/sessions') return { id: `bps_${++made}`, object: 'billing_portal.session', url: 'https://portal.stripe.test/' }
    const [, kind, id = ''] = /^\/v1\/(subscriptions|customers)\/([^/]+)$/.exec(path) ?? []
    if (method === 'GET' && kind === 'subscriptions') return stripe.subscriptions.get(id)
    if (method === 'DELETE' && kind === 'customers' && stripe.customers.delete(id)) return { id, object: 'customer', deleted: true }
    return undefined
  }

  function answer(asked: Asked, body: string, response: ServerResponse): void {
    const { idempotencyKey } = asked
    const before = idempotencyKey === undefined ? undefined : kept.get(idempotencyKey)
    if (before !== undefined && before.body !== body) {
      return send(response, 400, { error: { type: 'idempotency_error', message: 'Keys for idempotent requests can only be used with the same parameters' } })
    }
    const found = before?.answer ?? act(asked)
    if (found === undefined) return send(response, 404, { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such thing' } })
    if (idempotencyKey !== undefined) kept.set(idempotencyKey, { body, answer: found })
    send(response, 200, found)
  }

  const server = createServer((request: IncomingMessage, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      if (request.headers.authorization !== 'Bearer sk_test_1') return send(response, 401, { error: { type: 'authentication_error', message: 'Invalid API Key' } })
      const url = new URL(request.url ?? '/', 'http://stripe')
      const asked = {
        method: request.method ?? 'GET',
        path: url.pathname,
        form: Object.fromEntries(new URLSearchParams(body)),
        idempotencyKey: request.headers['idempotency-key'] as string | undefined
      }
      stripe.asked.push(asked)
      const misbehaviour = stripe.misbehave(asked)
      if (misbehaviour === 'hang') return
      if (misbehaviour === 'close') return void request.socket.destroy()
      if (misbehaviour === 'refuse') return send(response, 429, { error: { type: 'rate_limit_error', message: 'Too many' } })
      if (misbehaviour === 'fail') return send(response, 500, { error: { type: 'api_error', message: 'Something went wrong' } })
      answer(asked, body, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  stripe.env = {
    STRIPE_SECRET_KEY: 'sk_test_1',
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_PRICE_PRO: prices.PRO,
    STRIPE_PRICE_PREMIUM: prices.PREMIUM,
    STRIPE_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  return stripe
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_1' }).end(JSON.stringify(body))
}

let ids = 0
const signer = new Stripe('sk_test_1')

export interface SubscriptionFacts {
  id: string
  customer: string
  status: string
  price?: string
  accountId?: string
}

export const subscriptionObject = ({ id, customer, status, price = prices.PRO, accountId }: SubscriptionFacts) => ({
  id,
  object: 'subscription',
  customer,
  status,
  metadata: accountId === undefined ? {} : { accountId },
  items: { object: 'list', data: [{ id: `si_${id}`, object: 'subscription_item', price: { id: price, object: 'price' } }] }
})

/** An event as Stripe words it. @param created seconds since 1970, by Stripe's clock */
export const eventOf = (type: string, object: object, created: number, id = `evt_${++ids}_${Math.random().toString(36).slice(2)}`) => ({
  id,
  object: 'event',
  type,
  created,
  data: { object }
})

/** Sends an event as Stripe does, signed by its library. */
export async function sendEvent(
  url: string,
  event: object,
  changes: { secret?: string; timestamp?: number; payload?: string; contentType?: string; signature?: string } = {}
): Promise<{ status: number; code: string | undefined }> {
  const payload = JSON.stringify(event)
  const { secret = webhookSecret, timestamp, contentType = 'application/json' } = changes
  const signature =
    changes.signature ?? signer.webhooks.generateTestHeaderString({ payload, secret, ...(timestamp !== undefined && { timestamp }) })
  const response = await fetch(`${url}/v1/billing/webhook`, {
    method: 'POST',
    headers: { 'content-type': contentType, 'stripe-signature': signature },
    body: changes.payload ?? payload
  })
  return { status: response.status, code: ((await response.json()) as { code?: string }).code }
}
