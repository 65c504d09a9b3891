import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { createClient, type StreamedEvent } from '../../src/client/index.ts'
import { streamEvents } from '../../src/client/events.ts'
import { untilEnded } from '../../src/client/wait.ts'
import { photo } from '../engine/pictures.ts'
import { startProxy } from '../faults/proxy.ts'
import { eventually } from '../harness/eventually.ts'
import { layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground)
const port = Number(new URL(url).port)

/** An account, and a client of it that reaches the service through a proxy. */
async function behindProxy(t: Test) {
  const proxy = await startProxy(t, { port })
  const { key } = await makeAccount(ground)
  return { proxy, key, near: `http://127.0.0.1:${proxy.port}`, client: createClient({ url: `http://127.0.0.1:${proxy.port}`, key }), direct: createClient({ url, key }) }
}

/** What a gateway does with a request: refuses it, or passes it on and loses the answer. */
type Fate = [status: number, headers: Record<string, string>] | 'lose'

/** A client that reaches the service through a gateway, as they stand in front of services, which has its moments. */
async function behindGateway(t: Test) {
  const fates: Fate[] = []
  const asked: string[] = []
  const gateway = createServer((request, response) => {
    const fate = fates.shift()
    asked.push(`${request.method} ${request.url} ${String(request.headers['idempotency-key'])}`)
    request.on('error', () => undefined)
    if (Array.isArray(fate)) {
      request.resume().on('end', () => response.writeHead(...fate).end('<p>Not now</p>'))
      return
    }
    const passedOn = forward(url + request.url, { method: request.method, headers: request.headers }, (answer) => {
      if (fate === 'lose') request.socket.destroy()
      else answer.pipe(response.writeHead(answer.statusCode ?? 0, answer.headers))
    })
    request.pipe(passedOn)
  })
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    gateway.closeAllConnections()
    gateway.close()
  })
  const { key } = await makeAccount(ground)
  return { client: createClient({ url: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`, key }), fates, asked }
}

/** Reads a stream of events until the test ends. */
function follow(t: Test, events: AsyncGenerator<StreamedEvent>): StreamedEvent[] {
  const heard: StreamedEvent[] = []
  const stop = new AbortController()
  t.teardown(() => stop.abort())
  const read = async () => {
    for await (const event of events) heard.push(event)
  }
  void read().catch(() => undefined)
  return heard
}

const typesOf = (heard: StreamedEvent[], id: string) => heard.flatMap((event) => ('data' in event && 'id' in event.data && event.data.id === id ? [event.type] : []))

t.test('an upload whose connection breaks in the middle is sent again, and taken once', async (t) => {
  const { proxy, client, direct } = await behindProxy(t)
  proxy.set({ bytesPerSecond: 40_000 })
  let sent = 0
  const analysed = client.analyze(await photo({ width: 800, height: 800 }), { onProgress: ({ sentBytes }) => (sent = sentBytes) })
  await eventually(() => sent > 0)
  proxy.set('cut')
  proxy.set('clear')
  t.match(await analysed, { state: 'completed' })
  t.equal((await Array.fromAsync(direct.analyses.list())).length, 1)
})

t.test('an upload whose answer is lost is answered again, and taken once', async (t) => {
  const { client, fates, asked } = await behindGateway(t)
  fates.push('lose')
  const { id } = await client.upload(await photo())
  t.same(asked, [asked[0], asked[0]], 'it was sent twice, under the same key')
  t.same(await Array.fromAsync(client.analyses.list()), [await client.analyses.get(id)])
})

t.test('what was done before the connection broke is no failure afterwards', async (t) => {
  const { client, fates } = await behindGateway(t)
  const { id } = await client.analyze(await photo())
  fates.push('lose')
  await client.analyses.delete(id)
  await t.rejects(client.analyses.delete(id), { code: 'not_found' })
})

t.test('a report comes as a stream', async (t) => {
  const { direct } = await behindProxy(t)
  const { id } = await direct.analyze(await photo())
  const { headers, body } = await direct.analyses.report(id, { include: ['location', 'prompts'], language: 'fr' })
  t.equal(headers.get('content-language'), 'fr')
  let sizeBytes = 0
  for await (const chunk of body!) sizeBytes += chunk.length
  t.equal(String(sizeBytes), headers.get('content-length'))
})

t.test('events go on after a break where they were, each once', async (t) => {
  const { proxy, client, direct } = await behindProxy(t)
  const stop = new AbortController()
  const heard = follow(t, client.events({ signal: stop.signal }))
  await eventually(() => heard[0]?.type === 'ready')
  const before = await direct.analyze(await photo())
  await eventually(() => typesOf(heard, before.id).length === 3)
  proxy.set('cut')
  const missed = await direct.analyze(await photo({ seed: 2 }))
  proxy.set('clear')
  await eventually(() => typesOf(heard, missed.id).length === 3)
  const lifetime = ['analysis.queued', 'analysis.processing', 'analysis.completed']
  t.same([typesOf(heard, before.id), typesOf(heard, missed.id)], [lifetime, lifetime])
  stop.abort()

  const { lastEventId } = heard.find((event) => event.type === 'analysis.completed')!
  const again = new AbortController()
  const replayed = follow(t, direct.events({ lastEventId, signal: again.signal }))
  await eventually(() => replayed.length >= 3)
  t.same(replayed.map(({ type }) => type), lifetime, 'another program goes on where the first one was')
  const anew = follow(t, direct.events({ lastEventId: '1-1', signal: again.signal }))
  await eventually(() => anew.length > 0)
  t.equal(anew[0]?.type, 'reset', 'from a place that nobody knows it has to look anew')
  again.abort()
})

t.test('a stream from which nothing comes any more is left for another', async (t) => {
  const { proxy, key, near, direct } = await behindProxy(t)
  const stop = new AbortController()
  const heard = follow(t, streamEvents(new URL('/v1/events', near), { headers: { authorization: `Bearer ${key}` }, signal: stop.signal, silenceMs: 500 }))
  await eventually(() => heard[0]?.type === 'ready')
  proxy.strand()
  const { id } = await direct.analyze(await photo())
  await eventually(() => typesOf(heard, id).length === 3)
  t.pass('what happened meanwhile was replayed')
  stop.abort()
})

t.test('a stream that is refused ends with the problem', async (t) => {
  const { key } = await makeAccount(ground)
  await t.rejects(createClient({ url, key: 'ft_live_wrong' }).events().next(), { code: 'unauthorized' })
  const client = createClient({ url, key })
  const events = client.events()
  t.match((await events.next()).value, { type: 'ready' })
  const next = events.next()
  const { apiKeys } = await client.request('GET /v1/api-keys')
  await client.request('DELETE /v1/api-keys/{id}', { params: { id: apiKeys[0]!.id } })
  await t.rejects(next, { code: 'unauthorized' }, 'also when the key is revoked meanwhile')
})

t.test('a refusal for a moment is waited out as long as it says; one for longer is told', async (t) => {
  const { client, fates, asked } = await behindGateway(t)
  fates.push([429, { 'retry-after': '1' }])
  const begun = performance.now()
  t.match(await client.upload(await photo()), { id: String })
  t.ok(performance.now() - begun >= 1_000, 'not sooner than it was asked to')
  t.same(asked, [asked[0], asked[0]])

  asked.length = 0
  fates.push([429, { 'retry-after': '86400' }], [500, {}])
  const problemOf = (call: Promise<unknown>) => call.catch((error: unknown) => error)
  t.match(await problemOf(client.upload(await photo())), { code: 'unknown', status: 429, retryAfterSeconds: 86_400 })
  const webhook = { url: 'https://hooks.example/', events: ['analysis.completed' as const] }
  t.match(await problemOf(client.request('POST /v1/webhooks', { body: webhook })), { status: 500 })
  t.equal(asked.length, 2, 'what may have been done already is not done again')
})

t.test('a limit of the plan is told with its name and when it opens', async (t) => {
  const client = createClient({ url, key: (await makeAccount(ground, 'FREE')).key })
  // A stream is sent once: so its refusal is heard at once.
  async function* nothing(): AsyncGenerator<Uint8Array> {}
  const upload = () => client.upload(nothing()).catch((error: unknown) => error)
  for (let sent = 0; sent < 5; sent++) t.match(await upload(), { code: 'empty_file' })
  t.match(await upload(), { code: 'rate_limit_exceeded', status: 429, limit: 'uploads', opensAt: /^2.*Z$/, retryAfterSeconds: Number, isPassing: true })
})

t.test('a service that is not there is told as such', async (t) => {
  const { proxy, client } = await behindProxy(t)
  proxy.set('cut')
  await t.rejects(client.request('POST /v1/session', { body: { key: 'x' } }), { code: 'no_answer', status: 0, message: /could not be reached/ })
})

t.test('a verdict is asked for until there is one or the time is up, ever less often where the service does not wait', async (t) => {
  const asked: Array<{ prefer: string | undefined; at: number }> = []
  const look = async ({ headers }: { headers: Record<string, string> }) => asked.push({ prefer: headers.prefer, at: performance.now() })
  t.equal(await untilEnded(look, (count) => count === 3, { waitSeconds: 30 }), 3)
  t.same(asked.map(({ prefer }) => prefer), ['wait=20', 'wait=20', 'wait=20'])
  const [first, second, third] = asked.map(({ at }) => at) as [number, number, number]
  t.ok(second - first >= 249 && third - second >= 499)
  await t.rejects(untilEnded(look, () => false, { waitSeconds: 0.1 }), { code: 'not_ended', isPassing: true })
})
