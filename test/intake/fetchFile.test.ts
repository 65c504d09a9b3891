import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { closeEarly, startReceiver, type Behaviour } from '../harness/receiver.ts'
import { eventually } from '../harness/eventually.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { sendJson } from './forms.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground, { ROLES: 'api', OUTBOUND_ALLOW: '127.0.0.0/8', FETCH_TIMEOUT_MS: '1500' })
const patient = await startService(t, ground, { ROLES: 'api', OUTBOUND_ALLOW: '127.0.0.0/8' })
const { key, accountId } = await makeAccount(ground)

const serve =
  (bytes: Uint8Array, headers: Record<string, string> = {}): Behaviour =>
  (_request, response) =>
    void response.writeHead(200, headers).end(bytes)

t.test('a file is fetched, stored and answered like an upload', async (t) => {
  const bytes = Buffer.concat([await photo({ seed: 1, format: 'png' }), randomBytes(6_000_000)])
  // It says to be something else, which is believed in nothing.
  const receiver = await startReceiver(t, serve(bytes, { 'content-type': 'text/html', 'content-disposition': 'attachment; filename="../one.png"', 'set-cookie': 'a=b' }))
  const { status, headers, body } = await sendJson(url, key, { url: `${receiver.url}/x.jpg?y#z`, retention: 'none' }, { cookie: 'secret=1', referer: 'https://secret.example/' })
  t.equal(status, 202)
  t.equal(headers.get('location'), `/v1/analyses/${body.id}`)
  t.match(body, { state: 'queued', mediaType: 'image/png', fileName: 'one.png', sizeBytes: bytes.length, batchId: null })
  t.equal(body.sha256, createHash('sha256').update(bytes).digest('hex'))
  const media = await client(url, key).send(`/v1/analyses/${body.id}/media`)
  t.ok(Buffer.from(await media.arrayBuffer()).equals(bytes))
  const [asked] = receiver.received
  t.match(asked, { method: 'GET', path: '/hook/x.jpg?y', headers: { 'user-agent': /^FakeTect\//, 'accept-encoding': 'identity' } })
  t.same(Object.keys(asked?.headers ?? {}).sort(), ['accept', 'accept-encoding', 'connection', 'host', 'user-agent'], 'nothing of the client goes along')
  const { rows } = await ground.database.query('SELECT retention FROM analyses WHERE id = $1', [body.id])
  t.same(rows, [{ retention: 'none' }])
})

t.test('its name is the end of the address, where nothing else is said', async (t) => {
  const receiver = await startReceiver(t)
  const names = { '/a/b%20c.jpg': 'b c.jpg', '/a/..%2f..%2fetc%2fpasswd': 'passwd', '/a/%E0%A4%A': '%E0%A4%A', '/': 'file' }
  for (const [path, name] of Object.entries(names)) {
    receiver.behave = serve(await photo({ seed: 10 + path.length }))
    const { body } = await sendJson(url, key, { url: new URL(path, receiver.url).href })
    t.equal(body.fileName, name, path)
  }
  const bytes = await photo({ seed: 20 })
  receiver.behave = (request, response) =>
    void (request.path === '/go' ? response.writeHead(302, { location: '/there/p.jpg' }).end() : response.end(bytes))
  t.equal((await sendJson(url, key, { url: new URL('/go', receiver.url).href })).body.fileName, 'p.jpg', 'of the one that it came from')
})

t.test('what can not be fetched, or is no picture, is refused with a stable code, and leaves nothing', async (t) => {
  const known = await ground.s3.keys()
  const jpeg = await photo({ seed: 30 })
  const receiver = await startReceiver(t)
  const endless: Behaviour = (_request, response) => {
    response.writeHead(200)
    response.write(jpeg)
    const timer = setInterval(() => response.write(Buffer.alloc(1_000)), 20)
    response.on('close', () => clearInterval(timer))
  }
  const flood: Behaviour = (_request, response) => {
    response.writeHead(200)
    response.write(jpeg)
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(1_000_000)));
    }
    response.on('drain', more)
    more()
  }
  const cases: Array<[what: string, Behaviour, status: number, code: string]> = [
    ['404', (_request, response) => void response.writeHead(404).end(jpeg), 422, 'url_not_fetchable'],
    ['500', (_request, response) => void response.writeHead(500).end(), 422, 'url_not_fetchable'],
    ['206', (_request, response) => void response.writeHead(206).end(jpeg), 422, 'url_not_fetchable'],
    ['304', (_request, response) => void response.writeHead(304).end(), 422, 'url_not_fetchable'],
    ['a redirect to nowhere', (_request, response) => void response.writeHead(302).end(), 422, 'url_not_fetchable'],
    ['a page', serve(Buffer.from('<!doctype html><title>no picture</title>'), { 'content-type': 'image/jpeg' }), 415, 'unsupported_file_type'],
    ['nothing', serve(Buffer.alloc(0)), 400, 'empty_file'],
    ['compressed', serve(jpeg, { 'content-encoding': 'gzip' }), 422, 'url_not_fetchable'],
    ['larger than may be, and says so', (_request, response) => void response.writeHead(200, { 'content-length': '200000000' }).write(jpeg), 413, 'file_too_large'],
    ['longer than it is', (_request, response) => void response.writeHead(200, { 'content-length': String(jpeg.length + 1_000) }).write(jpeg, () => response.destroy()), 422, 'url_not_fetchable'],
    ['broken off', (_request, response) => void response.writeHead(200).write(jpeg, () => response.destroy()), 422, 'url_not_fetchable'],
    ['broken off in its headers', closeEarly, 422, 'url_not_fetchable'],
    ['silent', () => undefined, 422, 'url_not_fetchable'],
    ['without an end', endless, 422, 'url_not_fetchable']
  ]
  for (const [what, behave, status, code] of cases) {
    receiver.behave = behave
    const begun = performance.now()
    const answer = await sendJson(url, key, { url: receiver.url })
    t.match({ status: answer.status, code: answer.body.code }, { status, code }, what)
    t.ok(performance.now() - begun < 15_000, `${what} is bounded`)
  }
  receiver.behave = flood
  t.match(await sendJson(patient.url, key, { url: receiver.url }), { status: 413, body: { code: 'file_too_large' } }, 'larger than may be, and does not say so')
  t.match(await sendJson(url, key, { url: receiver.url, callback_url: 'http://10.0.0.1/' }), { status: 400, body: { code: 'invalid_url' } })
  t.match(await sendJson(url, key, { url: receiver.url, retention: 'for ever' }), { status: 400, body: { code: 'invalid_request' } })
  t.match(await sendJson(url, key, {}), { status: 400, body: { code: 'invalid_request' } })
  t.match(await sendJson(url, key, { url: 'x'.repeat(100_000) }), { status: 413, body: { code: 'body_too_large' } })
  t.same(await ground.s3.keys(), known)
  t.equal(ground.s3.openUploads(), 0)
  const { rows } = await ground.database.query("SELECT 1 FROM analyses WHERE account_id = $1 AND state = 'uploading'", [accountId])
  t.same(rows, [])
})

