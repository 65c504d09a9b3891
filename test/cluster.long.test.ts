import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { plans } from '../src/limits/plans.ts'
import { photo } from './engine/pictures.ts'
import { eventually } from './harness/eventually.ts'
import { listen } from './harness/listen.ts'
import { startReceiver } from './harness/receiver.ts'
import { startRedisCluster, type TestCluster } from './harness/redisCluster.ts'
import { client, layGround, makeAccount, moreKeys, startService } from './harness/service.ts'
import { localReceivers, verified, webhookOwner } from './webhooks/webhooks.ts'

/** Two machines of the service on a Redis Cluster of three nodes, one of which has a replica. */
const ground = await layGround<TestCluster>(t, (t) => startRedisCluster(t, { replicaOf: 'ledger' }))
const cluster = ground.redis
const api = { ROLES: 'api', ...localReceivers }
const [here, there] = await Promise.all([startService(t, ground, api), startService(t, ground, api)])
const startWorker = () => startService(t, ground, { ROLES: 'worker', ...localReceivers })
const ready = async (url: string) => ((await (await fetch(`${url}/readyz`)).json()) as { status: string; redis: string })
await eventually(async () => (await ready(here.url)).redis === 'up' && (await ready(there.url)).redis === 'up')

let seed = 0
const picture = () => photo({ width: 32, height: 24, seed: ++seed })
const statusesOf = (answers: Array<{ status: number }>) => {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** Listens as browsers do: when the stream ends, it comes back and says where it was. */
async function keepListening(t: Test, url: string, key: string) {
  const streams = [await listen(t, url, key)]
  let isOver = false
  t.teardown(() => (isOver = true))
  void (async () => {
    for (;;) {
      await streams.at(-1)!.ended
      if (isOver) return
      const place = streams.findLast((stream) => stream.lastEventId() !== undefined)?.lastEventId()
      streams.push(await listen(t, url, key, place))
      await sleep(100)
    }
  })()
  return { hears: (id: string, type: string) => eventually(() => streams.some((stream) => stream.typesOf(id).includes(type))) }
}

t.test('a node that is emptied takes no work with it', async (t) => {
  const { key } = await makeAccount(ground)
  const uploads = []
  for (let n = 0; n < 4; n++) uploads.push(await client([here, there][n % 2]!.url, key).upload(await picture()))
  t.same(statusesOf(uploads.map(({ response }) => response)), { 202: 4 })
  const { client: node } = await cluster.ownerOf('ledger')
  t.ok((await node.zcard('{ledger}:analyses:prioritized')) >= 4, 'they wait on one node')
  await node.flushall()
  // Nobody has worked on anything yet.
  await startWorker()
  for (const { body } of uploads) t.equal((await client(here.url, key).get(body.id, 30)).state, 'completed')
})

t.test('limits are those of both machines together, to the byte', async (t) => {
  const { key } = await makeAccount(ground, 'FREE')
  const programs = [client(here.url, key), client(there.url, key)]
  const files = await Promise.all(Array.from({ length: 8 }, picture))
  const uploads = []
  for (const [n, bytes] of files.entries()) uploads.push(await programs[n % 2]!.upload(bytes))
  t.same(uploads.map(({ response }) => response.status), [202, 202, 202, 202, 202, 429, 429, 429])

  const streams = [await listen(t, here.url, key), await listen(t, there.url, key), await listen(t, here.url, key)]
  t.same(streams.map(({ status }) => status), [200, 200, 200])
  t.equal((await programs[1]!.send('/v1/events')).status, 429)

  interface Usage {
    shared: boolean
    limits: Array<{ name: string; used: number }>
  }
  const { shared, limits } = (await (await programs[1]!.send('/v1/usage')).json()) as Usage
  const used = Object.fromEntries(limits.map(({ name, used }) => [name, used]))
  t.ok(shared)
  const bytes = files.slice(0, 5).reduce((sum, { length }) => sum + length, 0)
  t.match(used, { requests: 13, uploads: 5, analyses: 5, bytes, 'event-streams': 3 })

  const more = await Promise.all(Array.from({ length: plans.FREE.requestsPerMinute }, (_, n) => programs[n % 2]!.send('/v1/session')))
  t.same(statusesOf(more), { 200: plans.FREE.requestsPerMinute - 13, 429: 13 })
})

t.test('clients of both machines hear of verdicts, webhooks are called, and what a client missed is replayed on the other', async (t) => {
  const owner = await webhookOwner(ground, here.url)
  const receiver = await startReceiver(t)
  const { secret } = await owner.make(receiver)
  const [first, second] = [await listen(t, here.url, owner.key), await listen(t, there.url, owner.key)]
  const upload = await client(there.url, owner.key).upload(await picture())
  await first.hears(upload.body.id, 'analysis.completed')
  await second.hears(upload.body.id, 'analysis.completed')
  t.same(first.events(), second.events())
  t.match(verified(secret, (await receiver.gets(1))[0]!), { type: 'analysis.completed', data: { id: upload.body.id } })

  const place = first.lastEventId()
  first.close()
  const missed = await client(here.url, owner.key).upload(await picture())
  await second.hears(missed.body.id, 'analysis.completed')
  const returned = await listen(t, there.url, owner.key, place)
  await returned.hears(missed.body.id, 'analysis.completed')
  t.same(returned.events(), second.events().slice(first.events().length), 'that, and nothing else')
  await receiver.gets(2)
})

t.test('a key that both machines know is refused by both when it is revoked, and its stream ends', async (t) => {
  const { accountId, key } = await makeAccount(ground)
  const [lost] = await moreKeys(ground, accountId, 1)
  const ask = async (url: string) => (await client(url, lost!).send('/v1/session')).status
  t.same([await ask(here.url), await ask(there.url)], [200, 200])
  const stream = await listen(t, there.url, lost!)
  const { rows } = await ground.database.query("SELECT id FROM api_keys WHERE account_id = $1 AND name = 'another'", [accountId])
  t.equal((await client(here.url, key).send(`/v1/api-keys/${rows[0].id}`, { method: 'DELETE' })).status, 204)
  t.same([await ask(here.url), await ask(there.url)], [401, 401])
  await stream.ended
})

t.test('without a node that has no replica the service takes uploads, and works on them when it is back', async (t) => {
  const { key } = await makeAccount(ground)
  const listener = await keepListening(t, here.url, key)
  const ledger = await cluster.ownerOf('ledger')
  const node = cluster.nodes.find((each) => each !== ledger)!
  await node.kill()
  await cluster.becomes('fail')
  const uploads = []
  for (let n = 0; n < 4; n++) uploads.push(await client([here, there][n % 2]!.url, key).upload(await picture()))
  t.same(statusesOf(uploads.map(({ response }) => response)), { 202: 4 })
  t.equal((await client(there.url, key).send('/v1/session')).status, 200, 'who asks is known')
  await eventually(async () => (await ready(here.url)).redis === 'down')
  t.equal((await ready(here.url)).status, 'degraded')

  await node.start()
  for (const { body } of uploads) {
    t.equal((await client(there.url, key).get(body.id, 30)).state, 'completed')
    await listener.hears(body.id, 'analysis.completed')
  }
})

t.test('when a node dies its replica takes over, and nothing waits for anybody', async (t) => {
  const { key } = await makeAccount(ground)
  const listener = await keepListening(t, there.url, key)
  const node = await cluster.ownerOf('ledger')
  await node.kill()
  const uploads = []
  for (let n = 0; n < 4; n++) uploads.push(await client([here, there][n % 2]!.url, key).upload(await picture()))
  t.same(statusesOf(uploads.map(({ response }) => response)), { 202: 4 })
  for (const { body } of uploads) {
    t.equal((await client(here.url, key).get(body.id, 30)).state, 'completed')
    await listener.hears(body.id, 'analysis.completed')
  }
  t.match(await cluster.replica!.client.info('replication'), /role:master/)
})
