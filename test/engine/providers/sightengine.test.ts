import { createHash } from 'node:crypto'
import pino from 'pino'
import t from 'tap'
import { consult } from '../../../src/engine/providers/consult.ts'
import type { ProviderMedia } from '../../../src/engine/providers/provider.ts'
import { sightengine } from '../../../src/engine/providers/sightengine.ts'
import { eventually } from '../../harness/eventually.ts'
import {
  credentials, endless, failure, hang, plain, reset, right, slow, startSightengine, truncated, type Behaviour
} from '../../harness/sightengine.ts'
import { opinionsInEnglish } from '../../language/inEnglish.ts'

const never = new AbortController().signal
const picture = (sizeBytes = 1_000): ProviderMedia => ({ bytes: new Uint8Array(sizeBytes).fill(7), mediaType: 'image/jpeg' })
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A provider with short pauses, and the stand-in that it asks. */
async function asking(t: Parameters<typeof startSightengine>[0], options: { secret?: string; restMs?: number } = {}) {
  const standIn = await startSightengine(t)
  const { secret = credentials.secret, restMs = 200 } = options
  const provider = sightengine({ url: standIn.url, user: credentials.user, secret }, { retryMs: 10, restMs })
  t.teardown(() => provider.close?.())
  const ask = async (media = picture(), timeoutMs = 5_000, signal = never) => opinionsInEnglish(await consult([provider], media, timeoutMs, signal))
  return { standIn, provider, ask }
}

t.test('a picture is sent as it is, and the scores come back as one signal each, with the generator named', async (t) => {
  const { standIn, ask } = await asking(t)
  const media = picture(3_000_000)
  standIn.scores = { ai_generated: 0.99, deepfake: 0.9, ai_generators: { midjourney: 0.95, flux: 0.01, gpt: 0.03 } }
  const { signals, silent } = await ask(media)
  t.same(silent, [])
  t.match(standIn.asked, [{ path: '/1.0/check.json', models: 'genai,deepfake', media: { type: 'image/jpeg', sha256: sha256(media.bytes) } }])
  t.match(signals, [
    { detector: 'sightengine', code: 'looks_generated', supports: 'ai_generated', log10Nfa: null, meaning: /0\.99 out of 1.*midjourney/ },
    { detector: 'sightengine', code: 'looks_like_a_deepfake', supports: 'manipulated', log10Nfa: null, meaning: /faces.*0\.90 out of 1/ }
  ])
  t.equal(signals[0]!.log10LikelihoodRatio.toFixed(2), '2.00', 'the score of 0.99 counts for 99')
  t.equal(signals[1]!.log10LikelihoodRatio.toFixed(2), '0.95')
  t.match(signals[0]!.measured, { scores: { ai_generated: 0.99, deepfake: 0.9 }, generators: { midjourney: 0.95 } })
})

t.test('a picture that no model objects to gives one signal, which moves nothing', async (t) => {
  const { standIn, ask } = await asking(t)
  standIn.scores = { ai_generated: 0, deepfake: 0.2 }
  const { signals } = await ask()
  t.match(signals, [{ code: 'nothing_found', supports: null, log10LikelihoodRatio: 0, meaning: /does not mean that it is genuine/ }])
  t.equal(signals.length, 1)
  t.notMatch(signals[0]!.meaning, /0\.00/, 'and no score reads as certain')
})

t.test('a short video is sent whole and judged by the median of its moments', async (t) => {
  const { standIn, ask } = await asking(t)
  const media: ProviderMedia = { ...picture(), mediaType: 'video/mp4', sampled: { durationSeconds: 59, stills: [] } }
  standIn.scoreOfSecond = () => 0.97
  const generated = await ask(media)
  t.match(standIn.asked, [{ path: '/1.0/video/check-sync.json', media: { type: 'video/mp4', sha256: sha256(media.bytes) } }])
  t.match(generated.signals, [{ code: 'looks_generated', measured: { momentsAsked: 5, moments: [{ atSeconds: 0, ai_generated: 0.97 }, { atSeconds: 1 }] } }])

  standIn.scoreOfSecond = (second) => (second === 3 ? 0.99 : 0.02)
  const flickers = await ask(media)
  t.match(flickers.signals, [{ code: 'nothing_found', supports: null, meaning: /At 1 of 5 moments/, measured: { peaks: { ai_generated: 0.99 } } }])
})

