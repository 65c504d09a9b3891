import { randomUUID } from 'node:crypto'
import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { hostileDetectors } from '../harness/process.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground, { ENGINE_DETECTORS: hostileDetectors, ENGINE_THREADS: '2' })

t.test('another account\'s analysis is as absent as one that never was', async (t) => {
  const owner = await makeAccount(ground)
  const stranger = await makeAccount(ground)
  const { body } = await client(url, owner.key).upload(await photo(), { prefer: 'wait=30' })
  const picture = body.evidence[0]?.name ?? ''
  for (const path of [`/v1/analyses/${body.id}`, `/v1/analyses/${body.id}/media`, `/v1/analyses/${body.id}/evidence/${picture}`]) {
    t.equal((await client(url, owner.key).send(path)).status, 200, path)
    const response = await client(url, stranger.key).send(path)
    t.equal(response.status, 404, path)
    t.match(await response.json(), { code: 'not_found' })
  }
  t.equal((await client(url, stranger.key).send(`/v1/analyses/${body.id}`, { method: 'DELETE' })).status, 404)
  t.equal((await client(url, stranger.key).send(`/v1/analyses/${body.id}/cancel`, { method: 'POST' })).status, 404)
  t.same(await (await client(url, stranger.key).send('/v1/analyses')).json(), { analyses: [], next: null })
  t.equal((await client(url, owner.key).send(`/v1/analyses/${randomUUID()}`)).status, 404)
  t.equal((await client(url, owner.key).send('/v1/analyses/not-an-id')).status, 404)
  t.equal((await client(url, owner.key).send(`/v1/analyses/${body.id}/evidence/..%2Fmedia`)).status, 404)
})

t.test('an identical file is answered from the earlier result, and outlives it', async (t) => {
  const { key } = await makeAccount(ground)
  const { upload, send, get } = client(url, key)
  const bytes = await photo({ seed: 5 })
  const first = (await upload(bytes, { prefer: 'wait=30' })).body
  const listener = await listen(t, url, key)
  const { response, body: second } = await upload(bytes, { name: 'again.jpg' })
  t.equal(response.status, 202)
  t.match(second, { state: 'completed', cached: true, fileName: 'again.jpg', verdict: first.verdict, summary: first.summary })
  t.not(second.id, first.id)
  await listener.hears(second.id, 'analysis.completed')

  t.equal((await send(`/v1/analyses/${first.id}`, { method: 'DELETE' })).status, 204)
  for (const { url: path, sizeBytes } of second.evidence) {
    const picture = await send(path)
    t.equal(picture.status, 200)
    t.equal((await picture.arrayBuffer()).byteLength, sizeBytes)
  }
  t.equal((await send(`/v1/analyses/${second.id}/media`)).status, 200)

  const stranger = await makeAccount(ground)
  const { body: other } = await client(url, stranger.key).upload(bytes, { prefer: 'wait=30' })
  t.equal(other.cached, false, 'never across accounts')
  await ground.database.query("UPDATE analyses SET engine_version = 'older' WHERE id = $1", [second.id])
  const { body: third } = await upload(bytes)
  t.equal(third.cached, false, 'and never from another version of the engine')
  await get(third.id, 30)
})

t.test('the picture itself can be looked at in two sizes, kept by browsers for whoever is signed in, and gone with the analysis', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const { upload, send } = client(url, key)
  const bytes = await photo({ width: 640, seed: 51 })
  const { body } = await upload(bytes, { prefer: 'wait=30' })
  t.same(body.links.thumbnail, `/v1/analyses/${body.id}/evidence/thumbnail.webp`)
  t.same(body.links.preview, `/v1/analyses/${body.id}/evidence/preview.webp`)
  t.notOk(body.evidence.some(({ layer }) => (layer as string) === 'preview'), 'it is no evidence')
  const seen = await send(body.links.thumbnail!)
  t.match(Object.fromEntries(seen.headers), { 'content-type': 'image/webp', 'cache-control': /private.*immutable/, vary: /Cookie/, 'x-content-type-options': 'nosniff' })
  t.equal((await send(body.links.thumbnail!, { headers: { 'if-none-match': seen.headers.get('etag')! } })).status, 304)
  t.equal((await client(url, (await makeAccount(ground)).key).send(body.links.preview!)).status, 404)

  const { body: again } = await upload(bytes)
  t.equal(again.cached, true)
  t.equal((await send(`/v1/analyses/${body.id}`, { method: 'DELETE' })).status, 204)
  t.equal((await send(body.links.preview!)).status, 404)
  t.equal((await send(again.links.preview!)).status, 200, 'the copy has its own')
  t.equal((await send(`/v1/analyses/${again.id}`, { method: 'DELETE' })).status, 204)
  t.notOk((await ground.s3.keys()).some((object) => object.startsWith(`${accountId}/`)))

  const { body: failed } = await upload(Buffer.concat([bytes.subarray(0, 400), Buffer.alloc(4_000)]), { prefer: 'wait=30' })
  t.match(failed, { state: 'failed', links: { thumbnail: null, preview: null } })
})

