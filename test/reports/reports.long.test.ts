import { createHash, createPublicKey, verify, type JsonWebKey } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { extractText, getDocumentProxy, getMeta } from 'unpdf'
import { signingKeyOf } from '../../src/reports/signingKey.ts'
import { photo, pngChunk } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { temporaryFolder } from '../harness/servers.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground, { PUBLIC_URL: 'https://faketect.example' })

const { accountId, key } = await makeAccount(ground)
const program = client(url, key)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A picture whose file says that it was made by a generator, and of what words. */
async function generated(seed: number): Promise<Buffer> {
  const picture = await photo({ format: 'png', seed })
  const settings = 'a castle by the sea\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, Model: dream'
  const end = picture.length - 12
  return Buffer.concat([picture.subarray(0, end), pngChunk('tEXt', Buffer.from(`parameters\0${settings}`, 'latin1')), picture.subarray(end)])
}

async function analysed(bytes: Uint8Array, name = 'photo.jpg') {
  return (await program.upload(bytes, { name, prefer: 'wait=20' })).body
}

async function reportOf(id: string, query = '', headers: Record<string, string> = {}, by = program) {
  const response = await by.send(`/v1/analyses/${id}/report.pdf${query}`, { headers })
  const bytes = new Uint8Array(await response.arrayBuffer())
  return { status: response.status, headers: response.headers, bytes, id: /\/v1\/reports\/([^/]+)\/signature/.exec(response.headers.get('link') ?? '')?.[1] ?? '' }
}

/** What a reader reads in a PDF. */
async function textOf(bytes: Uint8Array) {
  const pdf = await getDocumentProxy(bytes.slice())
  const { text } = await extractText(pdf)
  return { pages: text, text: text.join(' ').replaceAll(/\s+/g, ' '), info: (await getMeta(pdf)).info as Record<string, string> }
}

const rows = async (id: string) => (await ground.database.query('SELECT * FROM reports WHERE analysis_id = $1 ORDER BY id', [id])).rows

t.test('a report says what was examined and what was found, on numbered pages, and where it can be checked', async (t) => {
  const bytes = await generated(1)
  const analysis = await analysed(bytes, 'castle.png')
  const report = await reportOf(analysis.id)
  t.equal(report.status, 200)
  t.equal(report.headers.get('content-type'), 'application/pdf')
  t.match(report.headers.get('content-disposition'), report.id)
  const { pages, text, info } = await textOf(report.bytes)
  for (const said of [
    'castle.png',
    sha256(bytes),
    analysis.engineVersion!,
    'Made by AI: the file says so itself',
    'Probability by this examination: 99 %',
    'A very strong sign that it was made by AI',
    ...analysis.signals.map(({ meaning }) => meaning),
    ...analysis.notChecked.map(({ reason }) => reason),
    ...analysis.evidence.map(({ caption }) => caption),
    'Check this report'
  ]) {
    t.ok(text.includes(said), said)
  }
  t.ok(text.replaceAll(' ', '').includes(`https://faketect.example/verify?report=${report.id}`))
  t.ok(pages.length > 1)
  pages.forEach((page, at) => t.ok(page.includes(`${at + 1} / ${pages.length}`)))
  t.match(info, { Title: /castle\.png/, Keywords: `faketect-report:${report.id}` })
  t.equal(report.bytes.length, Number(report.headers.get('content-length')))
})

t.test('its signature is checked with the PDF, the JWS and the key set alone, and holds what the report says', async (t) => {
  const bytes = await photo({ seed: 2 })
  const analysis = await analysed(bytes)
  const { id, bytes: pdf } = await reportOf(analysis.id)
  const response = await fetch(`${url}/v1/reports/${id}/signature`)
  t.equal(response.headers.get('content-type'), 'application/jose')
  const [header = '', payload, signature = ''] = (await response.text()).split('.')
  t.equal(payload, '')
  const facts = JSON.parse(Buffer.from(header, 'base64url').toString())
  const keys = await fetch(`${url}/.well-known/jwks.json`)
  t.match(keys.headers.get('cache-control'), /^public, max-age=\d+$/)
  const set = (await keys.json()) as { keys: (JsonWebKey & { kid: string })[] }
  t.same(set.keys.map(({ kty, crv, d }) => ({ kty, crv, d })), [{ kty: 'OKP', crv: 'Ed25519', d: undefined }], 'no key shows its private half')
  const jwk = set.keys.find(({ kid }) => kid === facts.kid)!
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' })
  const signed = (document: Uint8Array) => verify(null, Buffer.concat([Buffer.from(`${header}.`), document]), publicKey, Buffer.from(signature, 'base64url'))
  t.ok(signed(pdf))
  t.notOk(signed(pdf.with(pdf.length >> 1, pdf[pdf.length >> 1]! ^ 1)))
  t.match(facts, { alg: 'EdDSA', b64: false, crit: ['b64'], report: { id, mediaSha256: sha256(bytes), verdict: 'inconclusive', engineVersion: analysis.engineVersion! } })
  t.equal(facts.kid, createHash('sha256').update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x: jwk.x })).digest('base64url'))
})

