import t from 'tap'
import type { SharedAnalysis } from '../../src/shares/resource.ts'
import { photo } from '../engine/pictures.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground)
const second = await startService(t, ground, { ROLES: 'api' })

/** A third, whose log is read. */
const lines: string[] = []
const logged = await startService(t, ground, { ROLES: 'api', LOG_LEVEL: 'info' }, { write: (line) => void lines.push(line) })

/** A file that tells where it was taken, by whom, and what was asked for. */
const telling = {
  exif: {
    IFD0: { Make: 'Canon', Model: 'Canon EOS 5D', ImageDescription: 'Elm Street 7' },
    IFD2: { DateTimeOriginal: '2024:05:31 21:50:40' },
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 51/1 30/1', GPSLongitudeRef: 'E', GPSLongitude: '2/1 17/1 40/1' }
  },
  xmp: '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"><photoshop:DocumentAncestors><rdf:Bag><rdf:li>xmp.did:4711</rdf:li></rdf:Bag></photoshop:DocumentAncestors></rdf:Description></rdf:RDF></x:xmpmeta>'
}
const place = '48.85833, 2.29444'

async function sharing(key: string, { seed = 1, retention }: { seed?: number; retention?: string } = {}) {
  const { upload, send, json } = calls(key)
  const { body } = await upload(await photo({ ...telling, seed }), { name: 'Anna at home.jpg', prefer: 'wait=30', ...(retention && { retention }) })
  const path = `/v1/analyses/${body.id}/share`
  const share = async (body: object = {}) => json(await send(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }))
  return { body, path, share, send, json }
}

/** What making a link is answered by, or a problem. */
interface Made {
  url: string
  include: string[]
  createdAt: string
  expiresAt: string | null
  code?: string
}

function calls(key: string) {
  const json = async (response: Response) => ({ status: response.status, headers: response.headers, body: (await response.json()) as Made })
  return { ...client(url, key), json }
}

const tokenOf = (link: string) => new URL(link).pathname.replace('/shared/', '')
const look = (token: string, path = '', origin = url) => fetch(`${origin}/v1/shared/${token}${path}`)

