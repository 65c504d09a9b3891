import { request } from 'node:http'
import t from 'tap'
import type { AnalysisResource } from '../../src/analyses/resource.ts'
import { paths as pages } from '../../src/web/paths.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { hostileDetectors } from '../harness/process.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
// Nobody is asked for payments here.
const stripe = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1', STRIPE_PRICE_PRO: 'price_1', STRIPE_PRICE_PREMIUM: 'price_2', STRIPE_API_URL: 'http://127.0.0.1:1' }
const { url } = await startService(t, ground, { ...stripe, ENGINE_DETECTORS: hostileDetectors })
const { accountId, key } = await makeAccount(ground)
await ground.database.query("UPDATE accounts SET role = 'admin' WHERE id = $1", [accountId])
const { send, upload, get } = client(url, key)

const post = (body: unknown) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
const made = async <T>(path: string, init: RequestInit) => (await (await send(path, init)).json()) as T

const { body: analysis } = await upload(await photo({ seed: 1 }), { prefer: 'wait=30' })
const files = new FormData()
for (const seed of [2, 3]) files.append('file', new Blob([new Uint8Array(await photo({ seed, width: 64, height: 64 }))]), `${seed}.jpg`)
const batch = await made<{ id: string; analyses: Array<{ id: string }> }>('/v1/analyses', { method: 'POST', body: files, headers: { prefer: 'wait=30' } })
const share = await made<{ url: string }>(`/v1/analyses/${analysis.id}/share`, post({}))
const webhook = await made<{ id: string }>('/v1/webhooks', post({ url: 'https://hooks.example/', events: ['analysis.completed'] }))
await send(`/v1/analyses/${analysis.id}/feedback`, post({ truth: 'authentic' }))
const report = await send(`/v1/analyses/${analysis.id}/report.pdf`)
const reportId = /\/v1\/reports\/([^/]+)\/signature/.exec(report.headers.get('link') ?? '')?.[1] ?? ''
await report.arrayBuffer()

const ofAccount = 'private, no-cache'
const never = 'no-store'
const byLink = 'private, no-store'
/** What every address that can be read says of its answer, and whether that has a tag. */
const rules: Record<string, [cacheControl: string, tagged: boolean]> = {
  '/v1/account': [ofAccount, true],
  '/v1/account/export': [never, false],
  '/v1/admin/accounts': [never, false],
  '/v1/admin/accounts/{id}': [never, false],
  '/v1/admin/audit-log': [never, false],
  '/v1/admin/failures': [never, false],
  '/v1/admin/feedback': [never, false],
  '/v1/admin/queue': [never, false],
  '/v1/analyses': [ofAccount, true],
  '/v1/analyses/{id}': [ofAccount, true],
  '/v1/analyses/{id}/evidence/{name}': ['private, max-age=86400, immutable', true],
  '/v1/analyses/{id}/feedback': [ofAccount, true],
  '/v1/analyses/{id}/media': [ofAccount, true],
  '/v1/analyses/{id}/report.pdf': [ofAccount, true],
  '/v1/analyses/{id}/share': [ofAccount, true],
  '/v1/api-keys': [ofAccount, true],
  '/v1/batches': [ofAccount, true],
  '/v1/batches/{id}': [ofAccount, true],
  '/v1/billing': [ofAccount, true],
  '/v1/events': ['private, no-store, no-transform', false],
  '/v1/plans': ['public, max-age=300', true],
  '/v1/reports/{id}': ['public, no-cache', true],
  '/v1/reports/{id}/signature': ['public, no-cache', true],
  '/v1/session': [ofAccount, true],
  '/v1/sessions': [ofAccount, true],
  '/v1/shared/{token}': [byLink, false],
  '/v1/shared/{token}/evidence/{name}': [byLink, true],
  '/v1/usage': [never, false],
  '/v1/webhooks': [ofAccount, true],
  '/v1/webhooks/{id}': [ofAccount, true],
  '/v1/webhooks/{id}/deliveries': [ofAccount, true],
  '/.well-known/jwks.json': ['public, max-age=300', true],
  '/healthz': [never, false],
  '/readyz': [never, false]
}

interface OpenApi {
  paths: Record<string, Record<string, { parameters?: Array<{ name: string; in: string }>; responses: Record<string, { headers?: object }> }>>
}
const document = (await (await fetch(`${url}/docs/json`)).json()) as OpenApi

