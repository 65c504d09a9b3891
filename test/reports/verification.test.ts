import { execFile } from 'node:child_process'
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const ours = generateKeyPairSync('ed25519').privateKey
const pem = (key: KeyObject) => String(key.export({ type: 'pkcs8', format: 'pem' }))
const PUBLIC_URL = 'https://faketect.example'
const { url } = await startService(t, ground, { PUBLIC_URL, REPORT_SIGNING_KEY: pem(ours) })
const { key } = await makeAccount(ground)
const program = client(url, key)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A file, and the report of its analysis. */
async function reported(seed: number) {
  const file = await photo({ seed })
  const { id: analysis } = (await program.upload(file, { prefer: 'wait=20' })).body
  return { file, analysis, ...(await reportOf(analysis)) }
}

async function reportOf(analysis: string, service = url) {
  const response = await client(service, key).send(`/v1/analyses/${analysis}/report.pdf`)
  const pdf = new Uint8Array(await response.arrayBuffer())
  return { status: response.status, pdf, id: /\/v1\/reports\/([^/]+)\/signature/.exec(response.headers.get('link') ?? '')?.[1] ?? '' }
}

/** Asks as somebody without an account: with hashes, or with the bytes of a PDF. */
async function verify(given: object | Uint8Array, query = '') {
  const isPdf = given instanceof Uint8Array
  const headers = { 'content-type': isPdf ? 'application/pdf' : 'application/json' }
  const response = await fetch(`${url}/v1/reports/verify${query}`, { method: 'POST', headers, body: isPdf ? (given as Uint8Array<ArrayBuffer>) : JSON.stringify(given) })
  return (await response.json()) as { outcome?: string; report?: { id: string } | null; code?: string }
}