t.test('whoever has the link sees the verdict and the pictures, and nothing that its owner did not let be seen', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const { body, share } = await sharing(key)
  t.match(JSON.stringify(body.signals), place, 'the owner sees where it was taken')
  const made = await share()
  t.equal(made.status, 201)
  t.match(made.body, { include: { length: 0 }, createdAt: String })
  t.equal(Math.round((Date.parse(made.body.expiresAt!) - Date.now()) / 86_400_000), 30)
  t.match(made.body.url, new RegExp(String.raw`^${url}/shared/[\w-]{43}$`))

  const answer = await look(tokenOf(made.body.url))
  t.equal(answer.status, 200)
  t.match(Object.fromEntries(answer.headers), { 'cache-control': 'private, no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': /noindex/ })
  const seen = (await answer.json()) as SharedAnalysis
  t.match(seen, { verdict: body.verdict, summary: body.summary, sha256: body.sha256, media: body.media, fileName: null })
  t.equal(seen.signals.length, body.signals.length)
  for (const kept of [body.id, accountId, place, 'Elm Street', '4711', 'Anna']) t.notMatch(JSON.stringify(seen), kept)
  t.match(JSON.stringify(seen), 'Canon EOS 5D')

  t.ok(seen.evidence.length > 0)
  for (const path of [...seen.evidence.map((one) => one.url), seen.links.thumbnail!, seen.links.preview!]) {
    const picture = await fetch(url + path)
    t.equal(picture.status, 200, path)
    t.match(Object.fromEntries(picture.headers), { 'content-type': /^image\//, 'cache-control': 'private, no-store', 'x-robots-tag': /noindex/ })
  }
  for (const path of ['/evidence/media', '/evidence/..%2F..%2Fmedia', '/media', '/share']) t.equal((await look(tokenOf(made.body.url), path)).status, 404, path)
})

t.test('what the owner ticks is shown, and no more', async (t) => {
  const { key } = await makeAccount(ground)
  const { share } = await sharing(key)
  const located = (await share({ include: ['location'] })).body
  const text = await (await look(tokenOf(located.url))).text()
  t.match(text, place)
  t.notMatch(text, 'xmp.did:4711')
  const all = (await share({ include: ['location', 'serial_numbers', 'prompts', 'file_name'], expiresAt: null })).body
  t.equal(all.expiresAt, null)
  const whole = await (await look(tokenOf(all.url))).text()
  for (const shown of [place, 'xmp.did:4711', 'Elm Street 7', 'Anna at home.jpg']) t.match(whole, shown)
})

t.test('a link ends at once on every machine when it is withdrawn, replaced or expired, and with what it shows', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const { body, path, share, send } = await sharing(key)
  const isOpen = async (link: string) => {
    const [here, there] = await Promise.all([look(tokenOf(link)), look(tokenOf(link), '/evidence/preview.webp', second.url)])
    t.equal(here.status, there.status)
    return here.status === 200
  }
  t.equal((await send(path)).status, 404)
  const first = (await share()).body.url
  t.ok(await isOpen(first))
  t.same(Object.keys((await (await send(path)).json()) as object), ['include', 'createdAt', 'expiresAt'], 'the link is shown once')

  const next = (await share({ include: ['prompts'] })).body.url
  t.notOk(await isOpen(first))
  t.ok(await isOpen(next))
  t.match(await (await send(path)).json(), { include: ['prompts'] })

  await ground.database.query("UPDATE shares SET expires_at = now() - interval '1 second'")
  t.notOk(await isOpen(next))
  t.equal((await send(path)).status, 404)

  const third = (await share()).body.url
  t.equal((await send(path, { method: 'DELETE' })).status, 204)
  t.notOk(await isOpen(third))
  t.equal((await send(path, { method: 'DELETE' })).status, 404)

  const fourth = (await share()).body.url
  await ground.database.query('UPDATE accounts SET suspended_at = now() WHERE id = $1', [accountId])
  t.notOk(await isOpen(fourth), 'while its owner is suspended')
  await ground.database.query('UPDATE accounts SET suspended_at = NULL WHERE id = $1', [accountId])
  t.ok(await isOpen(fourth))
  await ground.database.query('UPDATE analyses SET purged_at = now() WHERE id = $1', [body.id])
  t.notOk(await isOpen(fourth), 'when the file was not to be kept')
  await ground.database.query('UPDATE analyses SET purged_at = NULL WHERE id = $1', [body.id])
  t.equal((await send(`/v1/analyses/${body.id}`, { method: 'DELETE' })).status, 204)
  t.notOk(await isOpen(fourth))
  t.same((await ground.database.query('SELECT FROM shares WHERE account_id = $1', [accountId])).rowCount, 0)

  const fifth = (await (await sharing(key, { seed: 5 })).share()).body.url
  t.ok(await isOpen(fifth))
  // From here on its things are taken out, step by step.
  await ground.database.query('UPDATE accounts SET removed_at = now() WHERE id = $1', [accountId])
  t.notOk(await isOpen(fifth), 'when its owner is gone')
})

t.test('only an owner shares, what has a verdict and is kept', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const { path, share, json } = await sharing(key, { seed: 2 })
  const stranger = client(url, (await makeAccount(ground)).key)
  for (const method of ['POST', 'GET', 'DELETE']) {
    const body = method === 'POST' ? { headers: { 'content-type': 'application/json' }, body: '{}' } : {}
    t.equal((await stranger.send(path, { method, ...body })).status, 404, method)
  }
  t.match(await share({ include: ['everything'] }), { status: 400, body: { code: 'invalid_request' } })
  t.match(await share({ expiresAt: '2020-01-01T00:00:00Z' }), { status: 400, body: { code: 'invalid_request' } })
  t.match(await json(await look('x'.repeat(43))), { status: 404, body: { code: 'not_found' } })
  t.match(await json(await look('%00')), { status: 404, body: { code: 'not_found' } })

  await ground.database.query("UPDATE analyses SET state = 'failed' WHERE account_id = $1", [accountId])
  t.match(await share(), { status: 409, body: { code: 'not_completed' } })
  await ground.database.query("UPDATE analyses SET state = 'completed', retention = 'none' WHERE account_id = $1", [accountId])
  t.match(await share(), { status: 410, body: { code: 'media_purged' } })
})

t.test('nothing in the database and nothing in the log opens a link', async (t) => {
  const { key } = await makeAccount(ground)
  const { share } = await sharing(key, { seed: 3 })
  const token = tokenOf((await share()).body.url)
  for (const path of ['', '/evidence/preview.webp']) await look(token, path, logged.url)
  await fetch(`${logged.url}/shared/${token}`)
  t.equal(lines.filter((line) => line.includes('/shared/…')).length, 3)
  t.notOk(lines.some((line) => line.includes(token)))
  const { rows } = await ground.database.query('SELECT shares::text AS row FROM shares')
  t.ok(rows.length > 0)
  for (const { row } of rows) t.notMatch(row, token)
  for (const { row } of rows) for (const word of String(row).match(/[\w-]{20,}/g) ?? []) t.equal((await look(word)).status, 404, word)
})