t.test('an analysis can be cancelled while it runs: nothing comes after', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const { upload, send, get } = client(url, key)
  const listener = await listen(t, url, key)
  const { body } = await upload(await photo({ seed: 6, description: 'hostile: slow 20000' }))
  const { body: beside } = await upload(await photo({ seed: 7, description: 'hostile: slow 20000' }))
  await listener.hears(body.id, 'analysis.processing')
  await listener.hears(beside.id, 'analysis.processing')
  await send(`/v1/analyses/${beside.id}/cancel`, { method: 'POST' })
  const cancelled = await send(`/v1/analyses/${body.id}/cancel`, { method: 'POST' })
  t.match(await cancelled.json(), { state: 'cancelled', verdict: null })
  await listener.hears(body.id, 'analysis.cancelled')

  const { body: next } = await upload(await photo({ seed: 8 }), { prefer: 'wait=10' })
  t.equal(next.state, 'completed', 'the threads are free again long before they would have been')
  t.match(await get(body.id), { state: 'cancelled' })
  const again = await send(`/v1/analyses/${body.id}/cancel`, { method: 'POST' })
  t.equal(again.status, 409)
  t.match(await again.json(), { code: 'not_cancellable' })
  t.same(listener.typesOf(body.id), ['analysis.queued', 'analysis.processing', 'analysis.cancelled'])
  t.notOk((await ground.s3.keys()).some((object) => object.startsWith(`${accountId}/${body.id}/evidence`)))
})

t.test('an analysis can be deleted while it runs, and leaves nothing', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const { upload, send } = client(url, key)
  const listener = await listen(t, url, key)
  const { body } = await upload(await photo({ seed: 9, description: 'hostile: slow 1500' }))
  await listener.hears(body.id, 'analysis.processing')
  t.equal((await send(`/v1/analyses/${body.id}`, { method: 'DELETE' })).status, 204)
  await listener.hears(body.id, 'analysis.deleted')
  t.equal((await send(`/v1/analyses/${body.id}`)).status, 404)
  t.equal((await send(`/v1/analyses/${body.id}`, { method: 'DELETE' })).status, 404)

  await upload(await photo({ seed: 10, description: 'hostile: slow 2000' }), { prefer: 'wait=30' })
  t.notOk((await ground.s3.keys()).some((object) => object.includes(body.id)))
  t.same(listener.typesOf(body.id), ['analysis.queued', 'analysis.processing', 'analysis.deleted'])
  const { rows } = await ground.database.query('SELECT swept_at FROM tombstones WHERE prefix = $1', [`${accountId}/${body.id}/`])
  t.equal(rows.length, 1, 'a tombstone waits for what a late attempt may still write')
})

t.test('a storage that is down while an analysis is deleted is swept when it is back', async (t) => {
  const { key } = await makeAccount(ground)
  const { upload, send } = client(url, key)
  const { body } = await upload(await photo({ seed: 11 }), { prefer: 'wait=30' })
  ground.s3.misbehave = () => 'fail'
  t.equal((await send(`/v1/analyses/${body.id}`, { method: 'DELETE' })).status, 204)
  ground.s3.misbehave = () => undefined
  await eventually(async () => !(await ground.s3.keys()).some((object) => object.includes(body.id)))
})

