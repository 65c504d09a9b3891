import { Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import pino from 'pino'
import t from 'tap'
import { connectBlockingRedis } from '../../src/platform/redis.ts'
import { eventually } from '../harness/eventually.ts'
import { testRedis } from '../harness/servers.ts'

const log = pino({ level: 'silent' })

t.test('a connection that is given up while it waits for Redis ends, and answers what was under way', async (t) => {
  const server = await testRedis(t)
  for (const afterTries of [0, 2]) {
    const first = connectBlockingRedis(server.url, log) as Redis
    // BullMQ blocks on a duplicate.
    const redis = first.duplicate()
    let tries = -1
    redis.on('error', () => undefined)
    redis.on('reconnecting', () => tries++)
    await eventually(() => redis.status === 'ready')
    const waiting = redis.blpop('nothing', 0)
    waiting.catch(() => undefined)
    await server.stop()
    await eventually(() => tries >= afterTries && redis.status === 'reconnecting')
    redis.disconnect()
    await t.rejects(waiting, /closed/i, `after ${afterTries} further tries`)
    t.equal(redis.status, 'end')
    first.disconnect()
    await server.start()
  }
})

t.test('a worker closes while Redis is away, and right after it is back', async (t) => {
  const server = await testRedis(t)
  for (const isBack of [false, true]) {
    const redis = connectBlockingRedis(server.url, log)
    const worker = new Worker('jobs', async () => undefined, { connection: redis, prefix: '{test}' })
    worker.on('error', () => undefined)
    await worker.waitUntilReady()
    await server.stop()
    await eventually(() => redis.status === 'reconnecting')
    if (isBack) await server.start()
    await worker.close()
    redis.disconnect()
    if (!isBack) await server.start()
    t.pass(isBack ? 'back' : 'away')
  }
})
