import t from 'tap'
import { eventually } from '../harness/eventually.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { eventOf, prices, sendEvent, startStripe, subscriptionObject } from './standInStripe.ts'

const ground = await layGround(t)
const stripe = await startStripe(t)
const { url } = await startService(t, ground, { ...stripe.env, PUBLIC_URL: 'http://faketect.test/' })
t.beforeEach(() => {
  stripe.misbehave = () => undefined
  stripe.asked.length = 0
})

type Program = ReturnType<typeof client>
async function post(program: Program, path: string, body: unknown = {}, headers: Record<string, string> = {}) {
  const response = await program.send(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: (await response.json()) as { url?: string; code?: string } }
}
async function buyer() {
  const { accountId, key } = await makeAccount(ground, 'FREE')
  const program = client(url, key)
  const customer = async () => (await ground.database.query('SELECT stripe_customer_id FROM accounts WHERE id = $1', [accountId])).rows[0]?.stripe_customer_id
  return { accountId, program, customer }
}

t.test('a checkout is made for the account\'s own customer, with its id on the subscription to be', async (t) => {
  const { accountId, program, customer } = await buyer()
  const { status, body } = await post(program, '/v1/billing/checkout', { plan: 'PREMIUM' })
  t.equal(status, 200)
  t.match(body.url, /^https:\/\/checkout\.stripe\.test\//)
  const [made, opened] = stripe.asked
  t.match(made, { path: '/v1/customers', form: { 'metadata[accountId]': accountId } })
  t.match(opened, {
    path: '/v1/checkout/sessions',
    form: {
      mode: 'subscription',
      customer: await customer(),
      client_reference_id: accountId,
      'line_items[0][price]': prices.PREMIUM,
      'line_items[0][quantity]': '1',
      'subscription_data[metadata][accountId]': accountId,
      success_url: 'http://faketect.test/account/plan'
    }
  })
  await post(program, '/v1/billing/checkout', { plan: 'PRO' })
  t.equal(stripe.asked.filter(({ path }) => path === '/v1/customers').length, 1, 'the customer stays the same')
  t.equal((await post(program, '/v1/billing/checkout', { plan: 'FREE' })).status, 400)
})

t.test('two requests at once make one customer, and the same Idempotency-Key one session', async (t) => {
  const { program, customer } = await buyer()
  const buy = () => post(program, '/v1/billing/checkout', { plan: 'PRO' }, { 'idempotency-key': 'click-1' })
  const before = stripe.customers.size
  const all = await Promise.all([buy(), buy(), buy()])
  t.equal(stripe.customers.size, before + 1)
  t.equal(new Set(all.filter(({ status }) => status === 200).map(({ body }) => body.url)).size, 1)
  t.ok(stripe.customers.has(await customer()))
})

t.test('whoever has a subscription changes it in the portal, whoever has bought nothing has none', async (t) => {
  const { accountId, program } = await buyer()
  t.match(await post(program, '/v1/billing/portal'), { status: 409, body: { code: 'no_customer' } })
  await post(program, '/v1/billing/checkout', { plan: 'PRO' })
  t.match(await post(program, '/v1/billing/portal'), { status: 200, body: { url: 'https://portal.stripe.test/' } })
  await sendEvent(url, eventOf('customer.subscription.created', subscriptionObject({ id: 'sub_1', customer: 'cus_unknown', status: 'active', accountId }), 1_000))
  t.match(await post(program, '/v1/billing/checkout', { plan: 'PREMIUM' }), { status: 409, body: { code: 'already_subscribed' } })
})

t.test('when Stripe fails, refuses, breaks off or says nothing, the answer is a 503 in time', async (t) => {
  const { program } = await buyer()
  for (const misbehaviour of ['fail', 'refuse', 'close', 'hang'] as const) {
    stripe.misbehave = () => misbehaviour
    const began = performance.now()
    const answer = await post(program, '/v1/billing/checkout', { plan: 'PRO' })
    t.match(answer, { status: 503, retryAfter: '5', body: { code: 'billing_unavailable' } }, misbehaviour)
    t.ok(performance.now() - began < 20_000)
  }
  stripe.misbehave = () => undefined
  t.equal((await post(program, '/v1/billing/checkout', { plan: 'PRO' })).status, 200)
})

t.test('an account that is removed leaves no customer at Stripe, however long Stripe is away', async (t) => {
  const { accountId, program, customer } = await buyer()
  await post(program, '/v1/billing/checkout', { plan: 'PRO' })
  const id = await customer()
  await sendEvent(url, eventOf('customer.subscription.created', subscriptionObject({ id: 'sub_2', customer: id, status: 'active' }), 1_000))
  stripe.misbehave = ({ method }) => (method === 'DELETE' ? 'fail' : undefined)
  const removed = await program.send('/v1/account', {
    method: 'DELETE',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ confirm: accountId })
  })
  t.equal(removed.status, 204)
  t.equal((await program.send('/v1/session')).status, 401)
  await eventually(() => stripe.asked.some(({ method }) => method === 'DELETE'))
  t.equal(await customer(), id, 'its row stays until Stripe has heard')
  await sendEvent(url, eventOf('customer.subscription.updated', subscriptionObject({ id: 'sub_2', customer: id, status: 'past_due' }), 1_001))
  stripe.misbehave = () => undefined
  await eventually(async () => (await customer()) === undefined)
  t.notOk(stripe.customers.has(id))
  t.equal((await sendEvent(url, eventOf('customer.subscription.deleted', subscriptionObject({ id: 'sub_2', customer: id, status: 'canceled' }), 1_002))).status, 200)
})

t.test('a key without the scope buys nothing, and without Stripe\'s keys nothing is sold', async (t) => {
  const { accountId, program } = await buyer()
  await ground.database.query("UPDATE api_keys SET scopes = '{analyses:read,analyses:write}' WHERE account_id = $1", [accountId])
  for (const path of ['/v1/billing/checkout', '/v1/billing/portal']) t.match(await post(program, path, { plan: 'PRO' }), { status: 403 }, path)
  t.equal((await fetch(`${url}/v1/billing/checkout`, { method: 'POST' })).status, 401)

  const off = await startService(t, ground)
  const { key } = await makeAccount(ground, 'FREE')
  const there = client(off.url, key)
  for (const path of ['/v1/billing/checkout', '/v1/billing/portal']) {
    t.match(await post(there, path, { plan: 'PRO' }), { status: 404, body: { code: 'billing_off' } }, path)
  }
  t.match(await sendEvent(off.url, eventOf('invoice.paid', {}, 1)), { status: 404, code: 'billing_off' })
})