t.test('asked for again, also by many at once, it is the same report; in another language it is another', async (t) => {
  const { id } = await analysed(await photo({ seed: 3 }))
  const all = await Promise.all(Array.from({ length: 6 }, () => reportOf(id)))
  t.same(new Set(all.map(({ status }) => status)), new Set([200]))
  t.same(new Set([...all, await reportOf(id)].map(({ bytes }) => sha256(bytes))).size, 1)
  t.equal((await rows(id)).length, 1)
  const french = await reportOf(id, '', { 'accept-language': 'fr-CA, en;q=0.5' })
  t.equal(french.headers.get('content-language'), 'fr')
  const { text } = await textOf(french.bytes)
  t.ok(text.includes('Rapport d’examen') && text.includes('Comment vérifier ce rapport'), text.slice(0, 200))
  t.equal(sha256((await reportOf(id, '?language=fr')).bytes), sha256(french.bytes))
  t.equal((await rows(id)).length, 2)
})

t.test('what a generator was told is left out unless the owner includes it', async (t) => {
  const { id } = await analysed(await generated(4))
  const { text } = await textOf((await reportOf(id)).bytes)
  t.notOk(text.includes('a castle by the sea'))
  t.ok(text.includes('places, serial numbers, prompts'))
  const included = (await textOf((await reportOf(id, '?include=prompts&include=location')).bytes)).text
  t.ok(included.includes('a castle by the sea'))
  t.notOk(included.includes('places'))
  t.ok((await textOf((await reportOf(id, '?include=prompts')).bytes)).text.includes('a castle by the sea'))
  t.equal((await reportOf(id, '?include=everything')).status, 400)
})

t.test('only its owner is given one, and only when there is a verdict', async (t) => {
  const { id } = await analysed(await photo({ seed: 5 }))
  const stranger = client(url, (await makeAccount(ground)).key)
  for (const path of [id, 'nonsense', '01a20283-3668-70e0-b9e1-72395ac33b81']) t.equal((await reportOf(path, '', {}, stranger)).status, 404)
  const failed = await analysed(Buffer.concat([(await photo({ seed: 6 })).subarray(0, 400), Buffer.alloc(4_000)]))
  const response = await program.send(`/v1/analyses/${failed.id}/report.pdf`)
  t.match(await response.json(), { status: 409, code: 'not_completed' })
})

t.test('of a file that was not to be kept there is a report of its hash and verdict', async (t) => {
  const bytes = await photo({ seed: 7 })
  await ground.database.query("UPDATE accounts SET retention = 'none' WHERE id = $1", [accountId])
  const { id } = await analysed(bytes, 'secret.jpg')
  await ground.database.query("UPDATE accounts SET retention = 'plan' WHERE id = $1", [accountId])
  await eventually(async () => (await program.get(id)).purgedAt !== null)
  const { text } = await textOf((await reportOf(id)).bytes)
  t.ok(text.includes(sha256(bytes)) && text.includes('were not to be kept'))
  t.notOk(text.includes('secret'))
})

t.test('a PDF goes with its analysis, and one that is gone is made anew; both can still be checked', async (t) => {
  const { id } = await analysed(await photo({ seed: 8 }))
  const first = await reportOf(id)
  const kept = async () => (await ground.s3.keys()).filter((name) => name.includes(`${id}/report/`))
  t.equal((await kept()).length, 1)
  // As if the sweep had come by: what was kept below a buried prefix is removed once more.
  await ground.database.query('INSERT INTO tombstones (prefix) VALUES ($1)', [`${accountId}/${id}/report/`])
  await eventually(async () => (await kept()).length === 0)
  const second = await reportOf(id)
  t.equal(second.status, 200)
  t.not(second.id, first.id)
  t.equal((await program.send(`/v1/analyses/${id}`, { method: 'DELETE' })).status, 204)
  t.equal((await reportOf(id)).status, 404)
  await eventually(async () => (await kept()).length === 0)
  for (const { id, bytes } of [first, second]) {
    const response = await fetch(`${url}/v1/reports/verify`, { method: 'POST', headers: { 'content-type': 'application/pdf' }, body: bytes })
    t.match(await response.json(), { outcome: 'valid', report: { id } })
  }
  const row = (await rows(id))[0]
  t.notOk(JSON.stringify(row).includes(accountId), 'what stays does not tell whose it was')
})

t.test('when the store fails, nothing is written down', async (t) => {
  const { id } = await analysed(await photo({ seed: 9 }))
  ground.s3.misbehave = ({ method, url }) => (method === 'PUT' && url.pathname.includes('/report/') ? 'fail' : undefined)
  t.equal((await reportOf(id)).status, 503)
  ground.s3.misbehave = () => undefined
  t.same(await rows(id), [])
  t.equal((await reportOf(id)).status, 200)
})

t.test('whoever makes a key in the same folder at the same time has the same', async (t) => {
  const folder = join(temporaryFolder(t), 'data')
  const keys = await Promise.all(Array.from({ length: 5 }, () => signingKeyOf(undefined, folder)()))
  t.equal(new Set(keys.map(({ jwk }) => jwk.kid)).size, 1)
  t.same(await readdir(folder), ['report-signing-key.pem'])
  t.equal((await stat(join(folder, 'report-signing-key.pem'))).mode & 0o777, 0o600)
})
