import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Signal } from '../../src/engine/types.ts'
import { quoted } from '../../src/language/sentence.ts'
import { mediaRoom } from '../../src/ledger/mediaRoom.ts'
import { photo } from '../engine/pictures.ts'
import { scriptedProvider } from '../harness/scriptedProvider.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { credentials, failure, plain, startSightengine } from '../harness/sightengine.ts'

const generated: Signal = {
  detector: 'metadata',
  code: 'looks_generated',
  supports: 'ai_generated',
  log10LikelihoodRatio: 2.5,
  log10Nfa: null,
  meaning: quoted('A model finds that it looks generated.'),
  measured: { probability: 0.97 },
  evidence: ['not-there.png']
}

/** A service that asks the scripted provider; `seed` makes each picture another one. */
async function withProvider(t: Parameters<typeof layGround>[0], env: Record<string, string> = {}) {
  const ground = await layGround(t)
  const { url } = await startService(t, ground, { ENGINE_PROVIDERS: scriptedProvider.path, ...env })
  const { key } = await makeAccount(ground)
  return { ground, ...client(url, key) }
}

t.test('what a provider sees counts in the verdict, under the provider’s own name', async (t) => {
  const { upload } = await withProvider(t)
  const bytes = await photo()
  let seen = ''
  scriptedProvider.does(async (media) => {
    seen = `${media.mediaType} ${createHash('sha256').update(media.bytes).digest('hex')}`
    return [generated]
  })
  const { body } = await upload(bytes, { prefer: 'wait=30' })
  t.equal(seen, `image/jpeg ${createHash('sha256').update(bytes).digest('hex')}`)
  t.match(body, { state: 'completed', verdict: 'ai_generated', degraded: null })
  t.match(body.summary, 'A model finds that it looks generated.')
  t.match(body.signals[0], { detector: 'scripted', code: 'looks_generated', evidence: { length: 0 } })
  t.ok(body.signals.length > 1 && body.evidence.length > 0, 'and the engine’s own findings stand beside it')

  const again = await upload(bytes)
  t.match(again.body, { state: 'completed', cached: true, verdict: 'ai_generated' })
})

t.test('a provider that throws, hangs or answers garbage makes the verdict degraded, and fails nothing', async (t) => {
  const { upload } = await withProvider(t, { ANALYSIS_DEADLINE_MS: '4500' })
  const cases: Record<string, { does: () => unknown; degraded: RegExp }> = {
    throws: { does: () => Promise.reject(new Error('https://provider.example/?secret=hunter2')), degraded: /^scripted could not be asked\.$/ },
    'throws at once': {
      does: () => {
        throw new Error('no promise')
      },
      degraded: /could not be asked/
    },
    hangs: { does: () => new Promise(() => {}), degraded: /did not answer in time/ },
    'answers no list': { does: async () => ({ signals: [] }), degraded: /could not be understood/ },
    'answers half a signal': { does: async () => [{ ...generated, meaning: undefined }], degraded: /could not be understood/ },
    'answers no number': { does: async () => [{ ...generated, log10LikelihoodRatio: NaN }], degraded: /could not be understood/ },
    'claims what it may not': { does: async () => [{ ...generated, supports: 'inconclusive' }], degraded: /could not be understood/ },
    'answers without end': { does: async () => Array.from({ length: 1_000 }, () => generated), degraded: /could not be understood/ }
  }
  let seed = 10
  for (const [name, { does, degraded }] of Object.entries(cases)) {
    scriptedProvider.does(does as () => Promise<Signal[]>)
    const bytes = await photo({ seed: seed++ })
    const { body } = await upload(bytes, { prefer: 'wait=30' })
    t.match(body, { state: 'completed', verdict: 'inconclusive', degraded, attempt: 1 }, name)

    scriptedProvider.does(async () => [generated])
    const again = await upload(bytes, { prefer: 'wait=30' })
    t.match(again.body, { cached: false, verdict: 'ai_generated', degraded: null }, 'and it is no answer to the same file later')
  }
})

t.test('a file that no engine can decode fails without waiting for the providers', async (t) => {
  const { upload } = await withProvider(t)
  const aborted = Promise.withResolvers<void>()
  scriptedProvider.does(async (_media, signal) => {
    await once(signal, 'abort')
    aborted.resolve()
    return [generated]
  })
  const garbage = Buffer.concat([(await photo()).subarray(0, 400), Buffer.alloc(4_000, 7)])
  const { body } = await upload(garbage, { prefer: 'wait=10' })
  t.match(body, { state: 'failed', failure: { code: 'undecodable_file' } })
  await aborted.promise
})

t.test('25 analyses wait for a provider at once beside a single thread', async (t) => {
  const { upload, get } = await withProvider(t)
  const all = Promise.withResolvers<void>()
  scriptedProvider.does(async () => {
    if (scriptedProvider.most() === 25) all.resolve()
    await Promise.race([all.promise, sleep(20_000, undefined, { ref: false })])
    await sleep(1_000)
    return []
  })
  const ids = await Promise.all(
    Array.from({ length: 30 }, async (_, seed) => (await upload(await photo({ width: 64, height: 48, seed: 100 + seed }))).body.id)
  )
  for (const id of ids) t.match(await get(id, 30), { state: 'completed', degraded: null, attempt: 1 })
  t.ok(scriptedProvider.most() >= 25, `${scriptedProvider.most()} at once`)
})

