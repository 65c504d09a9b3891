import { Command, Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { startReceiver } from '../harness/receiver.ts'
import { client, layGround } from '../harness/service.ts'
import { startWithReceivers, webhookOwner } from '../webhooks/webhooks.ts'

const ground = await layGround(t)

t.test('every key has a hash tag, and every command and every script touches those of one', async (t) => {
  const redis = new Redis(ground.redis.url)
  const watching = await redis.monitor()
  t.teardown(() => {
    watching.disconnect()
    redis.disconnect()
  })
  const seen: Array<{ args: string[]; byScript: boolean }> = []
  watching.on('monitor', (_at: string, args: string[], source: string) => seen.push({ args, byScript: source === 'lua' }))

  const { url } = await startWithReceivers(t, ground)
  await doEverything(t, url)
  await eventually(() => seen.some(({ args }) => args[0]!.toLowerCase() === 'zrem'))

  const names = new Set<string>()
  const tags = new Set<string>()
  /** What the last command that came from outside touched: what a script does comes after the script. */
  let outer: Set<string> = new Set()
  for (const { args, byScript } of seen) {
    const [name = '', ...rest] = args
    names.add(name.toLowerCase())
    const keys = new Command(name, rest).getKeys().map(String)
    const touched = new Set(keys.map((key) => /\{([^}]+)\}/.exec(key)?.[1] ?? `no tag: ${key}`))
    for (const tag of touched) tags.add(tag)
    if (!byScript) outer = touched
    const untagged = [...touched].filter((tag) => tag.startsWith('no tag'))
    const all = byScript ? outer.union(touched) : touched
    if (untagged.length > 0 || all.size > 1) t.fail(args.join(' ').slice(0, 200), { touched: [...all] })
  }
  t.ok(['eval', 'evalsha', 'bzpopmin', 'xadd', 'xrange', 'zadd', 'hset', 'incr', 'incrby'].every((name) => names.has(name)), 'it was all there to see')
  t.ok(['ledger', 'webhooks', 'auth', 'attempts', '127.0.0.1'].every((tag) => tags.has(tag)))
})

/** Whatever of the service speaks with Redis. */
async function doEverything(t: Test, url: string): Promise<void> {
  const owner = await webhookOwner(ground, url)
  const receiver = await startReceiver(t)
  await owner.make(receiver)
  const listener = await listen(t, url, owner.key)
  const { body } = await owner.program.upload(await photo(), { prefer: 'wait=20' })
  await receiver.gets(1)
  await listener.hears(body.id, 'analysis.completed')
  const returning = await listen(t, url, owner.key, listener.messages[0]!.id)
  await returning.hears(body.id, 'analysis.completed')
  await owner.program.send('/v1/usage')
  const second = await owner.program.upload(await photo({ seed: 2 }))
  await owner.program.send(`/v1/analyses/${second.body.id}/cancel`, { method: 'POST' })
  await owner.program.send(`/v1/analyses/${body.id}`, { method: 'DELETE' })

  const json = (body: object) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const session = await fetch(`${url}/v1/session`, json({ key: owner.key }))
  const cookie = session.headers.get('set-cookie')!.split(';')[0]!
  await fetch(`${url}/v1/session`, json({ email: 'nobody@faketect.example', password: 'not the password' }))
  await fetch(`${url}/v1/session`, { headers: { cookie } })
  await client(url, 'no key').send('/v1/session')
  await fetch(`${url}/v1/session`, { method: 'DELETE', headers: { cookie, origin: url } })
  await fetch(`${url}/readyz`)
  returning.close()
}
