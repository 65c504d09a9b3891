import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import t from 'tap'
import { hashSecret, type Caller } from '../../src/accounts/apiKeys.ts'
import { cacheCaller } from '../../src/accounts/callerCache.ts'
import { connectRedis } from '../../src/platform/redis.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { person } from './person.ts'

const ground = await layGround(t)
const [here, there] = [await startService(t, ground, { ROLES: 'api' }), await startService(t, ground, { ROLES: 'api' })]
const redis = connectRedis(ground.redis.url, pino({ level: 'silent' }))
t.teardown(() => redis.disconnect())
await eventually(() => redis.status === 'ready')
const SECOND_MS = 1_000

/** An account with a key to manage it, and one to lose. */
async function makeOwner() {
  const { accountId, key } = await makeAccount(ground)
  const owner = client(here.url, key)
  const make = await owner.send('/v1/api-keys', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'to lose' })
  })
  const lost = (await make.json()) as { id: string; key: string }
  return { accountId, key, lost, revoke: async () => (await owner.send(`/v1/api-keys/${lost.id}`, { method: 'DELETE' })).status }
}
const ask = async (url: string, key: string) => {
  const response = await client(url, key).send('/v1/session')
  return { status: response.status, body: (await response.json()) as { plan?: string; code?: string } }
}
const statusOf = async (url: string, key: string) => (await ask(url, key)).status

t.test('a key that is cached everywhere and revoked on one machine is refused on the other at once', async (t) => {
  const { accountId, lost, revoke } = await makeOwner()
  t.same([await statusOf(here.url, lost.key), await statusOf(there.url, lost.key)], [200, 200])
  await ground.database.query("UPDATE accounts SET plan = 'FREE' WHERE id = $1", [accountId])
  t.match(await ask(there.url, lost.key), { body: { plan: 'PREMIUM' } }, 'it really is cached: what nobody tells of is not known yet')
  t.equal(await revoke(), 204)
  t.equal(await statusOf(there.url, lost.key), 401)
})

t.test('the event stream of a revoked key ends within a second on the other machine, and of the others none', async (t) => {
  const { key, lost, revoke } = await makeOwner()
  const [cut, stays] = [await listen(t, there.url, lost.key), await listen(t, there.url, key)]
  let ended = false
  void cut.ended.then(() => (ended = true))
  t.equal(await revoke(), 204)
  await eventually(() => ended, SECOND_MS)
  await sleep(50) // Something that must not come is waited for, for a moment.
  t.same(stays.messages.map(({ name }) => name), ['ready'], 'no client is shown the change')
})

t.test('a session that is ended on one machine, and its stream, end on the other', async (t) => {
  const ada = person(here.url)
  await ada.register()
  await ada.signIn()
  const elsewhere = person(there.url, ada)
  await elsewhere.signIn()
  const cookie = [...elsewhere.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const stream = await fetch(`${there.url}/v1/events`, { headers: { cookie } })
  t.equal(stream.status, 200)
  t.equal((await elsewhere.send('GET', '/v1/session')).status, 200)
  t.equal((await ada.send('DELETE', '/v1/sessions')).status, 204)
  t.equal((await elsewhere.send('GET', '/v1/session')).status, 401)
  const closed = stream.text().then(() => true)
  t.equal(await Promise.race([closed, sleep(SECOND_MS, false)]), true)
})

t.test('a change whose machine died after the commit is told by another', async (t) => {
  const { accountId, lost } = await makeOwner()
  t.equal(await statusOf(there.url, lost.key), 200)
  await ground.database.query('BEGIN')
  await ground.database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [lost.id])
  await ground.database.query(`INSERT INTO outbox (account_id, event) VALUES ($1, '{"type":"access.changed"}')`, [accountId])
  await ground.database.query('COMMIT')
  await eventually(async () => (await statusOf(there.url, lost.key)) === 401, 2 * SECOND_MS)
})

