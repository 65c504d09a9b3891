import { once } from 'node:events'
import { Worker } from 'bullmq'
import pino from 'pino'
import t from 'tap'
import { checkRedis, connectBlockingRedis, connectRedis, connectSubscriber } from '../../src/platform/redis.ts'
import { eventually } from '../harness/eventually.ts'
import { startRedisCluster } from '../harness/redisCluster.ts'

const log = pino({ level: 'silent' })
const cluster = await startRedisCluster(t)

t.test('a command for a node that is gone fails soon on one connection, and waits for it on the other', async (t) => {
  const requests = connectRedis(cluster.url, log)
  const blocking = connectBlockingRedis(cluster.url, log)
  t.teardown(() => {
    requests.disconnect()
    blocking.disconnect()
  })
  await eventually(() => requests.status === 'ready' && blocking.status === 'ready')
  await blocking.set('{ledger}:key', 'before')
  await checkRedis(requests)

  const node = await cluster.ownerOf('ledger')
  await node.kill()
  await t.rejects(requests.get('{ledger}:key'))
  const waiting = blocking.set('{ledger}:key', 'after')
  await cluster.becomes('fail')
  await t.rejects(requests.get('{ledger}:key'))
  await t.rejects(checkRedis(requests), 'it is not well')

  await node.start()
  t.equal(await waiting, 'OK')
  await eventually(async () => (await requests.get('{ledger}:key').catch(() => undefined)) === 'after')
  await cluster.becomes('ok')
  await checkRedis(requests)
})

t.test('when all of the cluster is gone a request fails at once, and all is well when it is back', async (t) => {
  const requests = connectRedis(cluster.url, log)
  t.teardown(() => requests.disconnect())
  await eventually(() => requests.status === 'ready')
  await cluster.stop()
  await t.rejects(requests.get('{ledger}:key'))
  await eventually(() => requests.status !== 'ready')
  await t.rejects(requests.get('{ledger}:key'), { message: /isn't ready/ })
  await cluster.start()
  await eventually(async () => (await requests.set('{ledger}:key', '1').catch(() => undefined)) === 'OK')
})

t.test('a worker closes while the cluster is away when its connection is given up, and right after it is back', async (t) => {
  // Between two tries to connect, or in the midst of one: that is a matter of luck.
  for (const isBack of [false, true, true, true]) {
    const redis = connectBlockingRedis(cluster.url, log)
    const worker = new Worker('jobs', async () => undefined, { connection: redis, prefix: '{test}' })
    let isLost = false
    worker.on('error', () => (isLost = true))
    await worker.waitUntilReady()
    await cluster.stop()
    await eventually(() => isLost)
    if (isBack) await cluster.start()
    const closed = worker.close()
    if (!isBack) redis.disconnect()
    await closed
    redis.disconnect()
    if (!isBack) await cluster.start()
    t.pass(isBack ? 'back' : 'away')
  }
})

t.test('a connection that is given up before it knows its nodes ends, and answers what waited for it', async (t) => {
  const redis = connectBlockingRedis(cluster.url, log)
  const asked = redis.get('{test}')
  const ended = once(redis, 'end')
  t.equal(redis.status, 'connecting')
  redis.disconnect()
  await t.rejects(asked)
  await ended
  t.equal(redis.status, 'end')
})

t.test('a subscriber whose node is gone hears from another one', async (t) => {
  const subscriber = connectSubscriber(cluster.url, log, 8_000)
  const publisher = connectRedis(cluster.url, log)
  t.teardown(() => {
    subscriber.disconnect()
    publisher.disconnect()
  })
  const heard = new Set<string>()
  subscriber.on('message', (_channel, message) => heard.add(message))
  await subscriber.subscribe('{account}:events')
  await eventually(() => publisher.status === 'ready')
  await publisher.publish('{account}:events', 'first')
  await eventually(() => heard.has('first'))

  const node = cluster.nodes.find(({ port }) => port === subscriber.options.port)!
  await node.kill()
  await eventually(() => subscriber.status === 'ready' && subscriber.options.port !== node.port)
  await node.start()
  await cluster.becomes('ok')
  await eventually(async () => {
    await publisher.publish('{account}:events', 'second').catch(() => undefined)
    return heard.has('second')
  })
})
