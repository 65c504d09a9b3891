import t from 'tap'
import { consult } from '../../../src/engine/providers/consult.ts'
import { httpDetector } from '../../../src/engine/providers/httpDetector.ts'
import { answer, startReceiver, type Behaviour } from '../../harness/receiver.ts'
import { opinionsInEnglish } from '../../language/inEnglish.ts'

const never = new AbortController().signal
const media = { bytes: new Uint8Array([104, 101, 108, 108, 111]), mediaType: 'image/webp' }

async function asking(t: Parameters<typeof startReceiver>[0], { token, falseAlarmRate = 0.1 }: { token?: string; falseAlarmRate?: number } = {}) {
  const server = await startReceiver(t)
  const provider = httpDetector({ url: new URL(`${server.url}?v=2`), token, falseAlarmRate }, { retryMs: 5 })
  t.teardown(() => provider.close?.())
  return { server, ask: async () => opinionsInEnglish(await consult([provider], media, 3_000, never)) }
}

const says = (body: object): Behaviour => answer(200, { 'content-type': 'application/json' }, JSON.stringify(body))

t.test('a model server gets the file as it is, and its score, model and regions are shown', async (t) => {
  const { server, ask } = await asking(t, { token: 'tok-4711' })
  server.behave = says({ score: 0.97, model: 'sieve 3', regions: [{ x: 1, y: 2, width: 30, height: 40, score: 0.9, secret: 'x' }], further: [1] })
  const { signals, silent } = await ask()
  t.same(silent, [])
  t.match(server.received, [
    {
      method: 'POST',
      path: '/hook?v=2',
      body: 'hello',
      headers: { 'content-type': 'image/webp', 'content-length': '5', accept: 'application/json', authorization: 'Bearer tok-4711' }
    }
  ])
  t.match(signals, [{ detector: 'http_detector', code: 'looks_ai_generated', supports: 'ai_generated', log10Nfa: null, meaning: /“sieve 3”.*0\.97 out of 1/ }])
  t.equal((10 ** signals[0]!.log10LikelihoodRatio).toFixed(2), '9.00', 'one in ten is a false alarm as long as nobody has measured it')
  t.same(signals[0]!.measured.regions, [{ x: 1, y: 2, width: 30, height: 40, score: 0.9 }])
})

t.test('its label says what the score speaks for; any other is shown and counts for nothing', async (t) => {
  const { server, ask } = await asking(t, { falseAlarmRate: 0.01 })
  server.behave = says({ score: 0.99, label: 'manipulated', model: 'm' })
  t.match((await ask()).signals, [{ code: 'looks_manipulated', supports: 'manipulated', log10Nfa: null }])
  for (const label of ['a cat', 'constructor', 'inconclusive']) {
    server.behave = says({ score: 0.99, label, model: 'm' })
    t.match((await ask()).signals, [{ code: 'score', supports: null, log10LikelihoodRatio: 0, meaning: new RegExp(`“${label}”`) }])
  }
  server.behave = says({ score: 0.4, model: 'm' })
  t.match((await ask()).signals, [{ code: 'score', supports: null, log10LikelihoodRatio: 0 }])
})

t.test('415 says that nothing is missing; every other status has a sentence', async (t) => {
  const { server, ask } = await asking(t)
  server.behave = answer(415)
  t.same(await ask(), { signals: [], silent: [] })
  const cases: Record<number, [reason: RegExp, requests: number]> = {
    200: [/could not be understood/, 1],
    204: [/could not be understood/, 1],
    302: [/could not be understood/, 1],
    400: [/could not read the file/, 1],
    401: [/did not accept our credentials/, 1],
    403: [/did not accept our credentials/, 1],
    404: [/did not accept the request/, 1],
    413: [/could not read the file/, 1],
    422: [/could not read the file/, 1],
    429: [/too busy/, 4],
    500: [/something is wrong with it/, 4],
    503: [/too busy/, 4]
  }
  for (const [status, [reason, requests]] of Object.entries(cases)) {
    const { server, ask } = await asking(t)
    server.behave = answer(Number(status), { location: 'http://127.0.0.1:9/', 'content-type': 'application/json' }, '{}')
    t.match(await ask(), { signals: { length: 0 }, silent: [{ provider: 'http_detector', reason }] }, status)
    t.equal(server.received.length, requests, `${status}: ${requests} requests`)
  }
})

t.test('what is no such answer is none', async (t) => {
  const wrong = [{}, { score: 2, model: 'm' }, { score: '0.5', model: 'm' }, { score: 0.5 }, { score: 0.5, model: '' }, { score: 0.5, model: 'm', regions: [{ x: -1, y: 0, width: 1, height: 1 }] }, []]
  for (const body of wrong) {
    const { server, ask } = await asking(t)
    server.behave = says(body)
    t.match(await ask(), { signals: { length: 0 }, silent: [{ reason: /could not be understood/ }] }, JSON.stringify(body))
  }
})

t.test('another address or another calibration is another version', async (t) => {
  const version = (url: string, falseAlarmRate: number) => httpDetector({ url: new URL(url), token: undefined, falseAlarmRate }).version
  const versions = [version('http://a.example/', 0.1), version('http://a.example/?key=hunter2', 0.1), version('http://a.example/', 0.05)]
  t.equal(new Set(versions).size, 3)
  t.notMatch(versions.join(), /example|hunter2/)
})