t.test('before there is an answer, every failure reads the same: nobody scans for machines through us', async (t) => {
  const banner = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'))
  const mute = createServer((socket) => socket.destroy())
  const hung = createServer((socket) => void socket.on('error', () => undefined).resume())
  for (const server of [banner, mute, hung]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
  }
  const ports = [banner, mute, hung].map((server) => (server.address() as AddressInfo).port)
  const details = new Set<string>()
  for (const given of [...ports.map((port) => `http://127.0.0.1:${port}/`), `https://127.0.0.1:${ports[0]}/`, 'http://127.0.0.1:1025/', 'http://nobody.invalid/', 'http://localhost:1025/']) {
    const { status, body } = await sendJson(url, key, { url: given })
    t.match({ status, code: body.code }, { status: 422, code: 'url_not_fetchable' }, given)
    details.add(body.detail)
  }
  t.same([...details], ['No answer could be had from there.'])
})

t.test('a client that goes away ends the fetch', async (t) => {
  const receiver = await startReceiver(t)
  let closed = false
  receiver.behave = (_request, response) => {
    response.on('close', () => (closed = true))
    response.writeHead(200).write(Buffer.alloc(100))
  }
  const gone = new AbortController()
  const asking = fetch(`${url}/v1/analyses`, {
    method: 'POST',
    signal: gone.signal,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url: receiver.url })
  }).catch(() => undefined)
  await receiver.gets(1)
  gone.abort()
  await asking
  await eventually(() => closed, 1_000)
  t.ok(closed)
})