t.test('of a long or a large video ten stills are sent, and half of them may fail', async (t) => {
  const { standIn, ask } = await asking(t)
  const stills = Array.from({ length: 30 }, (_, n) => ({ atSeconds: n * 4, jpeg: new Uint8Array(100).fill(n) }))
  const media: ProviderMedia = { ...picture(), mediaType: 'video/mp4', sampled: { durationSeconds: 120, stills } }
  standIn.scores = { ai_generated: 0.98, deepfake: 0.01 }
  const whole = await ask(media)
  t.equal(standIn.asked.length, 10)
  t.ok(standIn.asked.every(({ path, media }) => path === '/1.0/check.json' && media.bytes.length === 100))
  t.match(whole.signals, [{ code: 'looks_generated', measured: { momentsAsked: 10 } }])

  const large: ProviderMedia = { ...picture(50_000_000), mediaType: 'video/mp4', sampled: { durationSeconds: 10, stills } }
  t.match((await ask(large)).signals, [{ measured: { momentsAsked: 10 } }])

  let n = 0
  standIn.behave = (response, right) => (n++ % 2 === 0 ? right() : failure('media_error')(response, right))
  t.match((await ask(media)).signals, [{ measured: { momentsAsked: 5 } }])
  n = 0
  standIn.behave = (response, right) => (n++ < 4 ? right() : failure('media_error')(response, right))
  t.match(await ask(media), { signals: { length: 0 }, silent: [{ reason: 'sightengine could not read the file.' }] })
  t.match(await ask({ ...media, sampled: { durationSeconds: 120, stills: [] } }), { silent: [{ reason: 'sightengine could not read the file.' }] })
})

t.test('each failure is told in a sentence of ours; those that may pass are asked again', async (t) => {
  const cases: Record<string, { does: Behaviour; reason: RegExp; requests: number }> = {
    argument_error: { does: failure('argument_error'), reason: /did not accept the request/, requests: 1 },
    callback_error: { does: failure('callback_error'), reason: /did not accept the request/, requests: 1 },
    request_error: { does: failure('request_error'), reason: /did not accept the request/, requests: 1 },
    credentials_error: { does: failure('credentials_error', 401), reason: /did not accept our credentials/, requests: 1 },
    media_error: { does: failure('media_error'), reason: /could not read the file/, requests: 1 },
    plan_error: { does: failure('plan_error', 402), reason: /our allowance is used up/, requests: 1 },
    usage_limit: { does: failure('usage_limit', 429), reason: /our allowance is used up/, requests: 1 },
    api_error: { does: failure('api_error', 500), reason: /something is wrong with it/, requests: 4 },
    'api_error with a status of success': { does: failure('api_error', 200), reason: /something is wrong with it/, requests: 4 },
    unknown_error: { does: failure('unknown_error', 500), reason: /something is wrong with it/, requests: 4 },
    'a type of tomorrow': { does: failure('toString', 400), reason: /did not accept the request/, requests: 1 },
    '429 without a body': { does: plain(429, ''), reason: /too busy/, requests: 4 },
    '503': { does: plain(503, 'later'), reason: /too busy/, requests: 4 },
    '502 of something in between': { does: plain(502, '<h1>Bad gateway</h1>'), reason: /something is wrong with it/, requests: 4 },
    'a reset connection': { does: reset, reason: /could not be reached/, requests: 4 },
    'a truncated answer': { does: truncated, reason: /could not be reached/, requests: 4 },
    'an answer without end': { does: endless, reason: /could not be understood/, requests: 1 },
    'half a JSON': { does: plain(200, '{"status":"success","type":{', { 'content-type': 'application/json' }), reason: /could not be understood/, requests: 1 },
    'JSON of another kind': { does: plain(200, '{"status":"success","type":{"ai_generated":"high"}}', { 'content-type': 'application/json' }), reason: /could not be understood/, requests: 1 },
    'a score beyond its scale': { does: plain(200, '{"status":"success","type":{"ai_generated":99}}', { 'content-type': 'application/json' }), reason: /could not be understood/, requests: 1 },
    'JSON that says it is a page': { does: plain(200, '{"status":"success","type":{"ai_generated":0.9}}'), reason: /could not be understood/, requests: 1 },
    'a page': { does: plain(200, '<h1>Welcome</h1>'), reason: /could not be understood/, requests: 1 },
    'a redirect': { does: plain(307, '', { location: 'http://127.0.0.1:9/elsewhere' }), reason: /could not be understood/, requests: 1 }
  }
  for (const [name, { does, reason, requests }] of Object.entries(cases)) {
    const { standIn, ask } = await asking(t)
    standIn.behave = does
    const { signals, silent } = await ask()
    t.same(signals, [], name)
    t.match(silent, [{ provider: 'sightengine', reason }], name)
    t.equal(standIn.asked.length, requests, `${name}: ${requests} requests`)
    const told = JSON.stringify([silent.map(({ reason }) => reason), pino.stdSerializers.err(silent[0]!.error as Error)])
    t.notMatch(told, new RegExp(`${credentials.user}|${credentials.secret}`), `${name}: no credentials in what is logged and told`)
  }
})

