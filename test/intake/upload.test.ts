import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { photo } from '../engine/pictures.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { eventually } from '../harness/eventually.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground, { ROLES: 'api' })
const { key } = await makeAccount(ground)
const program = client(url, key)

/** Neither a row, an object nor a part is left of what was refused. */
async function nothingIsLeft(t: Test, known: string[]): Promise<void> {
  t.equal(ground.s3.openUploads(), 0, 'no multipart upload is left open')
  t.same(await ground.s3.keys(), known, 'no object is left')
  const { rows } = await ground.database.query("SELECT id FROM analyses WHERE state = 'uploading'")
  t.same(rows, [], 'no row is left')
}

t.test('a photo is stored whole, and answered 202 with its address', async (t) => {
  const bytes = await photo({ seed: 1 })
  const { response, body } = await program.upload(bytes, { name: '../../etc/passwd\u202Egpj.exe', type: 'image/jpeg' })
  t.equal(response.status, 202)
  t.equal(response.headers.get('location'), `/v1/analyses/${body.id}`)
  t.match(body, { state: 'queued', mediaType: 'image/jpeg', sizeBytes: bytes.length, kind: 'image' })
  t.equal(body.sha256, createHash('sha256').update(bytes).digest('hex'))
  t.equal(body.fileName, 'passwdgpj.exe', 'its name is shown without path and without characters that deceive')
  const keys = await ground.s3.keys()
  t.ok(keys.some((object) => object.endsWith(`/${body.id}/media`)))
  t.notMatch(keys.join(), /pass/, 'and stands in no object\'s name')
  const media = await program.send(`/v1/analyses/${body.id}/media`)
  t.same(Buffer.from(await media.arrayBuffer()), bytes)
})

t.test('a file of many parts arrives whole, and its type may go unsaid', async (t) => {
  const bytes = Buffer.concat([await photo({ format: 'png' }), randomBytes(12 * 1024 * 1024)])
  const { response, body } = await program.upload(bytes)
  t.equal(response.status, 202)
  t.equal(body.mediaType, 'image/png')
  t.equal(body.sha256, createHash('sha256').update(bytes).digest('hex'))
  const media = await program.send(`/v1/analyses/${body.id}/media`)
  t.ok(Buffer.from(await media.arrayBuffer()).equals(bytes))
  t.equal(ground.s3.openUploads(), 0)
})

t.test('what can\'t be taken is refused with a stable code, and leaves nothing', async (t) => {
  const known = await ground.s3.keys()
  const jpeg = await photo()
  const cases = [
    { code: 'empty_file', status: 400, bytes: Buffer.alloc(0) },
    { code: 'unsupported_file_type', status: 415, bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') },
    { code: 'unsupported_file_type', status: 415, bytes: Buffer.from('%PDF-1.7 and so on') },
    { code: 'file_type_mismatch', status: 415, bytes: jpeg, type: 'image/png' },
    { code: 'file_too_large', status: 413, bytes: Buffer.concat([jpeg, Buffer.alloc(101_000_000)]) }
  ]
  for (const { code, status, bytes, type = '' } of cases) {
    const { response, body } = await program.upload(bytes, { type })
    t.equal(response.status, status, code)
    t.match(response.headers.get('content-type'), /^application\/problem\+json/)
    t.match(body, { code, status, type: `urn:faketect:problem:${code}`, requestId: response.headers.get('x-request-id') })
  }
  await nothingIsLeft(t, known)
})

t.test('a file that grows too large without saying so is refused where it does', async (t) => {
  const known = await ground.s3.keys()
  const jpeg = await photo()
  const boundary = 'x-boundary'
  async function* body() {
    yield Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n`)
    yield jpeg
    for (let mega = 0; mega < 102; mega++) yield Buffer.alloc(1_000_000)
    yield Buffer.from(`\r\n--${boundary}--\r\n`)
  }
  const response = await program.send('/v1/analyses', {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Readable.toWeb(Readable.from(body())),
    duplex: 'half'
  } as RequestInit)
  t.equal(response.status, 413)
  t.match(await response.json(), { code: 'file_too_large' })
  await nothingIsLeft(t, known)
})

t.test('a form without a file, with a wish that is none or comes late, or that is no form, is refused', async (t) => {
  const known = await ground.s3.keys()
  const jpeg = new Uint8Array(await photo())
  const empty = new FormData()
  empty.set('note', 'no file here')
  const late = new FormData()
  late.append('file', new Blob([jpeg]), 'a.jpg')
  late.append('retention', 'none')
  const forEver = new FormData()
  forEver.append('retention', 'for ever')
  forEver.append('file', new Blob([jpeg]), 'a.jpg')
  for (const { body, code } of [
    { body: empty, code: 'no_file' },
    { body: late, code: 'invalid_form' },
    { body: forEver, code: 'invalid_form' },
    { body: '{"url":1}', code: 'unsupported_media_type' }
  ]) {
    const response = await program.send('/v1/analyses', { method: 'POST', body })
    t.match(await response.json(), { code }, code)
  }
  await nothingIsLeft(t, known)
})

t.test('a client that goes away in the middle leaves nothing', async (t) => {
  const known = await ground.s3.keys()
  const jpeg = await photo()
  for (const sent of [jpeg.subarray(0, 6_000), Buffer.concat([jpeg, Buffer.alloc(7 * 1024 * 1024)])]) {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.write(
      `POST /v1/analyses HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-length: 90000000\r\n` +
        'content-type: multipart/form-data; boundary=b\r\n\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'
    )
    socket.write(sent)
    await eventually(async () => {
      const { rows } = await ground.database.query("SELECT 1 FROM analyses WHERE state = 'uploading'")
      return rows.length === 1
    })
    socket.destroy()
    await eventually(async () => {
      const { rows } = await ground.database.query("SELECT 1 FROM analyses WHERE state = 'uploading'")
      return rows.length === 0
    })
    await eventually(async () => ground.s3.openUploads() === 0)
    await nothingIsLeft(t, known)
  }
})

t.test('a storage that is down is a 503, and nothing is left when it is back', async (t) => {
  const known = await ground.s3.keys()
  const big = Buffer.concat([await photo(), randomBytes(11 * 1024 * 1024)])
  for (const [what, misbehave] of [
    ['refuses everything', () => 'refuse' as const],
    ['fails everything', () => 'fail' as const],
    ['fails the second part', ({ url }: { url: URL }) => (url.searchParams.get('partNumber') === '2' ? ('fail' as const) : undefined)],
    ['fails to complete', ({ method, url }: { method: string; url: URL }) => (method === 'POST' && url.searchParams.has('uploadId') ? ('fail' as const) : undefined)]
  ] as const) {
    ground.s3.misbehave = misbehave
    const { response, body } = await program.upload(big)
    t.equal(response.status, 503, what)
    t.equal(body.code, 'storage_unavailable')
    t.ok(response.headers.get('retry-after'))
    ground.s3.misbehave = () => undefined
    await eventually(async () => {
      const { rows } = await ground.database.query('SELECT 1 FROM tombstones WHERE swept_at IS NULL')
      return rows.length === 0
    })
    await nothingIsLeft(t, known)
  }
})

t.test('a request without a key is refused before its body, and the client can read why', async (t) => {
  const response = await client(url, 'ft_live_nonsense').upload(Buffer.alloc(30_000_000))
  t.equal(response.response.status, 401)
  t.equal(response.body.code, 'unauthorized')
  t.ok(response.response.headers.get('www-authenticate'))
})
