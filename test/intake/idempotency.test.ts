import { once } from 'node:events'
import { connect } from 'node:net'
import { Registry } from '@prometheus-io/client'
import { drizzle } from '../../src/platform/drizzle.ts'
import type { FastifyRequest } from 'fastify'
import { Pool } from 'pg'
import pino from 'pino'
import t, { type Test } from 'tap'
import type { Caller } from '../../src/accounts/apiKeys.ts'
import { dropUpload } from '../../src/analyses/uploads.ts'
import { claimKey, holdKey, keepAnswer, releaseKey } from '../../src/intake/idempotency/claims.ts'
import { readIdempotencyKey } from '../../src/intake/idempotency/header.ts'
import type { Intake } from '../../src/intake/intake.ts'
import { receiveFile } from '../../src/intake/receive.ts'
import { alone } from '../../src/intake/receiveForm.ts'
import { plans } from '../../src/limits/plans.ts'
import { createMeasures } from '../../src/observability/measures.ts'
import * as schema from '../../src/platform/schema.ts'
import { openStorage } from '../../src/platform/storage/open.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { startReceiver } from '../harness/receiver.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { sendForm, sendJson, startForm, type Answer, type Part } from './forms.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground, { ROLES: 'api', OUTBOUND_ALLOW: '127.0.0.0/8' })
const second = await startService(t, ground, { ROLES: 'api', OUTBOUND_ALLOW: '127.0.0.0/8' })

const keyed = (key: string) => ({ 'idempotency-key': key })
const rowsOf = async (accountId: string) =>
  (await ground.database.query('SELECT id, batch_id FROM analyses WHERE account_id = $1', [accountId])).rows as Array<{ id: string; batch_id: string | null }>
const used = async (accountId: string) =>
  ((await ground.database.query('SELECT used FROM monthly_usage WHERE account_id = $1', [accountId])).rows[0]?.used ?? 0) as number

function isReplayOf(t: Test, again: Answer, first: Answer): void {
  t.equal(again.status, first.status)
  t.same(again.body, first.body)
  t.equal(again.headers.get('location'), first.headers.get('location'))
  t.equal(again.headers.get('content-type'), first.headers.get('content-type'))
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  t.equal(first.headers.get('idempotency-replayed'), null)
}

t.test('a key is a string of structured headers, or a word as most send it', async (t) => {
  const good = { '"8e03978e-40d5-43dd-bc93-6894a57f9324"': '8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5': '8e03978e-40d5', '"a b"': 'a b', '"a\\"b"': 'a"b', abc: 'abc' }
  for (const [header, key] of Object.entries(good)) t.equal(readIdempotencyKey(header), key, header)
  for (const header of ['', '""', 'a b', 'a, b', '"open', '"é"', 'x'.repeat(256), `"${'x'.repeat(256)}"`]) {
    t.throws(() => readIdempotencyKey(header), { code: 'invalid_idempotency_key' }, header)
  }
  const { key } = await makeAccount(ground)
  const refused = await sendForm(url, key, [{ bytes: await photo() }], { headers: keyed('a b') })
  t.match(refused, { status: 400, body: { code: 'invalid_idempotency_key' } })
})

t.test('a client that is gone before its request is read leaves no key behind, nor a request without an end', async (t) => {
  const { key } = await makeAccount(ground)
  const bytes = await photo({ seed: 4 })
  const kinds = {
    form: ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'],
    JSON: ['application/json', '{"url": ']
  }
  for (const [kind, [type, body]] of Object.entries(kinds)) {
    const blocker = new Pool({ connectionString: ground.env.DATABASE_URL!, max: 1 })
    t.teardown(() => blocker.end())
    await blocker.query('BEGIN; LOCK TABLE idempotency_keys IN ACCESS EXCLUSIVE MODE')
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.write(`POST /v1/analyses HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${key}\r\nidempotency-key: "${kind}"\r\ncontent-type: ${type}\r\ncontent-length: 90000\r\n\r\n${body}`)
    const waits = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE 'insert into \"idempotency_keys\"%'"
    await eventually(async () => (await ground.database.query(waits)).rowCount === 1)
    const closed = once(socket, 'close')
    socket.destroy()
    await closed
    await blocker.query('COMMIT')
    await eventually(async () => (await ground.database.query('SELECT FROM idempotency_keys WHERE key = $1', [kind])).rowCount === 0)
    t.equal((await sendForm(url, key, [{ bytes }], { headers: keyed(kind) })).status, 202, kind)
  }
})