/** The address of something that is there. */
function addressOf(path: string): string {
  const id = path.startsWith('/v1/batches') ? batch.id : path.startsWith('/v1/webhooks') ? webhook.id : path.startsWith('/v1/reports') ? reportId : path.startsWith('/v1/admin') ? accountId : analysis.id
  return path.replace('{id}', id).replace('{token}', share.url.split('/').at(-1) ?? '').replace('{name}', 'thumbnail.webp')
}

/** The head of an answer alone: an event stream never ends. */
async function head(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await send(path, init)
  await response.body?.cancel()
  return response
}

t.test('every address that can be read says who may keep what it answers, and no cache that others use may keep what is an account’s', async (t) => {
  t.same(Object.keys(rules).sort(), Object.keys(document.paths).filter((path) => document.paths[path]?.get !== undefined).sort(), 'all are looked at')
  for (const [path, [cacheControl, tagged]] of Object.entries(rules)) {
    const { status, headers } = await head(addressOf(path))
    t.equal(status, 200, path)
    t.equal(headers.get('cache-control'), cacheControl, path)
    t.equal(headers.has('etag'), tagged, path)
    t.equal((await head(addressOf(path), { method: 'HEAD' })).headers.get('cache-control'), path === '/v1/events' ? never : cacheControl, `HEAD ${path}`)

    const withoutKey = await fetch(url + addressOf(path))
    await withoutKey.body?.cancel()
    const isForAll = withoutKey.status === 200
    t.equal(withoutKey.headers.get('cache-control'), isForAll ? cacheControl : never, `${path} without a key`)
    if (/public|^no-cache/.test(cacheControl)) t.ok(isForAll, `${path} may be kept for everybody, and is for everybody`)
  }
})

t.test('pages, their files and the reference may be kept by everybody, as long as they are right', async (t) => {
  for (const page of pages) t.equal((await head(page.replaceAll(/:\w+/g, 'x'))).headers.get('cache-control'), 'no-cache', page)
  const html = await (await fetch(url)).text()
  const asset = /\/assets\/[^"]+\.js/.exec(html)?.[0] ?? ''
  t.equal((await head(asset)).headers.get('cache-control'), 'public, max-age=31536000, immutable')
  for (const path of ['/docs/', '/docs/json', '/docs/yaml', '/docs/static/swagger-initializer.js']) t.equal((await head(path)).headers.get('cache-control'), 'public, max-age=300', path)
  t.match((await head('/docs/static/swagger-ui.css')).headers.get('cache-control'), /^public, max-age=\d+$/)
  t.equal((await head('/metrics')).headers.get('cache-control'), never)
})

t.test('what is made or changed, and what is refused, is kept by nobody', async (t) => {
  for (const [path, init, status] of [
    ['/v1/analyses/none', {}, 404],
    ['/v1/analyses?limit=0', {}, 400],
    [`/v1/analyses/${analysis.id}/media`, { headers: { range: 'bytes=99999999-' } }, 416],
    [`/v1/analyses/${analysis.id}/evidence/none.png`, {}, 404],
    [`/v1/shared/none`, {}, 404],
    ['/v1/nothing', {}, 404],
    ['/assets/nothing.js', {}, 404],
    ['/%', {}, 400],
    ['/v1/session', post({ key }), 201],
    ['/v1/api-keys', post({ name: 'a program' }), 201],
    [`/v1/analyses/${batch.analyses[0]?.id}/share`, post({}), 201],
    [`/v1/webhooks/${webhook.id}/rotate-secret`, { method: 'POST' }, 200],
    ['/v1/reports/verify', post({ pdf: '0'.repeat(64) }), 200],
    ['/v1/account', { ...post({ name: 'Ada' }), method: 'PATCH' }, 200]
  ] as const) {
    const response = await head(path, init)
    t.equal(response.status, status, path)
    t.equal(response.headers.get('cache-control'), never, path)
    t.notOk(response.headers.has('etag'), path)
  }
})

t.test('what a client has is not sent again, and what has changed is', async (t) => {
  for (const [path, [, tagged]] of Object.entries(rules)) {
    if (!tagged) continue
    const address = addressOf(path)
    // What it is has changed by what was asked since: when the session was last seen, a key that was made.
    const first = await head(address)
    const etag = first.headers.get('etag') ?? ''
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await send(address, { headers: { 'if-none-match': known } })
      t.equal(again.status, 304, `${path} ${known}`)
      t.equal((await again.text()).length, 0)
      for (const name of ['etag', 'cache-control', 'vary']) t.equal(again.headers.get(name), first.headers.get(name), `${path} ${name}`)
    }
    t.equal((await head(address, { method: 'HEAD' })).headers.get('etag'), etag, `HEAD ${path}`)
    t.equal((await head(address, { headers: { 'if-none-match': `"other", W/"another"` } })).status, 200, path)
  }
})

