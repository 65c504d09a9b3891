import pino from 'pino'
import t from 'tap'
import { connectRedis } from '../../src/platform/redis.ts'
import { within } from '../../src/platform/within.ts'
import { eventually } from '../harness/eventually.ts'
import { testRedis } from '../harness/servers.ts'

/** Keeps the thread from everything else, as a crowd of requests does. */
function occupy(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

t.test('an answer that lies there unread when the time is up counts: it was this process that was late', async (t) => {
  const server = await testRedis(t)
  const redis = connectRedis(server.url, pino({ level: 'silent' }))
  t.teardown(() => redis.disconnect())
  await eventually(() => redis.status === 'ready')
  for (let n = 0; n < 20; n++) {
    const answer = within(20, redis.ping(), 'late')
    // The command is on its way only when the thread has let go of it once.
    setImmediate(occupy, 60)
    t.equal(await answer, 'PONG')
  }
})

t.test('what never answers is given up, and what fails has failed before that', async (t) => {
  await t.rejects(within(10, new Promise(() => undefined), 'late'), { message: 'late' })
  await t.rejects(within(10_000, Promise.reject(new Error('broken')), 'late'), { message: 'broken' })
})
