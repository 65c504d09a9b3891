import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { answer, closeEarly, drip, flood, startReceiver } from '../harness/receiver.ts'
import { layGround } from '../harness/service.ts'
import { passPause, startWithReceivers, verified, webhookOwner } from './webhooks.ts'

const ground = await layGround(t)
const { url } = await startWithReceivers(t, ground)

t.test('a verdict is delivered, signed, as the event that the stream carries', async (t) => {
  const owner = await webhookOwner(ground, url)
  const receiver = await startReceiver(t)
  const onlyFailures = await startReceiver(t)
  const { secret, id } = await owner.make(receiver)
  const other = await owner.make(onlyFailures, ['analysis.failed'])
  const listener = await listen(t, url, owner.key)
  const { body } = await owner.program.upload(await photo())
  await listener.hears(body.id, 'analysis.completed')

  const [request] = await receiver.gets(1)
  const event = verified(secret, request!)
  t.match(event, { type: 'analysis.completed', data: { id: body.id, state: 'completed', verdict: 'inconclusive' } })
  t.same(event, listener.events().find(({ type }) => type === 'analysis.completed'), 'the same event with the same id')
  t.match(request, { method: 'POST', path: '/hook', headers: { 'webhook-id': event.id, 'content-type': 'application/json' } })
  t.throws(() => verified(other.secret, request!), 'another secret did not sign it')

  const bytes = await photo({ seed: 2 })
  const failed = await owner.program.upload(Buffer.concat([bytes.subarray(0, 400), Buffer.alloc(4_000)]))
  await onlyFailures.gets(1)
  t.match(verified(other.secret, onlyFailures.received[0]!), { type: 'analysis.failed', data: { id: failed.body.id, failureCode: /.+/ } })
  await receiver.gets(2)
  t.equal(onlyFailures.received.length, 1, 'it has not subscribed to the other')

  const delivery = await owner.newest(id, 'delivered')
  t.match(delivery, { type: 'analysis.failed', nextAttemptAt: null, attempts: [{ attempt: 1, status: 200, error: null, answer: 'thank you' }] })
})

t.test('what fails is tried again by the schedule, and every attempt is recorded', async (t) => {
  const owner = await webhookOwner(ground, url)
  const receiver = await startReceiver(t, answer(500, {}, 'broken <b>today</b>'))
  const inside = await startReceiver(t)
  const { id, secret } = await owner.make(receiver)
  await owner.call('POST', `/${id}/ping`)
  let delivery = await owner.newest(id, 'pending')
  const pauseMs = Date.parse(delivery.nextAttemptAt!) - Date.now()
  t.ok(pauseMs > 2_000 && pauseMs <= 6_000, `the second attempt comes after ${pauseMs} ms`)

  const behaviours = [answer(302, { location: inside.url }), answer(404), closeEarly, answer(429, { 'retry-after': '7200' })]
  for (const [index, behave] of behaviours.entries()) {
    receiver.behave = behave
    await passPause(ground, delivery.id)
    delivery = await owner.newest(id, 'pending', index + 2)
  }
  t.ok(Date.parse(delivery.nextAttemptAt!) - Date.now() > 7_100_000, 'Retry-After is heard')
  receiver.behave = flood(10_000_000)
  await passPause(ground, delivery.id)
  delivery = await owner.newest(id, 'delivered', 6)
  t.same(
    delivery.attempts.map(({ attempt, status, error }) => [attempt, status, error]),
    [[1, 500, 'refused'], [2, 302, 'redirected'], [3, 404, 'refused'], [4, null, delivery.attempts[3]?.error], [5, 429, 'refused'], [6, 200, null]]
  )
  t.match(delivery.attempts[3]?.error, /unreachable|bad_answer/)
  t.equal(delivery.attempts[0]?.answer, 'broken <b>today</b>')
  t.equal(delivery.attempts[5]?.answer, 'x'.repeat(1_024), 'and no more of 10 MB')
  t.same(inside.received, [], 'a redirect is not followed')
  t.same([...new Set(receiver.received.map(({ headers }) => headers['webhook-id']))], [delivery.eventId], 'one id for all attempts')
  for (const request of receiver.received) t.match(verified(secret, request), { type: 'ping', data: { id } })

  receiver.behave = drip
  await owner.call('POST', `/${id}/deliveries/${delivery.id}/resend`)
  delivery = await owner.newest(id, 'delivered', 7)
  t.match(delivery.attempts[6], { status: 200, error: null, answer: /^\.+$/ })
  t.equal(receiver.received.at(-1)?.headers['webhook-id'], delivery.eventId, 'sent again, it is the same message')
})