t.test('the same key with the same form has the same answer, and makes everything once', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const send = (parts: Part[], fields = {}, at = url, name = '"one"') => sendForm(at, key, parts, { fields, headers: keyed(name) })
  const file = { bytes: await photo({ seed: 1 }), name: 'a.jpg' }
  const first = await send([file])
  t.equal(first.status, 202)
  isReplayOf(t, await send([file]), first)
  isReplayOf(t, await send([file], {}, second.url), first)
  isReplayOf(t, await send([file], {}, url, 'one'), first)
  t.equal((await rowsOf(accountId)).length, 1)
  t.equal(await used(accountId), 1)
  t.equal((await ground.s3.keys()).filter((object) => object.startsWith(accountId)).length, 1, 'nothing is stored twice')

  const others: Array<[string, Part[], Record<string, string>?]> = [
    ['other bytes', [{ ...file, bytes: await photo({ seed: 2 }) }]],
    ['another name', [{ ...file, name: 'b.jpg' }]],
    ['one more file', [file, file]],
    ['another wish', [file], { retention: 'none' }]
  ]
  for (const [what, parts, fields] of others) t.match(await send(parts, fields), { status: 422, body: { code: 'idempotency_key_reused' } }, what)
  const asJson = await sendJson(url, key, { url: 'https://pictures.example/a.jpg' }, keyed('one'))
  t.match(asJson, { status: 422, body: { code: 'idempotency_key_reused' } }, 'another kind of body')
  t.equal((await rowsOf(accountId)).length, 1)

  const stranger = await makeAccount(ground)
  const theirs = await sendForm(url, stranger.key, [file], { headers: keyed('one') })
  t.equal(theirs.status, 202, "another account's same key is another key")
  t.not(theirs.body.id, first.body.id)
  t.equal(theirs.headers.get('idempotency-replayed'), null)

  await ground.database.query("UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE account_id = $1", [accountId])
  const later = await send([file])
  t.equal(later.status, 202)
  t.not(later.body.id, first.body.id, 'after a day the key is as new')
})

t.test('a verdict that was there at once is given again as long as its analysis is there, and no longer', async (t) => {
  const { key } = await makeAccount(ground)
  const worker = await startService(t, ground)
  const bytes = await photo({ seed: 3 })
  const send = (name: string, headers = {}) => sendForm(worker.url, key, [{ bytes }], { headers: { ...keyed(name), ...headers } })
  const waited = await send('waited', { prefer: 'wait=30' })
  t.match(waited, { status: 200, body: { state: 'completed' } })
  t.match(await send('waited'), { status: 202, body: { id: waited.body.id, state: 'queued', signals: { length: 0 } } }, 'what is kept is the answer without waiting')
  isReplayOf(t, await send('waited', { prefer: 'wait=30' }), waited)
  const first = await send('cached')
  t.match(first, { status: 202, body: { state: 'completed', cached: true } })
  isReplayOf(t, await send('cached'), first)
  const { rows } = await ground.database.query("SELECT body FROM idempotency_keys WHERE key IN ('waited', 'cached') AND body::text LIKE '%log10%'")
  t.same(rows, [])
  await client(url, key).send(`/v1/analyses/${first.body.id}`, { method: 'DELETE' })
  t.match(await send('cached'), { status: 404, body: { code: 'not_found' } })
})

