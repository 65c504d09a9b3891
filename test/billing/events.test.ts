import t from 'tap'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { eventOf, prices, sendEvent, startStripe, subscriptionObject, type SubscriptionFacts } from './standInStripe.ts'

const ground = await layGround(t)
const stripe = await startStripe(t)
const { url } = await startService(t, ground, stripe.env)
const second = await startService(t, ground, { ...stripe.env, ROLES: 'api' })
t.beforeEach(() => {
  stripe.misbehave = () => undefined
  stripe.asked.length = 0
})

let made = 0
/** An account with a customer. */
async function customer() {
  const { accountId, key } = await makeAccount(ground, 'FREE')
  const customer = `cus_test_${++made}`
  await ground.database.query('UPDATE accounts SET stripe_customer_id = $2 WHERE id = $1', [accountId, customer])
  const plan = async () => (await ground.database.query('SELECT plan FROM accounts WHERE id = $1', [accountId])).rows[0].plan
  const changes = async () =>
    (await ground.database.query("SELECT detail->>'to' AS plan FROM audit_log WHERE account_id = $1 AND action = 'plan.changed' ORDER BY id", [accountId])).rows.map(
      ({ plan }) => plan
    )
  const facts = (status: string, more: Partial<SubscriptionFacts> = {}): SubscriptionFacts => ({ id: `sub_${customer}`, customer, status, ...more })
  const tell = (what: string, status: string, created: number, more: Partial<SubscriptionFacts> = {}) =>
    sendEvent(url, eventOf(`customer.subscription.${what}`, subscriptionObject(facts(status, more)), created))
  return { accountId, key, customer, plan, changes, facts, tell }
}

t.test('a subscription is worth its plan while it is paid for, and the next request has the new limits', async (t) => {
  const { key, plan, tell } = await customer()
  const planOfRequests = async () => ((await (await client(url, key).send('/v1/session')).json()) as { plan: string }).plan
  t.equal(await planOfRequests(), 'FREE')
  const steps: Array<[what: string, status: string, plan: string, price?: string]> = [
    ['created', 'incomplete', 'FREE'],
    ['updated', 'trialing', 'PRO'],
    ['updated', 'active', 'PRO'],
    ['updated', 'active', 'PREMIUM', prices.PREMIUM],
    ['updated', 'past_due', 'PREMIUM', prices.PREMIUM],
    ['updated', 'unpaid', 'FREE', prices.PREMIUM],
    ['updated', 'active', 'FREE', 'price_of_something_else'],
    ['updated', 'paused', 'FREE'],
    ['updated', 'active', 'PRO'],
    ['deleted', 'canceled', 'FREE']
  ]
  for (const [n, [what, status, expected, price]] of steps.entries()) {
    t.same(await tell(what, status, 1_000 + n, { ...(price && { price }) }), { status: 200, code: undefined })
    t.equal(await plan(), expected, `${what} ${status}`)
    t.equal(await planOfRequests(), expected)
  }
})

t.test('an event that comes twice, or to two machines at once, counts once', async (t) => {
  const { plan, changes, facts } = await customer()
  const event = eventOf('customer.subscription.created', subscriptionObject(facts('active')), 1_000)
  const all = await Promise.all([url, second.url, url, second.url, url, second.url].map((to) => sendEvent(to, event)))
  t.ok(all.every(({ status }) => status === 200))
  t.same([await plan(), await changes()], ['PRO', ['PRO']])
  await sendEvent(url, eventOf('customer.subscription.deleted', subscriptionObject(facts('canceled')), 2_000))
  await sendEvent(second.url, event)
  t.equal(await plan(), 'FREE', 'a replayed one changes nothing')
})