t.test('the list goes by pages, newest first, and by filters', async (t) => {
  const { key } = await makeAccount(ground)
  const { upload, send, get } = client(url, key)
  const ids: string[] = []
  for (let seed = 0; seed < 5; seed++) {
    const { body } = await upload(await photo({ seed: 20 + seed, width: 64, height: 64 }), { prefer: 'wait=30' })
    ids.unshift(body.id)
  }
  const seen: string[] = []
  let next: string | null = '/v1/analyses?limit=2&state=completed'
  while (next !== null) {
    const response: Response = await send(next)
    const page = (await response.json()) as { analyses: Array<{ id: string }>; next: string | null }
    seen.push(...page.analyses.map(({ id }) => id))
    t.equal(response.headers.get('link'), page.next === null ? null : `<${page.next}>; rel="next"`)
    t.match(page.next ?? 'state=completed', /state=completed/, 'the next page keeps the filters')
    next = page.next
  }
  t.same(seen, ids)
  t.match(await (await send('/v1/analyses?verdict=authentic')).json(), { analyses: { length: 0 }, next: null })
  const found = async (query: Record<string, string>) => {
    const response = await send(`/v1/analyses?${new URLSearchParams(query)}`)
    return ((await response.json()) as { analyses: Array<{ id: string }> }).analyses.map(({ id }) => id)
  }
  const middle = (await get(ids[2]!)).createdAt
  const [from, to] = [middle, new Date(Date.parse(middle) + 1).toISOString()]
  t.same(await found({ from }), ids.slice(0, 3))
  t.same(await found({ to }), ids.slice(2))
  t.same(await found({ from: '2000-01-01T00:00:00Z', to: '2000-01-02T00:00:00+02:00' }), [])
  await ground.database.query("UPDATE analyses SET file_name = '100%_Sommer.jpg' WHERE id = $1", [ids[3]])
  t.same(await found({ fileName: '%_sommer' }), [ids[3]])
  t.same(await found({ fileName: '_' }), [ids[3]], 'signs stand for themselves')
  t.same(await found({ fileName: 'sommer', state: 'failed' }), [])
  for (const [query, code] of [['cursor=x', 'invalid_cursor'], ['from=2016-12-31T23:59:60Z', 'invalid_request'], ['limit=0', 'invalid_request'], ['state=nonsense', 'invalid_request']]) {
    const response = await send(`/v1/analyses?${query}`)
    t.equal(response.status, 400)
    t.match(await response.json(), { code })
  }
})

t.test('media comes in ranges, sandboxed, and only anew when it has changed', async (t) => {
  const { key } = await makeAccount(ground)
  const { upload, send } = client(url, key)
  const bytes = await photo({ seed: 30 })
  const { body } = await upload(bytes, { name: 'été "1".jpg', prefer: 'wait=30' })
  const path = `/v1/analyses/${body.id}/media`
  const whole = await send(path)
  t.match(Object.fromEntries(whole.headers), {
    'content-type': 'image/jpeg',
    'content-length': String(bytes.length),
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    'content-security-policy': /sandbox/,
    'content-disposition': /^inline; filename=.*filename\*=UTF-8''%C3%A9t%C3%A9/
  })
  t.same(Buffer.from(await whole.arrayBuffer()), bytes)
  const cases: Array<[string, number, Buffer | undefined]> = [
    ['bytes=0-9', 206, bytes.subarray(0, 10)],
    ['bytes=-5', 206, bytes.subarray(-5)],
    [`bytes=${bytes.length - 3}-`, 206, bytes.subarray(-3)],
    ['bytes=0-1,4-5', 200, bytes],
    ['lines=1-2', 200, bytes],
    [`bytes=${bytes.length}-`, 416, undefined]
  ]
  for (const [range, status, expected] of cases) {
    const response = await send(path, { headers: { range } })
    t.equal(response.status, status, range)
    if (expected !== undefined) t.same(Buffer.from(await response.arrayBuffer()), expected, range)
    else t.equal(response.headers.get('content-range'), `bytes */${bytes.length}`)
  }
  const etag = whole.headers.get('etag') ?? ''
  t.equal((await send(path, { headers: { 'if-none-match': etag } })).status, 304)
  t.equal((await send(path, { headers: { range: 'bytes=0-1', 'if-range': '"other"' } })).status, 200)
})