t.test('a batch has its answer again as well', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const parts = [{ bytes: await photo({ seed: 5 }) }, { bytes: Buffer.from('%PDF-1.7 no picture'), name: 'x.pdf' }, { bytes: await photo({ seed: 6 }) }]
  const first = await sendForm(url, key, parts, { headers: keyed('batch') })
  t.equal(first.status, 202)
  isReplayOf(t, await sendForm(url, key, parts, { headers: keyed('batch') }), first)
  t.match(await sendForm(url, key, parts.toReversed(), { headers: keyed('batch') }), { status: 422 })
  t.equal((await rowsOf(accountId)).length, 2)
  t.equal((await ground.database.query('SELECT 1 FROM batches WHERE account_id = $1', [accountId])).rows.length, 1)
})

t.test('twenty at once on two machines make one analysis', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const bytes = await photo({ seed: 7 })
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => sendForm(n % 2 === 0 ? url : second.url, key, [{ bytes }], { headers: keyed('rush') })))
  const taken = answers.filter(({ status }) => status === 202)
  t.ok(taken.length >= 1)
  t.equal(new Set(taken.map(({ body }) => body.id)).size, 1)
  for (const { status, body, headers } of answers.filter(({ status }) => status !== 202)) {
    t.match({ status, body }, { status: 409, body: { code: 'idempotency_key_in_flight' } })
    t.ok(headers.get('retry-after'))
  }
  t.equal((await rowsOf(accountId)).length, 1)
  t.equal(await used(accountId), 1)
})

t.test('definite refusals are kept; what may go well the next time is not', async (t) => {
  const { key, accountId } = await makeAccount(ground, 'FREE')
  const send = (bytes: Uint8Array, name: string) => sendForm(url, key, [{ bytes }], { headers: keyed(name) })
  const refused = await send(Buffer.from('%PDF-1.7 no picture'), 'pdf')
  t.equal(refused.status, 415)
  isReplayOf(t, await send(Buffer.from('%PDF-1.7 no picture'), 'pdf'), refused)
  t.equal((await send(await photo(), 'pdf')).status, 422)

  const bytes = await photo({ seed: 8 })
  ground.s3.misbehave = () => 'fail'
  t.equal((await send(bytes, 'later')).status, 503)
  ground.s3.misbehave = () => undefined
  await ground.database.query(
    "INSERT INTO monthly_usage (account_id, month, used) VALUES ($1, date_trunc('month', now() AT TIME ZONE 'UTC')::date, $2)",
    [accountId, plans.FREE.analysesPerMonth]
  )
  t.match(await send(bytes, 'later'), { status: 429, body: { code: 'quota_exceeded' } })
  await ground.database.query('DELETE FROM monthly_usage WHERE account_id = $1', [accountId])
  t.equal((await rowsOf(accountId)).length, 0)
})

t.test('an upload that breaks off gives its key back, and the next one with it counts', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const bytes = await photo({ seed: 9 })
  const form = await startForm(t, url, key, keyed('broken'))
  form.begin('photo.jpg')
  form.write(bytes.subarray(0, 5_000))
  await eventually(async () => (await rowsOf(accountId)).length === 1)
  t.match(await sendForm(second.url, key, [{ bytes }], { headers: keyed('broken') }), { status: 409, body: { code: 'idempotency_key_in_flight' } })
  form.cut()
  await eventually(async () => (await ground.database.query('SELECT 1 FROM idempotency_keys WHERE account_id = $1', [accountId])).rows.length === 0)
  t.equal((await sendForm(url, key, [{ bytes }], { headers: keyed('broken') })).status, 202)
  t.equal((await rowsOf(accountId)).length, 1)
})