t.test('wrong credentials are refused by the stand-in itself', async (t) => {
  const { ask } = await asking(t, { secret: 'wrong' })
  t.match(await ask(), { silent: [{ reason: 'sightengine did not accept our credentials.' }] })
})

t.test('what passes is overcome', async (t) => {
  for (const [name, does] of Object.entries({ '429': failure('usage_limit', 429, { 'retry-after': '0' }), '500': plain(500, ''), reset, truncated })) {
    const { standIn, ask } = await asking(t)
    standIn.behave = (response, answer) => {
      standIn.behave = right
      ;(name === '429' ? plain(429, '') : does)(response, answer)
    }
    t.match(await ask(), { signals: [{ code: 'nothing_found' }], silent: { length: 0 } }, name)
    t.equal(standIn.asked.length, 2)
  }
})

t.test('Retry-After is waited for where there is time, and not begun where there is not', async (t) => {
  const { standIn, ask } = await asking(t)
  const times: number[] = []
  const busy = (seconds: string): Behaviour => (response, answer) => {
    times.push(performance.now())
    standIn.behave = (_response, answer) => {
      times.push(performance.now())
      answer()
    }
    failure('usage_limit', 429, { 'retry-after': seconds })(response, answer)
  }
  standIn.behave = busy('1')
  t.match(await ask(), { silent: { length: 0 } })
  t.ok(times[1]! - times[0]! >= 950, 'the second request came after the second that was asked for')

  standIn.behave = busy('60')
  const before = standIn.asked.length
  t.match(await ask(picture(), 20_000), { silent: [{ reason: 'sightengine was too busy to answer.' }] })
  t.equal(standIn.asked.length, before + 1)
})

t.test('a slow answer is an answer; one that does not come in time ends the request, and is asked for once', async (t) => {
  const { standIn, ask } = await asking(t)
  standIn.behave = slow(300)
  t.match(await ask(), { silent: { length: 0 } })
  standIn.behave = hang
  const before = standIn.asked.length
  t.match(await ask(picture(), 300), { signals: { length: 0 }, silent: [{ reason: 'sightengine did not answer in time.' }] })
  t.equal(standIn.asked.length, before + 1)
  await eventually(() => standIn.underWay === 0)
  t.pass('and its connection is closed')
})

t.test('a large file that is answered by 429 before it is there is sent again', async (t) => {
  const { standIn, ask } = await asking(t)
  standIn.early = (response, answer) => {
    standIn.early = undefined
    plain(429, '')(response, answer)
  }
  const media = picture(20_000_000)
  t.match(await ask(media), { silent: { length: 0 } })
  t.match(standIn.asked, [{ media: { sha256: sha256(media.bytes) } }])
})

t.test('an analysis that is cancelled closes its connection, and says nothing of the provider', async (t) => {
  const { standIn, ask, provider } = await asking(t)
  standIn.behave = hang
  for (let n = 0; n < 12; n++) {
    const cancelled = new AbortController()
    const asked = ask(picture(), 5_000, cancelled.signal)
    await eventually(() => standIn.underWay === 1)
    cancelled.abort(new Error('cancelled'))
    await t.rejects(asked, { message: 'cancelled' })
    await eventually(() => standIn.underWay === 0)
  }
  t.equal(provider.circuit?.(), 'closed')
})

t.test('the circuit opens, lets one try, and closes', async (t) => {
  const { standIn, ask, provider } = await asking(t, { restMs: 400 })
  standIn.behave = plain(500, '')
  await Promise.all(Array.from({ length: 25 }, () => ask()))
  t.equal(provider.circuit?.(), 'open')
  const requests = standIn.asked.length
  t.match(await ask(), { silent: [{ reason: 'sightengine has failed too often of late and is left alone for a while.' }] })
  t.equal(standIn.asked.length, requests, 'nobody is asked meanwhile')

  standIn.behave = slow(200)
  await eventually(async () => {
    const opinions = await Promise.all([ask(), ask(), ask()])
    return opinions.some(({ signals }) => signals.length > 0)
  })
  t.equal(standIn.asked.length, requests + 1, 'one request tried it, the others went on without')
  t.equal(provider.circuit?.(), 'closed')
  t.match(await ask(), { silent: { length: 0 } })
})