t.test('cancelling an analysis ends the provider’s call', async (t) => {
  const { upload, send } = await withProvider(t)
  const [asked, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  scriptedProvider.does(async (_media, signal) => {
    asked.resolve()
    await once(signal, 'abort')
    ended.resolve()
    throw signal.reason
  })
  const { body } = await upload(await photo({ seed: 200 }))
  await asked.promise
  const { status } = await send(`/v1/analyses/${body.id}/cancel`, { method: 'POST' })
  t.equal(status, 200)
  await ended.promise
})

t.test('a configured Sightengine is asked, and what it cannot say is told without its credentials', async (t) => {
  const ground = await layGround(t)
  const standIn = await startSightengine(t)
  const { url } = await startService(t, ground, standIn.env)
  const { key } = await makeAccount(ground)
  const { upload } = client(url, key)
  standIn.scores = { ai_generated: 0.99, deepfake: 0.01, ai_generators: { midjourney: 0.98 } }
  const found = await upload(await photo({ seed: 400 }), { prefer: 'wait=30' })
  t.match(found.body, { state: 'completed', verdict: 'ai_generated', degraded: null, summary: /Sightengine.*midjourney/ })
  t.match(found.body.engineVersion, /\+sightengine@/)
  t.match(standIn.asked, [{ path: '/1.0/check.json', media: { type: 'image/jpeg' } }])

  standIn.behave = failure('credentials_error', 401)
  const refused = await upload(await photo({ seed: 401 }), { prefer: 'wait=30' })
  t.match(refused.body, { state: 'completed', verdict: 'inconclusive', degraded: 'sightengine did not accept our credentials.', attempt: 1 })
  t.notMatch(JSON.stringify([found.body, refused.body]), new RegExp(`${credentials.user}|${credentials.secret}`))
})

t.test('whether a provider is left alone stands in the metrics', async (t) => {
  const ground = await layGround(t)
  const standIn = await startSightengine(t)
  const { url } = await startService(t, ground, standIn.env)
  const { key } = await makeAccount(ground)
  const { upload } = client(url, key)
  const gauge = async () => /^faketect_provider_circuit_open\{provider="sightengine"\} (.*)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1]
  t.equal(await gauge(), '0')
  standIn.behave = plain(404, '')
  for (let seed = 410; seed < 420; seed++) await upload(await photo({ width: 64, height: 48, seed }), { prefer: 'wait=30' })
  t.equal(await gauge(), '1')
  const { body } = await upload(await photo({ width: 64, height: 48, seed: 420 }), { prefer: 'wait=30' })
  t.match(body, { state: 'completed', degraded: /^sightengine has failed too often of late/ })
  t.equal(standIn.asked.length, 10)
})

t.test('who may have killed its process is asked about alone', async (t) => {
  const ground = await layGround(t)
  const { key } = await makeAccount(ground)
  const { url } = await startService(t, ground, { ROLES: 'api' })
  const { upload, get } = client(url, key)
  const pictures = await Promise.all([0, 1, 2, 3, 4].map((seed) => photo({ seed: 300 + seed })))
  const ids: string[] = []
  for (const bytes of pictures) ids.push((await upload(bytes)).body.id)
  // As a process that died at it has left it: begun once, and nothing heard since.
  await ground.database.query("UPDATE analyses SET state = 'processing', attempt = 1 WHERE id = $1", [ids[2]])

  let inside = 0
  const besides: Record<string, number[]> = { suspect: [], others: [] }
  scriptedProvider.does(async ({ bytes }) => {
    besides[pictures[2]!.equals(bytes) ? 'suspect' : 'others']!.push(inside++)
    await sleep(500)
    inside--
    return []
  })
  await startService(t, ground, { ROLES: 'worker', ENGINE_PROVIDERS: scriptedProvider.path })
  for (const [index, id] of ids.entries()) t.match(await get(id, 30), { state: 'completed', attempt: index === 2 ? 2 : 1 })
  t.same(besides.suspect, [0])
  t.ok(besides.others!.some((beside) => beside > 0), 'and the others side by side')
})

t.test('files are read as there is room for them, in the order in which they come', async (t) => {
  const room = mediaRoom(100)
  const never = new AbortController().signal
  const order: string[] = []
  let inside = 0
  const hold = (name: string, bytes: number, signal = never) =>
    room.hold(bytes, signal, async () => {
      inside += Math.min(bytes, 100)
      t.ok(inside <= 100, `${name} fits`)
      order.push(name)
      await sleep(20)
      inside -= Math.min(bytes, 100)
    })
  const gaveUp = new AbortController()
  const first = [hold('a', 60), hold('b', 30)]
  const impatient = hold('impatient', 60, gaveUp.signal)
  const rest = [hold('huge', 1_000), hold('small', 1)]
  gaveUp.abort(new Error('gave up'))
  await t.rejects(impatient, { message: 'gave up' })
  await Promise.all([...first, ...rest])
  t.same(order, ['a', 'b', 'huge', 'small'], 'a small one does not overtake a large one')
  await t.rejects(hold('late', 1, gaveUp.signal), { message: 'gave up' })
})
