import pino from 'pino'
import t, { type Test } from 'tap'
import { followEvents, type Message } from '../../src/events/follow.ts'
import type { Hub, Listener } from '../../src/events/hub.ts'
import { appendEvent, entriesAfter, newestPosition, streamKey } from '../../src/events/stream.ts'
import { connectRedis } from '../../src/platform/redis.ts'
import { eventually } from '../harness/eventually.ts'
import { testRedis } from '../harness/servers.ts'

const accountId = '0190b5a2-0000-7000-8000-000000000001'

/** Follows the account, with a hub that hears of nothing by itself: what is heard, and when, is up to the test. */
async function follow(t: Test) {
  const server = await testRedis(t)
  const redis = connectRedis(server.url, pino({ level: 'silent' }))
  t.teardown(() => redis.disconnect())
  await eventually(() => redis.status === 'ready')

  let listener: Listener | undefined
  const hub: Hub = {
    async listen(_accountId, listening) {
      listener = listening
      return () => undefined
    }
  }
  const heard: Message[] = []
  const place = await newestPosition(redis, accountId)
  const leave = await followEvents({
    redis,
    hub,
    accountId,
    lastEventId: place,
    send: (message) => heard.push(message),
    taken: async () => undefined,
    lost: (error) => t.fail(String(error)),
    accessChanged: () => undefined
  })
  t.teardown(leave)
  /** Appends an event; returns it as it would be heard. */
  const live = async (event: string) => {
    const previous = await newestPosition(redis, accountId)
    await appendEvent(redis, accountId, event)
    return { ...(await entriesAfter(redis, accountId, previous))![0]!, previous }
  }
  const events = () => heard.flatMap((message) => (message.event === undefined ? [message.data] : []))
  return { redis, listener: listener!, heard, live, events }
}

t.test('an event that comes in before the gap of a broken connection is closed waits for what was missed', async (t) => {
  // The order of things on a connection that comes back is a matter of luck: here it is the worst one.
  const { listener, live, events } = await follow(t)

  listener.entry(await live('first'))
  t.same(events(), ['first'], 'live')

  listener.broken!()
  await live('missed')
  // Subscribed again already, and not yet resumed.
  listener.entry(await live('third'))
  t.same(events(), ['first'], 'it waits')
  listener.resumed()
  await eventually(() => events().length >= 3)
  t.same(events(), ['first', 'missed', 'third'], 'and comes in its order')

  // It breaks again while the replay is under way.
  listener.broken!()
  await live('fourth')
  listener.resumed()
  listener.broken!()
  await live('fifth')
  listener.entry(await live('sixth'))
  listener.resumed()
  await eventually(() => events().includes('sixth'))
  t.same([...new Set(events())], ['first', 'missed', 'third', 'fourth', 'fifth', 'sixth'], 'nothing is left out')
  listener.entry(await live('seventh'))
  await eventually(() => events().at(-1) === 'seventh')
})

t.test('what was lost on its way is found by what comes after it, and the newest when it is looked for', async (t) => {
  const { live, listener, events, heard } = await follow(t)
  const before = heard.length
  listener.entry(await live('first'))
  const repeated = await live('second')
  listener.entry(repeated)
  t.same(events(), ['first', 'second'])

  await live('lost')
  listener.entry(await live('fourth'))
  await eventually(() => events().length >= 4)
  t.same(events(), ['first', 'second', 'lost', 'fourth'], 'in its order')

  await live('lost too')
  listener.mayHaveMissed!()
  await eventually(() => events().length >= 5)
  t.equal(events().at(-1), 'lost too')

  listener.mayHaveMissed!()
  listener.entry(repeated)
  listener.entry(await live('seventh'))
  await eventually(() => events().at(-1) === 'seventh')
  t.equal(heard.length - before, 6, 'nothing else was said, and what had come before came once')
})

t.test('a client under which the stream was emptied is told so, and of everything that has come in since', async (t) => {
  const { redis, listener, heard, live, events } = await follow(t)
  const before = await live('before')
  listener.entry(before)
  // Places are made of milliseconds: what comes into the emptied stream must not have the one of what was there.
  await eventually(async () => {
    const [seconds, microseconds] = (await redis.time()).map(Number) as [number, number]
    return seconds * 1_000 + microseconds / 1_000 >= Number(before.id.split('-')[0]) + 1
  })
  await redis.flushall()
  for (const event of ['first', 'second', 'third']) await appendEvent(redis, accountId, event)
  // It hears of the first when all of them stand in the stream already.
  const [[id]] = (await redis.xrange(streamKey(accountId), '-', '+')) as [[string, string[]]]
  listener.entry({ id, event: 'first', previous: 'none' })
  await eventually(() => events().length === 4)
  t.same(events(), ['before', 'first', 'second', 'third'])
  t.equal(heard.filter(({ event }) => event === 'reset').length, 1)
  listener.entry(await live('fourth'))
  t.same(events().at(-1), 'fourth', 'and goes on live')
})