/** As if somebody had replaced letters in it with others. */
const forged = (pdf: Uint8Array) => pdf.with(pdf.length - 200, pdf[pdf.length - 200]! ^ 1)
const kids = async (service = url) => ((await (await fetch(`${service}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
const statement = async (id: string) => (await (await fetch(`${url}/v1/reports/${id}`)).json()) as { kid: string; keyRevokedAt: string | null }

t.test('anybody can check a report without an account, by its bytes or by their hash', async (t) => {
  const { file, id, pdf } = await reported(1)
  const known = { id, mediaSha256: sha256(file), pdfSha256: sha256(pdf), verdict: 'inconclusive', keyRevokedAt: null }
  t.match(await statement(id), known)
  t.match(await verify(pdf), { outcome: 'valid', report: known })
  t.match(await verify({ pdf: sha256(pdf) }), { outcome: 'valid', report: known })
  t.match(await verify(forged(pdf)), { outcome: 'altered', report: known })
  t.match(await verify({ pdf: sha256(forged(pdf)), report: id }), { outcome: 'altered', report: known })
  t.same(await verify({ pdf: sha256(forged(pdf)) }), { outcome: 'unknown', report: null })
  t.same(await verify(Buffer.from('%PDF-1.7 nothing of ours')), { outcome: 'unknown', report: null })
  t.match(await verify(Buffer.from('%PDF-1.7 printed anew'), `?report=${id}`), { outcome: 'altered', report: known })
  t.same(await verify(Buffer.from('%PDF-1.7 faketect-report:01a20283-3668-70e0-b9e1-72395ac33b81')), { outcome: 'unknown', report: null })
})

t.test('a file is compared with the one that a report speaks of, and without a report nothing is told of a file', async (t) => {
  const { file, id } = await reported(2)
  t.match(await verify({ file: sha256(file), report: id }), { outcome: 'matches', report: { id } })
  t.match(await verify({ file: sha256(Buffer.from('another')), report: id }), { outcome: 'differs', report: { id } })
  t.same(await verify({ file: sha256(file), report: '01a20283-3668-70e0-b9e1-72395ac33b81' }), { outcome: 'unknown', report: null })
  t.match(await verify({ file: sha256(file) }), { code: 'invalid_request' })
  t.match(await verify({ pdf: sha256(file) }), { outcome: 'unknown' })
})

t.test('what does not fit is refused', async (t) => {
  for (const given of [{}, { pdf: 'abc' }, { pdf: sha256(Buffer.alloc(1)), report: 'none' }]) t.match(await verify(given), { code: 'invalid_request' }, JSON.stringify(given))
  const type = (body?: string) => fetch(`${url}/v1/reports/verify`, { method: 'POST', body: body ?? null })
  for (const response of [await type(), await type('plain text')]) t.match(await response.json(), { status: 415, code: 'unsupported_media_type' })
  t.match(await verify(Buffer.alloc(9 * 1024 * 1024)), { code: 'body_too_large' })
  for (const path of ['none', '01a20283-3668-70e0-b9e1-72395ac33b81', 'none/signature']) {
    t.equal((await fetch(`${url}/v1/reports/${path}`)).status, 404)
  }
})

t.test('a report whose record was changed is not said to be valid', async (t) => {
  const { id, pdf } = await reported(3)
  await ground.database.query("UPDATE reports SET verdict = 'authentic' WHERE id = $1", [id])
  t.match(await verify(pdf), { outcome: 'signature_invalid', report: { id } })
  await ground.database.query("UPDATE reports SET verdict = 'inconclusive' WHERE id = $1", [id])
  t.match(await verify(pdf), { outcome: 'valid' })
  const jws = (await ground.database.query('SELECT jws FROM reports WHERE id = $1', [id])).rows[0].jws as string
  await ground.database.query('UPDATE reports SET jws = $2 WHERE id = $1', [id, jws.replace(/\.\.(.)/, (_all, first) => `..${first === 'A' ? 'B' : 'A'}`)])
  t.match(await verify(pdf), { outcome: 'signature_invalid' })
})

t.test('another key signs from the next start on, and what the old one signed stays valid; a stolen one is revoked by a command', async (t) => {
  const old = await reported(4)
  const later = await reported(5)
  const rotated = await startService(t, ground, { PUBLIC_URL, ROLES: 'api', REPORT_SIGNING_KEY: pem(generateKeyPairSync('ed25519').privateKey).replaceAll('\n', '\\n') })
  await ground.database.query('DELETE FROM reports WHERE id = $1', [later.id])
  const fresh = await reportOf(later.analysis, rotated.url)
  t.equal((await reportOf(old.analysis, rotated.url)).id, old.id, 'it is not made anew')
  const [{ kid }, { kid: newKid }] = [await statement(old.id), await statement(fresh.id)]
  t.not(newKid, kid)
  t.same(await kids(), [kid, newKid])
  t.match(await verify(old.pdf), { outcome: 'valid' })
  t.match(await verify(fresh.pdf), { outcome: 'valid' })

  const script = fileURLToPath(new URL('../../src/reports/keysCommand.ts', import.meta.url))
  const command = (...options: string[]) =>
    promisify(execFile)(process.execPath, [script, ...options], { env: { ...process.env, DATABASE_URL: ground.env.DATABASE_URL } })
  await command(`--revoke=${kid}`)
  t.match((await command()).stdout, new RegExp(`${kid} .* revoked .*\\n${newKid} `))
  t.same(await kids(rotated.url), [newKid])
  t.match(await verify(old.pdf), { outcome: 'key_revoked' })
  t.match(await verify({ pdf: sha256(old.pdf) }), { outcome: 'key_revoked' })
  t.match(await verify({ file: sha256(old.file), report: old.id }), { outcome: 'key_revoked' })
  t.type((await statement(old.id)).keyRevokedAt, 'string')
  t.match(await verify(fresh.pdf), { outcome: 'valid' })

  t.equal((await reportOf(old.analysis)).status, 503, 'a machine that still has it signs nothing')
  const anew = await reportOf(old.analysis, rotated.url)
  t.not(anew.id, old.id)
  t.match(await verify(anew.pdf), { outcome: 'valid' })
})
