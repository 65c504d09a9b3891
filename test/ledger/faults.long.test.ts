import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { hostileDetectors } from '../harness/process.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

const ended = new Set(['analysis.completed', 'analysis.failed', 'analysis.cancelled'])

t.test('a thread that throws, loops, hangs or exits fails its own file and no other', async (t) => {
  const ground = await layGround(t)
  const { url } = await startService(t, ground, {
    ENGINE_THREADS: '2',
    ENGINE_DETECTORS: hostileDetectors,
    ANALYSIS_DEADLINE_MS: '6000'
  })
  const { key } = await makeAccount(ground)
  const { upload, get } = client(url, key)
  const listener = await listen(t, url, key)
  const cases: Record<string, string> = {
    'hostile: throw': 'engine_crashed',
    'hostile: throw later': 'engine_crashed',
    'hostile: loop': 'analysis_timed_out',
    'hostile: hang': 'analysis_timed_out',
    'hostile: exit': 'engine_crashed'
  }
  const uploads = []
  for (const description of Object.keys(cases)) {
    uploads.push({ description, ...(await upload(await photo({ seed: uploads.length, description }))) })
    uploads.push({ description: 'innocent', ...(await upload(await photo({ seed: 100 + uploads.length }))) })
  }
  for (const { description, body } of uploads) {
    const after = await get(body.id, 60)
    t.equal(after.failure?.code, cases[description], description)
    t.equal(after.state, description === 'innocent' ? 'completed' : 'failed')
    t.equal(after.attempt, 1, 'and is not tried again')
  }
  for (const { body } of uploads) {
    await eventually(() => listener.typesOf(body.id).some((type) => ended.has(type)))
    t.equal(listener.typesOf(body.id).filter((type) => ended.has(type)).length, 1, 'one terminal event each')
  }
})

t.test('a thread that fills its heap fails its own file', async (t) => {
  const ground = await layGround(t)
  // With the usual deadline: on a busy machine a heap takes its time to fill.
  const { url } = await startService(t, ground, { ENGINE_DETECTORS: hostileDetectors })
  const { key } = await makeAccount(ground)
  const { upload, get } = client(url, key)
  const { body } = await upload(await photo({ description: 'hostile: heap' }))
  const { state, failure, attempt } = await get(body.id, 60)
  t.match({ state, failure, attempt }, { state: 'failed', failure: { code: 'analysis_out_of_memory' }, attempt: 1 })
})

t.test('a file that is not what its first bytes promise fails with a reason', async (t) => {
  const ground = await layGround(t)
  const { url } = await startService(t, ground)
  const { key } = await makeAccount(ground)
  const garbage = Buffer.concat([(await photo()).subarray(0, 400), Buffer.alloc(4_000, 7)])
  const { body } = await client(url, key).upload(garbage, { prefer: 'wait=30' })
  t.match(body, { state: 'failed', verdict: null, failure: { code: 'undecodable_file' } })
  t.ok(body.failure?.detail)
})

t.test('a job that has ended while its row has not is replaced, and the row ends', async (t) => {
  const ground = await layGround(t)
  const { key } = await makeAccount(ground)
  const { url } = await startService(t, ground, { ROLES: 'api' })
  const connection = new Redis(ground.redis.url)
  const queue = new Queue('analyses', { connection, prefix: '{ledger}' })
  t.teardown(async () => {
    await queue.close()
    connection.disconnect()
  })
  const ids: string[] = []
  for (const [seed, state] of ['completed', 'failed', 'missing'].entries()) {
    const { body } = await client(url, key).upload(await photo({ seed }))
    ids.push(body.id)
    await queue.remove(body.id)
    if (state === 'missing') continue
    // As BullMQ leaves it when `removeOnComplete` did not get through, or when it fails a job by itself.
    await connection.hset(`{ledger}:analyses:${body.id}`, { name: 'analyses', data: '{}', opts: '{}', timestamp: '1', attemptsMade: '1' })
    await connection.zadd(`{ledger}:analyses:${state}`, 1, body.id)
    t.equal(await queue.getJobState(body.id), state)
  }
  const worker = await startService(t, ground, { ROLES: 'worker' })
  t.ok(worker)
  for (const id of ids) t.match(await client(url, key).get(id, 30), { state: 'completed', attempt: 1 })
})

t.test('an emptied Redis loses no work, and every client hears of it', async (t) => {
  const ground = await layGround(t)
  const { key } = await makeAccount(ground)
  const { url } = await startService(t, ground, { ENGINE_DETECTORS: hostileDetectors })
  const redis = new Redis(ground.redis.url)
  t.teardown(() => redis.disconnect())
  const listener = await listen(t, url, key)
  const ids: string[] = []
  for (let seed = 0; seed < 4; seed++) {
    const { body } = await client(url, key).upload(await photo({ seed, description: 'hostile: slow 300' }))
    ids.push(body.id)
  }
  await listener.hears(ids[0]!, 'analysis.processing')
  await redis.flushall()
  for (const id of ids) await listener.hears(id, 'analysis.completed')
  for (const id of ids) t.match(await client(url, key).get(id), { state: 'completed' })
})

