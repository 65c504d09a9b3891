import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { startProcess } from '../harness/process.ts'
import { client, layGround, makeAccount } from '../harness/service.ts'
import { fatalWords } from './fatalProvider.ts'
import { startSentry, type SentEvent } from './sentry.ts'

/** Stands in everything that must not be told to anybody. */
const marker = 'MARKER0marker1MARKER2marker3MARKER4x'

const ground = await layGround(t)
const sentry = await startSentry(t)
const { child, ended, url } = await startProcess(t, ground, {
  SENTRY_DSN: sentry.dsn,
  LOG_LEVEL: 'error',
  ENGINE_PROVIDERS: `${import.meta.dirname}/fatalProvider.ts`,
  STRIPE_SECRET_KEY: `sk_test_${marker}`,
  STRIPE_WEBHOOK_SECRET: `whsec_${marker}`,
  STRIPE_PRICE_PRO: 'price_pro',
  STRIPE_PRICE_PREMIUM: 'price_premium'
})
const { key, accountId } = await makeAccount(ground)
const { send, upload, get } = client(url, key)
const frames = (event: SentEvent) => event.exception?.values.flatMap(({ stacktrace }) => stacktrace?.frames ?? []) ?? []

t.test('a request that fails by a fault of ours is reported once, with its id, its account and the release', async (t) => {
  await ground.database.query("ALTER TABLE analyses ADD CONSTRAINT refused CHECK (file_name NOT LIKE '%MARKER%')")
  const { response } = await upload(await photo(), { name: `${marker} on the beach.jpg` })
  await ground.database.query('ALTER TABLE analyses DROP CONSTRAINT refused')
  t.equal(response.status, 500)
  const [event] = await sentry.gets(1)
  t.match(event, {
    level: 'error',
    release: 'faketect@0.1.0',
    environment: 'production',
    user: { id: accountId },
    tags: { requestId: response.headers.get('x-request-id')!, code: 'internal_error', route: 'POST /v1/analyses' },
    extra: { message: 'The request failed' }
  })
  const values = event!.exception!.values.map(({ value }) => value)
  t.ok(values.some((value) => value.startsWith('Failed query: insert into "analyses"') && !value.includes('params')), values.join('; '))
  t.ok(values.some((value) => value.includes('violates check constraint "refused"')), `its cause is told as well: ${values.join('; ')}`)
  t.ok(frames(event!).some(({ filename }) => filename.includes('src/intake/')), 'with where it happened')
})

t.test('an attempt that breaks off, and a thread that is replaced, are reported once, with the ids of the upload', async (t) => {
  for (const what of ['throw', 'exit']) {
    const before = sentry.events.length
    const { body, response } = await upload(await photo({ description: `hostile: ${what}`, seed: 2 }), { name: `${marker}.jpg` })
    await get(body.id, 30)
    const events = await sentry.gets(before + 1)
    t.match(events.at(-1), {
      user: { id: accountId },
      tags: { requestId: response.headers.get('x-request-id')!, analysisId: body.id, attempt: '1', failure: 'engine_crashed' },
      extra: { message: 'The analysis failed', detail: /broke off/ }
    })
  }
})

t.test('what is expected is not reported: refusals, bad files, somebody who gives up', async (t) => {
  const before = sentry.events.length
  const bad = await upload(Buffer.concat([(await photo()).subarray(0, 400), Buffer.alloc(4_000)]))
  t.match(await get(bad.body.id, 30), { state: 'failed' })
  t.equal((await fetch(`${url}/v1/analyses?token=${marker}`, { headers: { authorization: `Bearer ft_live_${marker}`, cookie: `ft_session=${marker}` } })).status, 401)
  t.equal((await send(`/v1/analyses/${marker}`)).status, 404)
  t.equal((await upload(Buffer.from(marker))).response.status, 415)
  const slow = await upload(await photo({ description: 'hostile: slow 20000', seed: 3 }))
  t.equal((await send(`/v1/analyses/${slow.body.id}/cancel`, { method: 'POST' })).status, 200)
  // Reports are sent in their order: when this one has come, all before it have.
  const { body } = await upload(await photo({ description: 'hostile: throw', seed: 4 }))
  await get(body.id, 30)
  const events = await sentry.gets(before + 1)
  t.same(events.slice(before).map(({ tags }) => tags.analysisId), [body.id])
})

t.test('an exception that nobody catches is reported before the process ends', async (t) => {
  const before = sentry.events.length
  await upload(await photo({ description: fatalWords, seed: 5 }), { name: `${marker}.jpg` })
  t.match(await ended, { code: 1 })
  t.equal(child.exitCode, 1)
  t.equal(sentry.events.length, before + 1)
  t.match(sentry.events.at(-1), { level: 'fatal', release: 'faketect@0.1.0', exception: { values: [{ value: 'nobody catches this, for …@… at …' }] } })
})

t.test('an attempt whose process died is reported by the one that finds it, and told from a service that was asked to stop', async (t) => {
  const before = sentry.events.length
  const next = await startProcess(t, ground, { SENTRY_DSN: sentry.dsn, LOG_LEVEL: 'error', SENTRY_ENVIRONMENT: 'staging', SENTRY_RELEASE: 'faketect@next' })
  const events = await sentry.gets(before + 1)
  t.match(events.at(-1), { release: 'faketect@next', environment: 'staging', message: /^The attempt before has ended without a word/, tags: { analysisId: String } })
  next.child.kill('SIGTERM')
  t.match(await next.ended, { code: 0 })
  t.equal(sentry.events.length, before + 1)
})

t.test('nothing that people sent is in any of it: no names of files, no addresses, no secrets', async (t) => {
  const raw = sentry.raw.join('\n')
  t.ok(sentry.events.length >= 5)
  for (const told of [marker, key, 'on the beach', '.jpg', 'somebody@people.example', '203.0.113.7', 'authorization', 'cookie', 'breadcrumbs']) {
    t.notOk(raw.includes(told), told)
  }
})