t.test('what was read before a revocation and is cached after it is not believed', async (t) => {
  const { accountId, lost, revoke } = await makeOwner()
  const caller: Caller = {
    accountId, plan: 'PRO', role: 'user', emailConfirmed: true, scopes: ['analyses:read'], apiKeyId: lost.id, sessionHash: null
  }
  const now = async () => Number((await ground.database.query('SELECT extract(epoch FROM clock_timestamp()) * 1000000 AS at')).rows[0].at)
  const cache = (readAt: number) => cacheCaller(redis, hashSecret(lost.key), { caller, readAt: Math.floor(readAt), validMs: Infinity })

  const before = await now()
  await cache(before)
  t.match(await ask(there.url, lost.key), { status: 200, body: { plan: 'PRO' } }, 'before, it is')
  t.equal(await revoke(), 204)
  await cache(before)
  t.equal(await statusOf(there.url, lost.key), 401)
  // The outbox tells it once more; after that only something newer counts.
  await eventually(async () => (await ground.database.query('SELECT FROM outbox')).rowCount === 0)
  await cache((await now()) + 1)
  t.equal(await statusOf(there.url, lost.key), 200, 'and what is read afterwards would be')
})

t.test('a suspended account is refused with its keys and sessions, and is let in again', async (t) => {
  const { accountId, key } = await makeOwner()
  const browser = person(here.url)
  t.equal((await browser.send('POST', '/v1/session', { key })).status, 201)
  const stream = await listen(t, there.url, key)
  let ended = false
  void stream.ended.then(() => (ended = true))
  const suspend = async (at: string) => {
    await ground.database.query(`UPDATE accounts SET suspended_at = ${at} WHERE id = $1`, [accountId])
    await ground.database.query(`INSERT INTO outbox (account_id, event) VALUES ($1, '{"type":"access.changed"}')`, [accountId])
  }
  await suspend('now()')
  await eventually(async () => (await statusOf(there.url, key)) === 403, 2 * SECOND_MS)
  t.match(await ask(there.url, key), { status: 403, body: { code: 'account_suspended' } })
  t.match(await browser.send('GET', '/v1/session'), { status: 403, body: { code: 'account_suspended' } })
  t.match(await browser.send('POST', '/v1/session', { key }), { status: 403, body: { code: 'account_suspended' } })
  await eventually(() => ended, SECOND_MS)
  await suspend('NULL')
  await eventually(async () => (await statusOf(there.url, key)) === 200, 2 * SECOND_MS)
})

t.test('last use is written, and at most once a minute', async (t) => {
  const { lost } = await makeOwner()
  const lastUsed = async () =>
    (await ground.database.query<{ last_used_at: Date | null }>('SELECT last_used_at FROM api_keys WHERE id = $1', [lost.id])).rows[0]?.last_used_at
  const forget = () => redis.del(`{auth}:${hashSecret(lost.key)}`)
  t.equal(await lastUsed(), null)
  await statusOf(here.url, lost.key)
  await eventually(async () => (await lastUsed()) !== null)
  const first = await lastUsed()
  await forget()
  await statusOf(there.url, lost.key)
  t.same(await lastUsed(), first)
  await ground.database.query("UPDATE api_keys SET last_used_at = now() - interval '61 seconds' WHERE id = $1", [lost.id])
  await forget()
  await Promise.all(Array.from({ length: 10 }, () => statusOf(there.url, lost.key)))
  await eventually(async () => Number(await lastUsed()) >= Number(first))
})

t.test('without Redis keys and sessions are as good, and as bad once they are revoked', async (t) => {
  const { key, lost, revoke } = await makeOwner()
  const ada = person(here.url, { email: `${randomUUID()}@people.example` })
  await ada.register()
  t.equal(await statusOf(there.url, lost.key), 200)
  await ground.redis.stop()
  t.same([await statusOf(here.url, lost.key), await statusOf(there.url, lost.key), await statusOf(there.url, key)], [200, 200, 200])
  t.equal((await ada.signIn()).status, 201)
  t.equal((await ada.send('GET', '/v1/session')).status, 200)
  t.equal(await revoke(), 204)
  t.same([await statusOf(here.url, lost.key), await statusOf(there.url, lost.key), await statusOf(there.url, key)], [401, 401, 200])
  await ground.redis.start()
  await eventually(() => redis.status === 'ready')
  t.same([await statusOf(here.url, lost.key), await statusOf(there.url, lost.key)], [401, 401])
})
