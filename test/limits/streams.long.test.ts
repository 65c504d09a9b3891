import { Redis } from 'ioredis'
import t from 'tap'
import { plans } from '../../src/limits/plans.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { startProcess } from '../harness/process.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const first = await startService(t, ground, { ROLES: 'api' })
const second = await startService(t, ground, { ROLES: 'api' })
const redis = new Redis(ground.redis.url, { protocol: 2, replyMapping: 'legacy' })
t.teardown(() => redis.disconnect())

t.test('event streams are counted over all machines, and a closed one makes room', async (t) => {
  const { key } = await makeAccount(ground, 'FREE')
  const streams = [await listen(t, first.url, key), await listen(t, second.url, key), await listen(t, first.url, key)]
  t.same(streams.map(({ status }) => status), [200, 200, 200])

  const refused = await client(second.url, key).send('/v1/events')
  t.equal(refused.status, 429)
  t.match(await refused.json(), { code: 'rate_limit_exceeded', limit: 'event-streams', plan: 'FREE' })
  t.equal(refused.headers.get('retry-after'), '5')
  const usage = (await (await client(second.url, key).send('/v1/usage')).json()) as { limits: Array<{ name: string }> }
  t.match(usage.limits.find(({ name }) => name === 'event-streams'), { limit: 3, used: 3, left: 0 })

  const other = await makeAccount(ground, 'FREE')
  t.equal((await listen(t, second.url, other.key)).status, 200, 'another account has streams of its own')

  streams[1]!.close()
  await eventually(async () => {
    const stream = await listen(t, second.url, key)
    return stream.status === 200
  })
})

t.test('clients whose machine died are let in at once, beside what they have lost', async (t) => {
  const { key } = await makeAccount(ground, 'FREE')
  const { url, child, ended } = await startProcess(t, ground, { ROLES: 'api' })
  const lost = [await listen(t, url, key), await listen(t, url, key), await listen(t, url, key)]
  const places = lost.map((stream) => stream.lastEventId())
  child.kill('SIGKILL')
  await ended
  t.equal((await client(first.url, key).send('/v1/events')).status, 429, 'a new one is one too many')
  for (const place of places) t.equal((await listen(t, first.url, key, place)).status, 200)
  const more = await client(second.url, key).send('/v1/events', { headers: { 'last-event-id': places[0]! } })
  t.equal(more.status, 429, 'and no more than were lost')
})

t.test('a burst opens as many as there may be', async (t) => {
  const { key } = await makeAccount(ground, 'FREE')
  const streams = await Promise.all(Array.from({ length: 12 }, (_, n) => listen(t, [first, second][n % 2]!.url, key)))
  t.equal(streams.filter(({ status }) => status === 200).length, plans.FREE.eventStreams)
})

t.test('the streams of a machine that died do not count for ever, those of one that lives do', async (t) => {
  const { accountId, key } = await makeAccount(ground, 'FREE')
  const { url, child, ended } = await startProcess(t, ground, { ROLES: 'api' })
  await listen(t, url, key)
  await listen(t, first.url, key)
  child.kill('SIGKILL')
  await ended
  const leases = await redis.zrange(`{${accountId}}:streams`, '0', '-1', 'WITHSCORES')
  t.equal(leases.length / 2, 2, 'nobody has said that it is gone')
  const renewed = async () => {
    const now = await redis.zrange(`{${accountId}}:streams`, '0', '-1', 'WITHSCORES')
    return now.filter((score, n) => n % 2 === 1 && !leases.includes(score)).length
  }
  await eventually(async () => (await renewed()) === 1)
  t.equal(await renewed(), 1, 'the one that lives renews its lease, and only that one')
  // The time of the other one passes.
  const dead = await redis.zrange(`{${accountId}}:streams`, '0', '0')
  await redis.zadd(`{${accountId}}:streams`, 'XX', '1', dead[0]!)
  t.equal((await listen(t, second.url, key)).status, 200)
  t.equal((await listen(t, second.url, key)).status, 200)
  t.equal((await client(second.url, key).send('/v1/events')).status, 429)
})
