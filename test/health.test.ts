import { connect } from 'node:net'
import t from 'tap'
import { photo } from './engine/pictures.ts'
import { eventually } from './harness/eventually.ts'
import { client, layGround, makeAccount, startService } from './harness/service.ts'

const ground = await layGround(t)
const { key } = await makeAccount(ground)

t.test('a service that has all it needs lives and is ready', async (t) => {
  const { url } = await startService(t, ground)
  t.same(await (await fetch(`${url}/healthz`)).json(), { status: 'alive' })
  // It listens before its connections are made.
  await eventually(async () => ((await (await fetch(`${url}/readyz`)).json()) as { status: string }).status === 'ready')
  const ready = await fetch(`${url}/readyz`)
  t.equal(ready.status, 200)
  t.same(await ready.json(), { status: 'ready', postgres: 'up', redis: 'up', storage: 'up', engine: 'up' })
  t.match(await (await fetch(`${url}/metrics`)).text(), /http_request_duration_seconds_count\{.*route="\/healthz".*\} 1/)
})

t.test('without PostgreSQL it lives, is not ready, and asks its clients to come back', async (t) => {
  const { url } = await startService(t, ground, { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none', ROLES: 'api' })
  t.equal((await fetch(`${url}/healthz`)).status, 200)
  const ready = await fetch(`${url}/readyz`)
  t.equal(ready.status, 503)
  t.match(await ready.json(), { status: 'unavailable', postgres: 'down', redis: 'up', storage: 'up' })
  const { response, body } = await client(url, key).upload(await photo())
  t.equal(response.status, 503)
  t.equal(body.code, 'database_unavailable')
  t.ok(Number(response.headers.get('retry-after')) > 0)
  t.same(await ground.s3.keys(), [])
})

t.test('without its storage it is not ready', async (t) => {
  const { url } = await startService(t, ground, { ROLES: 'api' })
  ground.s3.misbehave = () => 'refuse'
  t.teardown(() => (ground.s3.misbehave = () => undefined))
  const ready = await fetch(`${url}/readyz`)
  t.equal(ready.status, 503)
  t.match(await ready.json(), { status: 'unavailable', postgres: 'up', storage: 'down' })
})

t.test('metrics have a port of their own when one is named', async (t) => {
  const { url } = await startService(t, ground, { ROLES: 'api', METRICS_PORT: '0' })
  t.equal((await fetch(`${url}/metrics`)).status, 404)
})

t.test('what is no HTTP is answered by a problem, and the connection is closed', async (t) => {
  const { url } = await startService(t, ground, { ROLES: 'api' })
  const { hostname, port } = new URL(url)
  const answerTo = async (bytes: string) => {
    const socket = connect(Number(port), hostname)
    socket.end(bytes)
    let answer = ''
    for await (const chunk of socket) answer += String(chunk)
    return answer
  }
  for (const [bytes, status, code] of [
    ['nonsense\r\n\r\n', 400, 'bad_request'],
    [`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(50_000)}\r\n\r\n`, 431, 'headers_too_large'],
    ['GET / HTTP/1.1\r\n\r\n', 400, 'bad_request']
  ] as const) {
    const answer = await answerTo(bytes)
    t.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), code)
    t.match(answer, /application\/problem\+json/)
    t.match(answer, new RegExp(`"code":"${code}"`))
  }
})

t.test('a request is found again by its id: the caller\'s own, when it is harmless', async (t) => {
  const { url } = await startService(t, ground, { ROLES: 'api' })
  const idFor = async (id: string) => (await fetch(`${url}/healthz`, { headers: { 'x-request-id': id } })).headers.get('x-request-id')
  t.equal(await idFor('trace-12345678'), 'trace-12345678')
  t.match(await idFor('short'), /^[0-9a-f-]{36}$/)
  t.match(await idFor('"quotes" and spaces'), /^[0-9a-f-]{36}$/)
})