t.test('a tag follows from all that is sent: the language, what has happened since, and whose it is', async (t) => {
  const path = `/v1/analyses/${analysis.id}`
  const english = await head(path)
  t.match(english.headers.get('vary'), /accept-language/i)
  const french = await head(path, { headers: { 'accept-language': 'fr', 'if-none-match': english.headers.get('etag') ?? '' } })
  t.equal(french.status, 200)
  t.match(french.headers.get('etag'), /^"[\w-]{22}"$/)

  const list = (await head('/v1/analyses')).headers.get('etag') ?? ''
  const stranger = client(url, (await makeAccount(ground)).key)
  t.equal((await stranger.send('/v1/analyses', { headers: { 'if-none-match': list } })).status, 200)
  const { body } = await upload(await photo({ seed: 4 }), { prefer: 'wait=30' })
  const next = await send('/v1/analyses', { headers: { 'if-none-match': list } })
  t.equal(next.status, 200)
  t.equal(((await next.json()) as { analyses: AnalysisResource[] }).analyses[0]?.id, body.id)
  await send(`/v1/analyses/${body.id}`, { method: 'DELETE' })
  t.equal((await send('/v1/analyses', { headers: { 'if-none-match': list } })).status, 304, 'it is as before')
})

t.test('who waits for a verdict with the tag of before is told when it is there, and of nothing new with 304', async (t) => {
  const { body } = await upload(await photo({ seed: 5, description: 'hostile: slow 1500' }))
  const path = `/v1/analyses/${body.id}`
  await eventually(async () => (await get(body.id)).state === 'processing')
  const etag = (await head(path)).headers.get('etag') ?? ''
  const unchanged = await head(path, { headers: { 'if-none-match': etag, prefer: 'wait=0' } })
  t.equal(unchanged.status, 304)
  t.equal(unchanged.headers.get('preference-applied'), 'wait=0')
  const told = await send(path, { headers: { 'if-none-match': etag, prefer: 'wait=30' } })
  t.equal(told.status, 200)
  t.match(await told.json(), { state: 'completed' })
})

t.test('what is known is not fetched from the storage either', async (t) => {
  const tagged = ['/media', '/evidence/thumbnail.webp', '/report.pdf'].map((path) => `/v1/analyses/${analysis.id}${path}`)
  const etags = await Promise.all(tagged.map(async (path) => (await head(path)).headers.get('etag') ?? ''))
  ground.s3.misbehave = () => 'fail'
  t.teardown(() => (ground.s3.misbehave = () => undefined))
  for (const [n, path] of tagged.entries()) t.equal((await head(path, { headers: { 'if-none-match': etags[n]! } })).status, 304, path)
})

t.test('of what is not to be kept, no browser keeps anything but the hash and the verdict', async (t) => {
  const form = new FormData()
  form.set('retention', 'none')
  form.set('file', new Blob([new Uint8Array(await photo({ seed: 6, description: 'hostile: slow 1000' }))]), 'a.jpg')
  const { id } = await made<{ id: string }>('/v1/analyses', { method: 'POST', body: form })
  for (const path of [`/v1/analyses/${id}`, '/v1/analyses', `/v1/analyses/${id}/media`]) {
    const { headers } = await head(path)
    t.equal(headers.get('cache-control'), byLink, path)
  }
  await eventually(async () => (await get(id)).purgedAt !== null)
  for (const path of [`/v1/analyses/${id}`, '/v1/analyses']) t.equal((await head(path)).headers.get('cache-control'), ofAccount, path)
})

t.test('an answer to what is no request is kept by nobody', async (t) => {
  const { hostname, port } = new URL(url)
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
  request({ hostname, port, headers: { 'x-large': 'x'.repeat(100_000) } }, (response) => resolve(response.resume().headers['cache-control'])).on('error', reject).end()
  t.equal(await promise, never)
})

t.test('the document says where there is a tag, and that there is a 304', (t) => {
  for (const [path, [, tagged]] of Object.entries(rules)) {
    if (path.startsWith('/v1/shared/')) continue
    const { parameters = [], responses } = document.paths[path]!.get!
    t.equal(parameters.some(({ name }) => name === 'If-None-Match'), tagged, path)
    t.equal('304' in responses, tagged, path)
    t.equal(responses['200']?.headers !== undefined && 'ETag' in responses['200'].headers, tagged, path)
  }
  t.end()
})
