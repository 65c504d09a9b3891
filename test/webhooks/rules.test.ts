import t from 'tap'
import { Webhook } from 'standardwebhooks'
import { retryAfterMs } from '../../src/platform/outbound/retryAfter.ts'
import { createLanes } from '../../src/webhooks/lanes.ts'
import { MAX_TRIES, pauseAfter } from '../../src/webhooks/schedule.ts'
import { generateSecret, signedHeaders } from '../../src/webhooks/signature.ts'

t.test('the pauses are those of Standard Webhooks, and jitter only makes them longer', async (t) => {
  const seconds = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
  t.equal(MAX_TRIES, seconds.length)
  t.same(seconds.map((_, tries) => pauseAfter(tries, 0)), seconds.map((s) => s * 1_000))
  t.same(seconds.map((_, tries) => pauseAfter(tries, 1)), seconds.map((s) => s * 1_200))
  t.equal(pauseAfter(MAX_TRIES, 0), undefined, 'then no more')
})

t.test('a receiver that asks for more time gets it, up to a day', async (t) => {
  t.equal(pauseAfter(1, 0, 60_000), 60_000)
  t.equal(pauseAfter(3, 0, 60_000), 1_800_000, 'never less than the schedule')
  t.equal(pauseAfter(1, 0, 1e12), 86_400_000)
  const now = Date.parse('2026-01-01T00:00:00Z')
  t.equal(retryAfterMs('120', now), 120_000)
  t.equal(retryAfterMs('Thu, 01 Jan 2026 00:01:00 GMT', now), 60_000)
  for (const odd of [undefined, '', 'soon', '-5', ['1', '2'], 'Thu, 01 Jan 2015 00:00:00 GMT']) t.equal(retryAfterMs(odd, now), 0)
})

t.test('a delivery is signed so that the library of a receiver believes it, with both secrets while one is replaced', async (t) => {
  const [secret, previousSecret] = [generateSecret(), generateSecret()]
  const message = { id: 'evt', body: '{"ü":1}' }
  const at = new Date()
  const soon = new Date(at.getTime() + 1_000)
  const both = signedHeaders(message, { secret, previousSecret, previousSecretUntil: soon }, at)
  for (const each of [secret, previousSecret]) t.same(new Webhook(each).verify(message.body, both), { ü: 1 })
  const one = signedHeaders(message, { secret, previousSecret, previousSecretUntil: at }, at)
  t.ok(new Webhook(secret).verify(message.body, one))
  t.throws(() => new Webhook(previousSecret).verify(message.body, one))
  t.throws(() => new Webhook(secret).verify(message.body + ' ', one))
  t.same(Object.keys(signedHeaders(message, undefined, at)), ['webhook-id', 'webhook-timestamp'], 'nothing to sign with')
})

t.test('a receiver has few slots, one when it is slow, and an account not many more', async (t) => {
  const lanes = createLanes()
  const held = ['a', 'a', 'a', 'a'].map((lane) => lanes.enter('one', lane))
  t.ok(held.every((leave) => leave !== undefined))
  t.equal(lanes.enter('one', 'a'), undefined)
  t.same(lanes.full(), ['a'])
  t.ok(lanes.enter('one', 'b'), 'another receiver is not concerned')
  for (const leave of held) leave?.(6_000)
  t.same(lanes.full(), [])
  const slow = lanes.enter('one', 'a')
  t.ok(slow)
  t.equal(lanes.enter('one', 'a'), undefined, 'slow: one at a time')
  slow?.(undefined)
  const still = lanes.enter('one', 'a')
  t.equal(lanes.enter('one', 'a'), undefined, 'still slow: it was not called')
  still?.(20)
  t.ok(lanes.enter('one', 'a'))
  t.ok(lanes.enter('one', 'a'), 'quick again')

  const many = createLanes()
  let entered = 0
  while (many.enter('two', `lane ${entered}`) !== undefined) entered++
  t.equal(entered, 12)
  t.ok(many.enter('three', 'x'), 'another account is not concerned')
})
