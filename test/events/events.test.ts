import { Redis } from 'ioredis'
import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const here = await startService(t, ground, { ROLES: 'api' })
const there = await startService(t, ground)

t.test('an account\'s clients hear of its analyses on whichever machine they are, and nobody else\'s do', async (t) => {
  const owner = await makeAccount(ground)
  const stranger = await makeAccount(ground)
  const [near, far, foreign] = await Promise.all([
    listen(t, here.url, owner.key),
    listen(t, there.url, owner.key),
    listen(t, there.url, stranger.key)
  ])
  const { body } = await client(here.url, owner.key).upload(await photo())
  for (const listener of [near, far]) {
    await listener.hears(body.id, 'analysis.completed')
    t.same(listener.typesOf(body.id), ['analysis.queued', 'analysis.processing', 'analysis.completed'])
    t.match(listener.events().at(-1), { data: { state: 'completed', verdict: 'inconclusive' } })
  }
  t.same(near.events(), far.events(), 'the same events with the same ids')
  t.same(foreign.events(), [])
  const nosy = await listen(t, there.url, stranger.key, near.lastEventId())
  await eventually(() => nosy.messages.length > 0)
  t.equal(nosy.messages[0]?.name, 'reset', "a place in somebody else's events is none")
  t.same(nosy.events(), [])
})

t.test('a client that comes back is told what it has missed, once', async (t) => {
  const { key } = await makeAccount(ground)
  const first = await listen(t, here.url, key)
  t.equal(first.messages[0]?.name, 'ready')
  first.close()
  const { body } = await client(here.url, key).upload(await photo({ seed: 2 }), { prefer: 'wait=30' })

  const second = await listen(t, there.url, key, first.lastEventId())
  await second.hears(body.id, 'analysis.completed')
  t.same(second.typesOf(body.id), ['analysis.queued', 'analysis.processing', 'analysis.completed'])
  second.close()

  const third = await listen(t, here.url, key, second.messages.at(-2)?.id)
  await eventually(() => third.events().length > 0)
  t.same(third.typesOf(body.id), ['analysis.completed'])
  const fourth = await listen(t, here.url, key, second.lastEventId())
  t.same(fourth.messages.map(({ name }) => name), ['ready'], 'nothing was missed')
})

t.test('a client whose place is gone, or never was, is told to reload, and hears what follows', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const first = await listen(t, here.url, key)
  const redis = new Redis(ground.env.REDIS_URL!)
  t.teardown(() => redis.disconnect())
  await redis.del(`{${accountId}}:events`)
  for (const place of [first.lastEventId(), '1-1', 'nonsense', '0-0']) {
    const listener = await listen(t, here.url, key, place)
    t.equal(listener.messages[0]?.name, 'reset', String(place))
    const { body } = await client(here.url, key).upload(await photo({ seed: 3, width: 64, height: 64 }), { prefer: 'wait=30' })
    await listener.hears(body.id, 'analysis.completed')
    listener.close()
  }
})

t.test('a broken connection to Redis is made good: what came meanwhile is replayed', async (t) => {
  const { key } = await makeAccount(ground)
  const listener = await listen(t, here.url, key)
  const redis = new Redis(ground.env.REDIS_URL!)
  t.teardown(() => redis.disconnect())
  const bytes = await photo({ seed: 4 })
  await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  const { body } = await client(there.url, key).upload(bytes)
  await listener.hears(body.id, 'analysis.completed')
  t.same(listener.typesOf(body.id), ['analysis.queued', 'analysis.processing', 'analysis.completed'])
})

t.test('the stream is what proxies and browsers need', async (t) => {
  const { key } = await makeAccount(ground)
  const stop = new AbortController()
  const response = await client(here.url, key).send('/v1/events', { signal: stop.signal })
  t.match(Object.fromEntries(response.headers), {
    'content-type': /^text\/event-stream/,
    'cache-control': 'private, no-store, no-transform',
    'x-accel-buffering': 'no',
    'x-request-id': /.+/
  })
  stop.abort()
  const refused = await client(here.url, key).send('/v1/events', { headers: { accept: 'application/json' } })
  t.equal(refused.status, 406)
  t.match(await refused.json(), { code: 'not_acceptable' })
  t.equal((await fetch(`${here.url}/v1/events`)).status, 401)
})

t.test('a stream ends with the session or the key that opened it', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const opened = await fetch(`${here.url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key })
  })
  const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
  const byCookie = await fetch(`${there.url}/v1/events`, { headers: { cookie } })
  const byKey = await listen(t, there.url, key)
  await fetch(`${here.url}/v1/session`, { method: 'DELETE', headers: { cookie, 'sec-fetch-site': 'same-origin' } })
  await byCookie.text()
  t.pass('the session is over, and so is its stream')
  await ground.database.query('UPDATE api_keys SET revoked_at = now() WHERE account_id = $1', [accountId])
  await byKey.ended
  t.same(byKey.messages.map(({ name }) => name), ['ready'])
})
