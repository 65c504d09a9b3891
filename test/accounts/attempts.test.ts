import pino from 'pino'
import t from 'tap'
import { countAttempts, waitAfter, type Attempted } from '../../src/accounts/attempts.ts'
import { connectRedis } from '../../src/platform/redis.ts'
import { eventually } from '../harness/eventually.ts'
import { testRedis } from '../harness/servers.ts'

const rule = { free: 5, firstWaitMs: 1_000, maxWaitMs: 900_000, forgetMs: 60_000 }
const named = (name: string): Attempted => ({ name, rule })
const server = await testRedis(t)
const log = pino({ level: 'silent' })
const machines = [connectRedis(server.url, log), connectRedis(server.url, log)]
t.teardown(() => machines.forEach((redis) => redis.disconnect()))
await eventually(() => machines.every(({ status }) => status === 'ready'))
const [one, other] = machines.map(countAttempts) as [ReturnType<typeof countAttempts>, ReturnType<typeof countAttempts>]

t.test('the wait begins after a few, doubles, and does not grow for ever', async (t) => {
  const cases = [[1, 0], [4, 0], [5, 1_000], [6, 2_000], [7, 4_000], [14, 512_000], [15, 900_000], [5_000, 900_000]] as const
  for (const [count, waitMs] of cases) t.equal(waitAfter(count, rule), waitMs, String(count))
})

t.test('a hundred at once on two machines are as many as one after the other', async (t) => {
  const waits = await Promise.all(Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? one : other).count([named('guess')])))
  t.equal(waits.filter((wait) => wait === 0).length, 5)
  t.ok(waits.every((wait) => wait <= 1_000), String(Math.max(...waits)))
})

t.test('each further one waits twice as long', async (t) => {
  const quick = { name: 'quick', rule: { ...rule, firstWaitMs: 100 } }
  for (let n = 0; n < 5; n++) t.equal(await one.count([quick]), 0)
  for (const longest of [100, 200, 400]) {
    const wait = await other.count([quick])
    t.ok(wait > longest / 2 && wait <= longest, `${wait} of ${longest}`)
    await eventually(async () => (await one.count([quick])) === 0)
  }
})

t.test('what waits under one name counts under none', async (t) => {
  for (let n = 0; n < 5; n++) await one.count([named('full')])
  for (let n = 0; n < 10; n++) t.ok((await one.count([named('fresh'), named('full')])) > 0)
  t.equal(await one.count([named('fresh')]), 0)
})

t.test('one that is taken back has not been, and all can be forgotten', async (t) => {
  for (let n = 0; n < 20; n++) {
    t.equal(await one.count([named('back')]), 0)
    await other.takeBack(named('back'))
  }
  for (let n = 0; n < 5; n++) await one.count([named('back')])
  t.ok((await other.count([named('back')])) > 0)
  await other.forget(named('back'))
  t.equal(await one.count([named('back')]), 0)
})

t.test('without Redis each machine counts for itself', async (t) => {
  await server.stop()
  const waits = await Promise.all(Array.from({ length: 50 }, () => one.count([named('away')])))
  t.equal(waits.filter((wait) => wait === 0).length, 5)
  await one.takeBack(named('away'))
  t.equal(await one.count([named('away')]), 0)
  await one.forget(named('away'))
  t.equal(await one.count([named('away')]), 0)
  t.equal(await other.count([named('away')]), 0)
})