t.test('410 disables at once and tells the owner; enabling it begins with the next event', async (t) => {
  const owner = await webhookOwner(ground, url)
  const receiver = await startReceiver(t, answer(500))
  const { id } = await owner.make(receiver)
  const listener = await listen(t, url, owner.key)
  await owner.call('POST', `/${id}/ping`)
  const waiting = await owner.newest(id, 'pending')
  receiver.behave = answer(410)
  await owner.call('POST', `/${id}/ping`)
  await owner.newest(id, 'failed')
  await listener.hears(id, 'webhook.disabled')
  t.match(listener.events().at(-1), { type: 'webhook.disabled', data: { id, url: receiver.url, reason: /410/ } })
  t.match((await owner.call('GET', `/${id}`)).body, { enabled: false, disabledReason: /410/ })
  const all = await owner.deliveries(id)
  t.match(all.find((delivery) => delivery.id === waiting.id), { state: 'cancelled' })
  t.match(await owner.call('POST', `/${id}/ping`), { status: 409, body: { code: 'webhook_disabled' } })
  t.match(await owner.call('POST', `/${id}/deliveries/${waiting.id}/resend`), { status: 409 })

  receiver.behave = answer(204)
  t.match(await owner.call('PATCH', `/${id}`, { enabled: true }), { status: 200, body: { enabled: true, disabledReason: null } })
  await owner.call('POST', `/${id}/ping`)
  await owner.newest(id, 'delivered')
})

t.test('a schedule that is used up disables a webhook that takes nothing, and not one that takes the rest', async (t) => {
  const owner = await webhookOwner(ground, url)
  const receiver = await startReceiver(t, answer(500))
  const { id } = await owner.make(receiver)
  const listener = await listen(t, url, owner.key)
  const lastTry = async () => {
    await owner.call('POST', `/${id}/ping`)
    const { id: deliveryId } = await owner.newest(id, 'pending')
    await ground.database.query('UPDATE webhook_deliveries SET tries = 9, next_attempt_at = now() WHERE id = $1', [deliveryId])
    return deliveryId
  }
  receiver.behave = (request, response) => answer(request.body.includes('completed') ? 200 : 500)(request, response)
  await owner.call('POST', `/${id}/ping`)
  const { id: poison } = await owner.newest(id, 'pending')
  const { body } = await owner.program.upload(await photo({ seed: 11 }))
  await listener.hears(body.id, 'analysis.completed')
  await eventually(async () => (await owner.deliveries(id))[0]?.state === 'delivered')
  await ground.database.query('UPDATE webhook_deliveries SET tries = 9, next_attempt_at = now() WHERE id = $1', [poison])
  await eventually(async () => (await owner.deliveries(id)).some((delivery) => delivery.id === poison && delivery.state === 'failed'))
  t.match((await owner.call('GET', `/${id}`)).body, { enabled: true }, 'other events get through')

  await lastTry()
  await owner.newest(id, 'failed', 2)
  await listener.hears(id, 'webhook.disabled')
  t.match((await owner.call('GET', `/${id}`)).body, { enabled: false, disabledReason: /10 attempts/ })
})

t.test('a secret that is replaced signs beside the new one for a day', async (t) => {
  const owner = await webhookOwner(ground, url)
  const receiver = await startReceiver(t)
  const { id, secret } = await owner.make(receiver)
  const rotated = await owner.call('POST', `/${id}/rotate-secret`)
  t.match(rotated.body.secret, /^whsec_/)
  t.not(rotated.body.secret, secret)
  await owner.call('POST', `/${id}/ping`)
  const [request] = await receiver.gets(1)
  t.equal(request?.headers['webhook-signature']?.split(' ').length, 2)
  for (const each of [secret, rotated.body.secret]) t.match(verified(each, request!), { type: 'ping' })
  await ground.database.query('UPDATE webhooks SET previous_secret_until = now() WHERE id = $1', [id])
  await owner.call('POST', `/${id}/ping`)
  await receiver.gets(2)
  t.throws(() => verified(secret, receiver.received[1]!))
  t.ok(verified(rotated.body.secret, receiver.received[1]!))
})
