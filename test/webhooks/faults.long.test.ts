import { drizzle } from '../../src/platform/drizzle.ts'
import { Redis } from 'ioredis'
import t from 'tap'
import * as schema from '../../src/platform/schema.ts'
import { claimDelivery, recordOutcome } from '../../src/webhooks/moves.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { startProcess } from '../harness/process.ts'
import { answer, hang, startReceiver } from '../harness/receiver.ts'
import { client, layGround, startService } from '../harness/service.ts'
import { localReceivers, startWithReceivers, verified, webhookOwner } from './webhooks.ts'

const ground = await layGround(t)

t.test('a receiver that hangs delays nobody else, with however much is due to it', async (t) => {
  const { url } = await startWithReceivers(t, ground)
  const hanging = await webhookOwner(ground, url)
  const deaf = await startReceiver(t, hang)
  const { id: stuck } = await hanging.make(deaf)
  // A thousand events that have just happened.
  await ground.database.query(
    `INSERT INTO webhook_deliveries (id, account_id, webhook_id, lane, event_id, type, body)
     SELECT gen_random_uuid(), $1, $2::uuid, $2::text, gen_random_uuid(), 'ping', '{}' FROM generate_series(1, 1000)`,
    [hanging.accountId, stuck]
  )
  await deaf.gets(4)

  const quick = await startReceiver(t)
  const other = await webhookOwner(ground, url)
  const times: number[] = []
  const { id } = await other.make(quick)
  for (let ping = 1; ping <= 10; ping++) {
    const begun = performance.now()
    await other.call('POST', `/${id}/ping`)
    await quick.gets(ping)
    times.push(performance.now() - begun)
  }
  const slowest = Math.max(...times)
  t.comment(`the slowest of ten beside it took ${slowest.toFixed()} ms`)
  t.ok(slowest < 2_000)
  const { id: sibling } = await hanging.make(quick)
  await hanging.call('POST', `/${sibling}/ping`)
  await hanging.newest(sibling, 'delivered')
  t.ok(deaf.received.length <= 8, `it holds ${deaf.received.length} slots`)
  await hanging.call('DELETE', `/${stuck}`)
})

t.test('an emptied Redis loses no delivery, and neither does one that is away', async (t) => {
  const { url } = await startWithReceivers(t, ground)
  const owner = await webhookOwner(ground, url)
  const receiver = await startReceiver(t)
  const { id } = await owner.make(receiver)
  const redis = new Redis(ground.env.REDIS_URL!)
  redis.on('error', () => undefined)
  t.teardown(() => redis.disconnect())
  const flushing = setInterval(() => void redis.flushall(), 5)
  for (let ping = 0; ping < 30; ping++) await owner.call('POST', `/${id}/ping`)
  clearInterval(flushing)
  await redis.flushall()
  const ids = () => new Set(receiver.received.map(({ headers }) => headers['webhook-id']))
  await eventually(() => ids().size === 30)

  await ground.redis.stop()
  for (let ping = 0; ping < 5; ping++) t.equal((await owner.call('POST', `/${id}/ping`)).status, 202)
  await ground.redis.start()
  await eventually(() => ids().size === 35)
  await eventually(async () => (await owner.deliveries(id)).every(({ state }) => state === 'delivered'))
  const { rows } = await ground.database.query("SELECT state, count(*)::int FROM webhook_deliveries WHERE webhook_id = $1 GROUP BY 1", [id])
  t.same(rows, [{ state: 'delivered', count: 35 }])
})

t.test('a process that is killed after it sent and before it wrote that down sends the same message again', async (t) => {
  const receiver = await startReceiver(t, hang)
  const first = await startProcess(t, ground, localReceivers)
  const owner = await webhookOwner(ground, first.url)
  const { id, secret } = await owner.make(receiver)
  await owner.program.upload(await photo({ seed: 21 }))
  const [before] = await receiver.gets(1)
  first.child.kill('SIGKILL')
  await first.ended

  const delivered = () => ground.database.query('SELECT state, attempt FROM webhook_deliveries WHERE webhook_id = $1', [id])
  t.same((await delivered()).rows, [{ state: 'pending', attempt: 1 }])
  receiver.behave = answer(200)
  const { url } = await startService(t, ground, localReceivers)
  // As if the time of the claim had passed.
  await ground.database.query('UPDATE webhook_deliveries SET claimed_until = now() WHERE webhook_id = $1', [id])
  const [, after] = await receiver.gets(2)
  t.equal(after?.headers['webhook-id'], before?.headers['webhook-id'])
  t.equal(after?.body, before?.body)
  t.match(verified(secret, after!), { type: 'analysis.completed' })
  await eventually(async () => (await delivered()).rows[0]?.state === 'delivered')
  const response = await client(url, owner.key).send(`/v1/webhooks/${id}/deliveries`)
  const { deliveries } = (await response.json()) as { deliveries: Array<{ attempts: unknown[] }> }
  t.match(deliveries[0]?.attempts, [{ attempt: 1, durationMs: null, status: null }, { attempt: 2, status: 200 }], 'and leaves a trace')
})

t.test('a late attempt changes nothing of one that came after it', async (t) => {
  const { url } = await startService(t, ground, { ...localReceivers, ROLES: 'api' })
  const owner = await webhookOwner(ground, url)
  const { id } = await owner.make({ url: 'https://hooks.example/' })
  const { body: ping } = await owner.call('POST', `/${id}/ping`)
  const db = drizzle(ground.database, { schema })
  const early = await claimDelivery(db, ping.id)
  t.ok(early)
  t.equal(await claimDelivery(db, ping.id), undefined, 'one at a time')
  await ground.database.query('UPDATE webhook_deliveries SET claimed_until = now() WHERE id = $1', [ping.id])
  const late = await claimDelivery(db, ping.id)
  const outcome = { status: 200, error: null, answer: '', durationMs: 5, retryAfterMs: 0 }
  await recordOutcome(db, late!, outcome)
  await recordOutcome(db, early!, { ...outcome, status: 410, error: 'gone' })
  const [delivery] = await owner.deliveries(id)
  t.match(delivery, { state: 'delivered', attempts: [{ attempt: 1, status: 410 }, { attempt: 2, status: 200 }] })
  t.match((await owner.call('GET', `/${id}`)).body, { enabled: true })

  const { body: other } = await owner.call('POST', `/${id}/ping`)
  await recordOutcome(db, (await claimDelivery(db, other.id))!, { ...outcome, status: null, error: 'interrupted' })
  const { rows } = await ground.database.query('SELECT state, attempt, tries, next_attempt_at <= now() AS due FROM webhook_deliveries WHERE id = $1', [other.id])
  t.same(rows, [{ state: 'pending', attempt: 1, tries: 0, due: true }], 'one that we broke off ourselves costs no try')
})

t.test('on shutdown what is under way is finished, and nothing is taken up', async (t) => {
  const receiver = await startReceiver(t, (_request, response) => {
    setTimeout(() => answer(200)(_request, response), 700)
  })
  const service = await startProcess(t, ground, localReceivers)
  const owner = await webhookOwner(ground, service.url)
  const { id } = await owner.make(receiver)
  await owner.call('POST', `/${id}/ping`)
  await receiver.gets(1)
  service.child.kill('SIGTERM')
  t.same(await service.ended, { code: 0, signal: null })
  const { rows } = await ground.database.query('SELECT state, attempt FROM webhook_deliveries WHERE webhook_id = $1', [id])
  t.same(rows, [{ state: 'delivered', attempt: 1 }])
})