t.test('a batch that broke off is gone on with under its key: what had come is not taken twice', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const parts = await Promise.all([21, 21, 22, 23].map(async (seed, n) => ({ bytes: await photo({ seed }), name: `${n}` })))
  const form = await startForm(t, url, key, keyed('resumed'))
  for (const { bytes, name } of parts.slice(0, 3)) {
    form.begin(name)
    form.write(bytes)
  }
  form.begin('3')
  form.write(parts[3]!.bytes.subarray(0, 4_000))
  await eventually(async () => (await rowsOf(accountId)).filter(({ batch_id }) => batch_id !== null).length === 3)
  form.cut()
  await eventually(async () => (await ground.database.query("SELECT 1 FROM batches WHERE account_id = $1 AND intake = 'incomplete'", [accountId])).rows.length === 1)
  const known = await rowsOf(accountId)
  await eventually(async () => (await sendForm(second.url, key, parts, { headers: keyed('resumed') })).status === 202)
  const again = await sendForm(url, key, parts, { headers: keyed('resumed') })
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  t.match(again.body, { intake: 'received', id: known[0]?.batch_id })
  t.same(again.body.analyses.map(({ fileName }) => fileName), ['0', '1', '2', '3'])
  t.equal((await rowsOf(accountId)).length, 4)
  t.equal(await used(accountId), 4)
})

t.test('a JSON request that makes something has its answer again, whatever the order of its members', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const post = async (body: unknown, name: string) => {
    const response = await client(url, key).send('/v1/webhooks', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...keyed(name) }
    })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] }
  }
  const first = await post({ url: 'https://hooks.example/', events: ['analysis.completed'] }, 'hook')
  t.equal(first.status, 201)
  isReplayOf(t, await post({ events: ['analysis.completed'], url: 'https://hooks.example/' }, 'hook'), first)
  t.match(await post({ url: 'https://hooks.example/2', events: ['analysis.completed'] }, 'hook'), { status: 422, body: { code: 'idempotency_key_reused' } })
  const wrong = await post({ url: 'https://hooks.example/' }, 'wrong')
  t.equal(wrong.status, 400)
  isReplayOf(t, await post({ url: 'https://hooks.example/' }, 'wrong'), wrong)
  const rushed = await Promise.all(Array.from({ length: 10 }, () => post({ url: 'https://hooks.example/3', events: ['analysis.completed'] }, 'rush')))
  t.ok(rushed.every(({ status }) => status === 201 || status === 409))
  t.equal((await ground.database.query('SELECT 1 FROM webhooks WHERE account_id = $1', [accountId])).rows.length, 2)
})

t.test('a file that is fetched is fetched once', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const bytes = await photo({ seed: 31 })
  const receiver = await startReceiver(t, (_request, response) => void response.writeHead(200).end(bytes))
  const first = await sendJson(url, key, { url: receiver.url }, keyed('address'))
  t.equal(first.status, 202)
  isReplayOf(t, await sendJson(url, key, { url: receiver.url }, keyed('address')), first)
  t.match(await sendJson(url, key, { url: `${receiver.url}?` }, keyed('address')), { status: 422, body: { code: 'idempotency_key_reused' } })
  t.equal(receiver.received.length, 1)
  t.equal((await rowsOf(accountId)).length, 1)
  receiver.behave = (_request, response) => void response.writeHead(500).end()
  t.match(await sendJson(url, key, { url: receiver.url }, keyed('down')), { status: 422, body: { code: 'url_not_fetchable' } })
  receiver.behave = (_request, response) => void response.writeHead(200).end(bytes)
  t.equal((await sendJson(url, key, { url: receiver.url }, keyed('down'))).status, 202, 'what may go well the next time is tried')
})