t.test('events may come in any order', async (t) => {
  for (const order of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]) {
    const { plan, tell } = await customer()
    const story: Array<() => Promise<unknown>> = [
      () => tell('created', 'incomplete', 1_000),
      () => tell('updated', 'active', 1_001),
      () => tell('deleted', 'canceled', 1_002)
    ]
    for (const n of order) await story[n]!()
    t.equal(await plan(), 'FREE', order.join())
    const other = await customer()
    const until = [() => other.tell('created', 'incomplete', 1_000), () => other.tell('updated', 'trialing', 1_001), () => other.tell('updated', 'active', 1_002, { price: prices.PREMIUM })]
    for (const n of order) await until[n]!()
    t.equal(await other.plan(), 'PREMIUM', order.join())
  }
  t.same(stripe.asked, [], 'and nobody had to be asked')
})

t.test('of two states in one second Stripe is asked which one is true, and a final one is never undone', async (t) => {
  const { plan, facts, tell } = await customer()
  const truth = facts('active')
  stripe.subscriptions.set(truth.id, subscriptionObject(truth))
  await tell('updated', 'active', 1_000)
  t.equal(stripe.asked.length, 0, 'the first is believed')
  await tell('created', 'incomplete', 1_000)
  t.match(stripe.asked, [{ method: 'GET', path: `/v1/subscriptions/${truth.id}` }])
  t.equal(await plan(), 'PRO')
  await tell('updated', 'active', 1_000)
  t.equal(stripe.asked.length, 1, 'the same again is no question')

  stripe.misbehave = () => 'fail'
  t.match(await tell('updated', 'past_due', 1_000), { status: 503, code: 'billing_unavailable' })
  stripe.misbehave = () => undefined
  await tell('deleted', 'canceled', 1_000)
  t.equal(await plan(), 'FREE')
  for (const created of [999, 1_000, 2_000]) await tell('updated', 'active', created)
  t.equal(await plan(), 'FREE')
})

t.test('an event that could not be acted on is not taken for done: it counts when it comes again', async (t) => {
  const { plan, facts, tell } = await customer()
  stripe.subscriptions.set(facts('active').id, subscriptionObject(facts('active')))
  await tell('created', 'incomplete', 1_000)
  const event = eventOf('customer.subscription.updated', subscriptionObject(facts('active')), 1_000)
  stripe.misbehave = () => 'close'
  t.equal((await sendEvent(url, event)).status, 503)
  t.equal(await plan(), 'FREE')
  stripe.misbehave = () => undefined
  t.equal((await sendEvent(url, event)).status, 200)
  t.equal(await plan(), 'PRO')
})