t.test('a Redis that is emptied between a verdict and its event delays the event and does not lose it', async (t) => {
  const ground = await layGround(t)
  const { key, accountId } = await makeAccount(ground)
  const { url } = await startService(t, ground)
  const redis = new Redis(ground.redis.url)
  t.teardown(() => redis.disconnect())
  const before = await listen(t, url, key)
  const place = before.lastEventId()
  // Holding the relay's lock is what a relay that stalls between the commit and Redis looks like.
  await ground.database.query('BEGIN')
  await ground.database.query('SELECT pg_advisory_xact_lock(7226116)')
  const { body } = await client(url, key).upload(await photo(), { prefer: 'wait=30' })
  t.equal(body.state, 'completed')
  t.same(before.typesOf(body.id), [])
  await redis.flushall()
  await ground.database.query('COMMIT')
  await before.hears(body.id, 'analysis.completed')

  const after = await listen(t, url, key, place)
  t.equal(after.messages[0]?.name, 'reset', 'who comes back to a place that is gone is told to reload')
  t.ok(await redis.exists(`{${accountId}}:events`))
})

t.test('an attempt that was overtaken can change nothing', async (t) => {
  const ground = await layGround(t)
  const { key } = await makeAccount(ground)
  const { url } = await startService(t, ground, { ENGINE_DETECTORS: hostileDetectors })
  const { body } = await client(url, key).upload(await photo({ description: 'hostile: slow 600' }))
  await eventually(async () => (await client(url, key).get(body.id)).state === 'processing')
  // Somebody else claims it, as after a stall, and reaches a verdict first.
  await ground.database.query(
    "UPDATE analyses SET attempt = attempt + 1, state = 'completed', verdict = 'authentic', score = 0.5, ended_at = now() WHERE id = $1",
    [body.id]
  )
  await eventually(async () => {
    const keys = await ground.s3.keys()
    return keys.length === 1
  })
  t.match(await client(url, key).get(body.id), { verdict: 'authentic', attempt: 2, evidence: { length: 0 } })
})

t.test('without Redis uploads and reads go on, and the backlog runs when it is back', async (t) => {
  const ground = await layGround(t)
  const { key } = await makeAccount(ground)
  const { url } = await startService(t, ground)
  const early = await client(url, key).upload(await photo({ seed: 1 }), { prefer: 'wait=30' })
  await ground.redis.stop()
  const { response, body } = await client(url, key).upload(await photo({ seed: 2 }))
  t.equal(response.status, 202)
  t.equal((await client(url, key).get(early.body.id)).state, 'completed')
  const readiness = await fetch(`${url}/readyz`)
  t.equal(readiness.status, 200)
  t.match(await readiness.json(), { status: 'degraded', redis: 'down' })
  const refused = await client(url, key).send('/v1/events')
  t.equal(refused.status, 503)
  t.match(await refused.json(), { code: 'redis_unavailable' })

  await ground.redis.start()
  t.match(await client(url, key).get(body.id, 30), { state: 'completed' })
})

t.test('the service starts without Redis, and works when Redis comes', async (t) => {
  const ground = await layGround(t)
  const { key } = await makeAccount(ground)
  await ground.redis.stop()
  const { url } = await startService(t, ground)
  const { response, body } = await client(url, key).upload(await photo())
  t.equal(response.status, 202)
  await ground.redis.start()
  t.match(await client(url, key).get(body.id, 30), { state: 'completed' })
  const listener = await listen(t, url, key)
  t.equal(listener.status, 200)
})

t.test('a storage that fails is tried three times, and then the analysis fails with the reason', async (t) => {
  const ground = await layGround(t)
  const { key } = await makeAccount(ground)
  const { url } = await startService(t, ground)
  ground.s3.misbehave = ({ method }) => (method === 'GET' ? 'fail' : undefined)
  const { body } = await client(url, key).upload(await photo(), { prefer: 'wait=30' })
  t.match(body, { state: 'failed', attempt: 3, failure: { code: 'storage_unavailable' } })

  ground.s3.misbehave = ({ method, url }) => (method === 'PUT' && url.pathname.includes('/evidence/1/') ? 'fail' : undefined)
  const second = await client(url, key).upload(await photo({ seed: 2 }), { prefer: 'wait=30' })
  t.match(second.body, { state: 'completed', attempt: 2 })
})