t.test('a commit whose word is lost is found by the next try', async (t) => {
  const { accountId } = await makeAccount(ground)
  const pool = new Pool({ connectionString: ground.env.DATABASE_URL, max: 3 })
  t.teardown(() => pool.end())
  const db = drizzle(pool, { schema })
  const storage = openStorage(ground.s3.url)
  t.teardown(() => storage.close())
  const claim = await claimKey(db, accountId, 'ambiguous', 60_000)
  if (!('id' in claim)) throw new Error('It is new')
  await t.rejects(claimKey(db, accountId, 'ambiguous', 60_000), { code: 'idempotency_key_in_flight' })

  let broken = false
  const breaking = new Proxy(db, {
    get(target, name) {
      if (name !== 'transaction') return Reflect.get(target, name)
      return async (...args: Parameters<typeof db.transaction>) => {
        const result = await target.transaction(...args)
        if (broken) return result
        broken = true
        throw new Error('Connection terminated unexpectedly')
      }
    }
  })
  async function* bytes() {
    yield await photo({ seed: 41 })
  }
  const request = { idempotency: { claim, kept: undefined, fingerprint: undefined, isKept: false } } as unknown as FastifyRequest
  const destination = alone({ request } as Intake, () => 'fingerprint')
  const file = { bytes: bytes(), fileName: 'a.jpg', declaredType: '', takeBytes: async () => undefined }
  const options = { db: breaking, storage, engineVersion: () => 'test', lifeSignEveryMs: 10_000, measures: createMeasures(new Registry()) }
  const caller = { accountId, plan: 'FREE' } as Caller
  await t.rejects(receiveFile(options, caller, file, pino({ level: 'silent' }), () => destination), /terminated/)
  await releaseKey(db, claim)

  const kept = await claimKey(db, accountId, 'ambiguous', 60_000)
  const [row] = await rowsOf(accountId)
  t.match(kept, { status: 202, fingerprint: 'fingerprint', body: { id: row?.id }, headers: { location: `/v1/analyses/${row?.id}` } })
  t.ok((await ground.s3.keys()).some((object) => object.includes(row?.id ?? 'nothing')), 'with its file')
})

t.test('whoever was taken over makes nothing any more', async (t) => {
  const { accountId } = await makeAccount(ground)
  const pool = new Pool({ connectionString: ground.env.DATABASE_URL, max: 3 })
  t.teardown(() => pool.end())
  const db = drizzle(pool, { schema })
  const first = await claimKey(db, accountId, 'stalled', 60_000)
  await ground.database.query("UPDATE idempotency_keys SET touched_at = now() - interval '2 minutes' WHERE account_id = $1", [accountId])
  const next = await claimKey(db, accountId, 'stalled', 60_000)
  if (!('id' in first) || !('id' in next)) throw new Error('Both have claimed it')
  const answer = { fingerprint: 'f', status: 202, headers: {}, body: {} }
  await t.rejects(keepAnswer(db, first, answer), { code: 'idempotency_key_in_flight' })
  await t.rejects(holdKey(db, first), { code: 'idempotency_key_in_flight' })
  await releaseKey(db, first)
  await keepAnswer(db, next, answer)
  t.match(await claimKey(db, accountId, 'stalled', 60_000), answer)
})

t.test('an upload with a key that was given up for dead, and stores its file after all, leaves nothing', async (t) => {
  const { accountId } = await makeAccount(ground)
  const pool = new Pool({ connectionString: ground.env.DATABASE_URL, max: 3 })
  t.teardown(() => pool.end())
  const db = drizzle(pool, { schema })
  const storage = openStorage(ground.s3.url)
  t.teardown(() => storage.close())
  async function* bytes() {
    const whole = await photo({ seed: 42 })
    yield whole.subarray(0, 5_000)
    const [row] = await rowsOf(accountId)
    await dropUpload(db, row?.id ?? 'nothing')
    yield whole.subarray(5_000)
  }
  const file = { bytes: bytes(), fileName: 'a.jpg', declaredType: '', takeBytes: async () => undefined }
  const options = { db, storage, engineVersion: () => 'test', lifeSignEveryMs: 10_000, measures: createMeasures(new Registry()) }
  const caller = { accountId, plan: 'FREE' } as Caller
  const received = receiveFile(options, caller, file, pino({ level: 'silent' }), () => ({ batchId: null, isKeyed: true }))
  await t.rejects(received, { code: 'upload_removed' })
  t.same((await ground.s3.keys()).filter((object) => object.startsWith(accountId)), [])
})