t.test('the best of several subscriptions counts, and what an admin has granted is never taken', async (t) => {
  const { accountId, plan, tell } = await customer()
  await tell('created', 'active', 1_000, { id: 'sub_a', price: prices.PREMIUM })
  await tell('created', 'active', 1_001, { id: 'sub_b' })
  t.equal(await plan(), 'PREMIUM')
  await tell('deleted', 'canceled', 1_002, { id: 'sub_a', price: prices.PREMIUM })
  t.equal(await plan(), 'PRO')

  const admin = await makeAccount(ground)
  await ground.database.query("UPDATE accounts SET role = 'admin' WHERE id = $1", [admin.accountId])
  const grant = (plan: string) =>
    client(url, admin.key).send(`/v1/admin/accounts/${accountId}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ plan })
    })
  t.equal((await grant('PREMIUM')).status, 200)
  await tell('updated', 'past_due', 1_003, { id: 'sub_b' })
  t.equal(await plan(), 'PREMIUM')
  await tell('deleted', 'canceled', 1_004, { id: 'sub_b' })
  t.equal(await plan(), 'PREMIUM', 'the end of a smaller subscription takes nothing of a gift')
  await grant('FREE')
  t.equal(await plan(), 'FREE')
  await tell('created', 'active', 1_005, { id: 'sub_c' })
  t.equal(await plan(), 'PRO')
  await grant('FREE')
  await tell('updated', 'active', 1_006, { id: 'sub_c' })
  t.equal(await plan(), 'FREE', 'a renewal does not undo what an admin decided')
})

t.test('a purchase of which the checkout tells first counts as well; nobody\'s subscription changes nobody', async (t) => {
  const { accountId } = await makeAccount(ground, 'FREE')
  const sub = { id: 'sub_x', customer: 'cus_x', status: 'active', price: prices.PREMIUM }
  stripe.subscriptions.set('sub_x', subscriptionObject(sub))
  const session = { id: 'cs_x', object: 'checkout.session', mode: 'subscription', customer: 'cus_x', subscription: 'sub_x', client_reference_id: accountId }
  t.equal((await sendEvent(url, eventOf('checkout.session.completed', session, 1_000))).status, 200)
  const { rows } = await ground.database.query('SELECT plan, stripe_customer_id FROM accounts WHERE id = $1', [accountId])
  t.same(rows, [{ plan: 'PREMIUM', stripe_customer_id: 'cus_x' }])

  const byMetadata = await makeAccount(ground, 'FREE')
  await sendEvent(url, eventOf('customer.subscription.created', subscriptionObject({ ...sub, id: 'sub_y', customer: 'cus_y', accountId: byMetadata.accountId }), 1_000))
  t.same((await ground.database.query('SELECT plan FROM accounts WHERE id = $1', [byMetadata.accountId])).rows, [{ plan: 'PREMIUM' }])
  for (const accountId of ['nonsense', '01a20283-3668-70e0-b9e1-72395ac33b81']) {
    const nobodys = subscriptionObject({ ...sub, id: 'sub_z', customer: 'cus_z', accountId })
    t.equal((await sendEvent(url, eventOf('customer.subscription.created', nobodys, 1_000))).status, 200)
  }
  t.equal((await sendEvent(url, eventOf('invoice.paid', { id: 'in_1' }, 1_000))).status, 200, 'what is not acted on is taken')
})

t.test('what Stripe did not sign, or signed long ago, is refused and changes nothing', async (t) => {
  const { plan, facts } = await customer()
  const event = eventOf('customer.subscription.created', subscriptionObject(facts('active')), 1_000)
  const long = Math.floor(Date.now() / 1_000) - 301
  const bad = { status: 400, code: 'invalid_signature' }
  t.same(await sendEvent(url, event, { secret: 'whsec_other' }), bad)
  t.same(await sendEvent(url, event, { timestamp: long }), bad)
  t.same(await sendEvent(url, event, { payload: JSON.stringify(event).replace('active', 'activE') }), bad)
  t.same(await sendEvent(url, event, { payload: JSON.stringify(event, null, 1) }), bad, 'the bytes are signed, not their meaning')
  t.same(await sendEvent(url, event, { signature: 't=1,v1=00' }), bad)
  t.same(await sendEvent(url, event, { signature: 'nonsense' }), bad)
  t.match(await sendEvent(url, event, { contentType: 'text/plain' }), { status: 415 })
  t.match(await sendEvent(url, event, { contentType: 'application/x-www-form-urlencoded' }), { status: 415 })
  t.match(await sendEvent(url, { ...event, filler: 'x'.repeat(300_000) }), { status: 413 })
  t.equal((await fetch(`${url}/v1/billing/webhook`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).status, 400)
  t.equal(await plan(), 'FREE')
  t.same((await ground.database.query('SELECT 1 FROM stripe_events WHERE id = $1', [event.id])).rows, [])
})

t.test('what can be bought is told, and whether something is paid for; nothing where nothing is sold', async (t) => {
  const { key, tell } = await customer()
  const ask = async (of: string, key: string) => {
    const response = await client(of, key).send('/v1/billing')
    return { status: response.status, ...((await response.json()) as object) }
  }
  t.same(await ask(url, (await makeAccount(ground, 'FREE')).key), { status: 200, plans: ['PRO', 'PREMIUM'], subscribed: false, hasPortal: false })
  t.match(await ask(url, key), { subscribed: false, hasPortal: true })
  await tell('created', 'active', 1_000)
  t.match(await ask(url, key), { subscribed: true, hasPortal: true })
  const free = await startService(t, ground, { ROLES: 'api' })
  t.match(await ask(free.url, key), { status: 404, code: 'billing_off' })
})
