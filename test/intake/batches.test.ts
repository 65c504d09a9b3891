import t from 'tap'
import { plans } from '../../src/limits/plans.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { hostileDetectors } from '../harness/process.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { sendForm, startForm, type Answer } from './forms.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground, { ENGINE_DETECTORS: hostileDetectors })
const { rows: months } = await ground.database.query("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-01') AS month")
const MONTH = months[0].month as string

const batchOf = async (key: string, id: string, seconds = 0) => {
  const response = await client(url, key).send(`/v1/batches/${id}`, { headers: { prefer: `wait=${seconds}` } })
  return (await response.json()) as Answer['body']
}
const query = async (text: string, values: unknown[] = []) => (await ground.database.query(text, values)).rows
const used = async (accountId: string) =>
  (await query('SELECT used FROM monthly_usage WHERE account_id = $1 AND month = $2', [accountId, MONTH]))[0]?.used ?? 0

t.test('several files are a batch, each with an analysis of its own, and its end is told once', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const listener = await listen(t, url, key)
  const bytes = await Promise.all([1, 2, 3].map((seed) => photo({ seed })))
  const { status, headers, body } = await sendForm(url, key, bytes.map((bytes, n) => ({ bytes, name: `${n}.jpg` })))
  t.equal(status, 202)
  t.equal(headers.get('location'), `/v1/batches/${body.id}`)
  t.match(body, { intake: 'received', refused: [], links: { self: `/v1/batches/${body.id}` } })
  t.same(body.analyses.map(({ fileName }) => fileName), ['0.jpg', '1.jpg', '2.jpg'], 'in the order in which they came')

  const ended = await batchOf(key, body.id, 30)
  t.ok(ended.endedAt)
  t.match(ended.counts, { completed: 3, queued: 0, processing: 0 })
  await listener.hears(body.id, 'batch.completed')
  for (const { id } of body.analyses) await listener.hears(id, 'analysis.completed')
  t.same(listener.typesOf(body.id), ['batch.completed'])
  t.equal(await used(accountId), 3)

  const listed = (await (await client(url, key).send(`/v1/analyses?batch=${body.id}`)).json()) as { analyses: Array<{ id: string; batchId: string }> }
  t.same(listed.analyses.map(({ id }) => id).toReversed(), body.analyses.map(({ id }) => id))
  t.equal(listed.analyses[0]?.batchId, body.id)
  const again = await sendForm(url, key, bytes.slice(0, 2).map((bytes) => ({ bytes })), { headers: { prefer: 'wait=5' } })
  t.equal(again.status, 200, 'answered from earlier results, it ends at once')
  t.equal(await used(accountId), 3, 'and costs nothing')
  const page = (await (await client(url, key).send('/v1/batches?limit=1')).json()) as { batches: Array<{ id: string }>; next: string }
  t.same(page.batches.map(({ id }) => id), [again.body.id])
  const rest = (await (await client(url, key).send(page.next)).json()) as { batches: Array<{ id: string }>; next: null }
  t.same(rest.batches.map(({ id }) => id), [body.id])
})

t.test('a bad file in a batch fails alone, wherever it stands', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const good = await Promise.all([11, 12, 13].map((seed) => photo({ seed })))
  const bad = [
    { bytes: Buffer.from('%PDF-1.7 and so on'), name: 'a.pdf', code: 'unsupported_file_type' },
    { bytes: Buffer.alloc(0), name: 'empty.jpg', code: 'empty_file' },
    { bytes: await photo({ seed: 14 }), name: 'lie.png', type: 'image/png', code: 'file_type_mismatch' },
    { bytes: Buffer.concat([good[0]!, Buffer.alloc(101_000_000)]), name: 'large.jpg', code: 'file_too_large' }
  ]
  const known = await ground.s3.keys()
  const parts = [bad[0]!, { bytes: good[0]!, name: '0' }, bad[1]!, { bytes: good[1]!, name: '1' }, bad[2]!, bad[3]!, { bytes: good[2]!, name: '2' }]
  const { status, body } = await sendForm(url, key, parts)
  t.equal(status, 202)
  t.same(body.refused.map(({ fileName, code }) => [fileName, code]), bad.map(({ name, code }) => [name, code]))
  t.ok(body.refused.every(({ detail }) => detail.length > 10))
  t.same(body.analyses.map(({ fileName }) => fileName), ['0', '1', '2'])
  t.equal(body.intake, 'received')
  t.match((await batchOf(key, body.id, 30)).counts, { completed: 3 })
  t.equal(await used(accountId), 3)
  const media = (await ground.s3.keys()).filter((object) => !known.includes(object) && object.endsWith('/media'))
  t.equal(media.length, 3, 'of the others nothing is left')
  t.equal(ground.s3.openUploads(), 0)

  const none = await sendForm(url, key, [bad[0]!, bad[1]!])
  t.equal(none.status, 415, 'when all are refused, the first one is the problem')
  t.match(none.body, { code: 'unsupported_file_type', errors: [{ detail: /^a.pdf/ }, { detail: /^empty.jpg: empty_file/ }] })
  t.same(await query('SELECT 1 FROM batches WHERE account_id = $1', [accountId]), [{ '?column?': 1 }], 'and there is no batch')
})

t.test('the quota ends in the middle of a batch: what it still paid for is taken', async (t) => {
  const { key, accountId } = await makeAccount(ground, 'FREE')
  await query('INSERT INTO monthly_usage (account_id, month, used) VALUES ($1, $2, $3)', [accountId, MONTH, plans.FREE.analysesPerMonth - 2])
  const parts = await Promise.all([21, 22, 23].map(async (seed) => ({ bytes: await photo({ seed }), name: `${seed}` })))
  const { body } = await sendForm(url, key, parts)
  t.equal(body.analyses.length, 2)
  t.match(body.refused, [{ fileName: '23', code: 'quota_exceeded' }])
  t.equal(await used(accountId), plans.FREE.analysesPerMonth)
  await batchOf(key, body.id, 20)
})

t.test('a batch has at most as many files as the plan says', async (t) => {
  const { key } = await makeAccount(ground, 'FREE')
  const bytes = await photo({ seed: 31, width: 32, height: 32 })
  const { body } = await sendForm(url, key, Array.from({ length: plans.FREE.filesPerBatch + 2 }, (_, n) => ({ bytes, name: `${n}` })))
  t.equal(body.analyses.length, plans.FREE.filesPerBatch)
  t.match(body.refused, [{ fileName: '10', code: 'too_many_files' }])
  t.equal(body.intake, 'incomplete')
})

t.test('when the connection breaks in the middle, what had arrived whole is kept and analysed', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const listener = await listen(t, url, key)
  const form = await startForm(t, url, key)
  for (const seed of [41, 42]) {
    form.begin(`${seed}`)
    form.write(await photo({ seed }))
  }
  form.begin('43')
  form.write((await photo({ seed: 43 })).subarray(0, 5_000))
  await eventually(async () => (await query("SELECT 1 FROM analyses WHERE account_id = $1 AND state = 'uploading' AND file_name = '43'", [accountId])).length === 1)
  const [{ id }] = (await query('SELECT id FROM batches WHERE account_id = $1', [accountId])) as [{ id: string }]
  t.equal((await batchOf(key, id)).intake, 'receiving', 'it can be looked at while it comes in')
  t.equal((await client(url, key).send(`/v1/batches/${id}/cancel`, { method: 'POST' })).status, 409)
  form.cut()
  await listener.hears(id, 'batch.completed')
  t.match(await batchOf(key, id), { intake: 'incomplete', counts: { completed: 2 }, analyses: [{ fileName: '41' }, { fileName: '42' }] })
  t.same(await query("SELECT 1 FROM analyses WHERE account_id = $1 AND state = 'uploading'", [accountId]), [], 'the one cut off leaves nothing')
  t.equal(await used(accountId), 2)
})

t.test('one file alone whose form breaks off behind it is not kept', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const form = await startForm(t, url, key)
  form.begin('51')
  form.write(await photo({ seed: 51 }))
  await eventually(async () => (await query('SELECT 1 FROM analyses WHERE account_id = $1', [accountId])).length === 1)
  form.cut()
  await eventually(async () => (await query('SELECT 1 FROM analyses WHERE account_id = $1', [accountId])).length === 0)
  t.equal(await used(accountId), 0)
})

t.test('a batch ends once, however its last analyses end', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const listener = await listen(t, url, key)
  const slow = async (seed: number) => ({ bytes: await photo({ seed, description: 'hostile: slow 60000' }), name: `${seed}` })
  for (let round = 0; round < 5; round++) {
    const { body } = await sendForm(url, key, await Promise.all([0, 1, 2, 3].map((n) => slow(100 + round * 10 + n))))
    // At the same moment, over several connections: two cancelled, two deleted.
    const { send } = client(url, key)
    await Promise.all(
      body.analyses.map(({ id }, n) => (n % 2 === 0 ? send(`/v1/analyses/${id}/cancel`, { method: 'POST' }) : send(`/v1/analyses/${id}`, { method: 'DELETE' })))
    )
    await listener.hears(body.id, 'batch.completed')
    t.match(await batchOf(key, body.id), { counts: { cancelled: 2 }, endedAt: /T/ })
  }
  const { body } = await sendForm(url, key, await Promise.all([200, 201].map(slow)))
  const cancelled = await client(url, key).send(`/v1/batches/${body.id}/cancel`, { method: 'POST' })
  t.match(await cancelled.json(), { counts: { cancelled: 2 }, endedAt: /T/ })
  t.equal((await client(url, key).send(`/v1/batches/${body.id}/cancel`, { method: 'POST' })).status, 409)
  t.equal(await used(accountId), 0, 'what was cancelled costs nothing')
  await listener.hears(body.id, 'batch.completed')
  await eventually(async () => (await query('SELECT 1 FROM outbox WHERE account_id = $1', [accountId])).length === 0)
  const ends = listener.events().filter(({ type }) => type === 'batch.completed')
  t.equal(ends.length, 6)
  t.equal(new Set(ends.map(({ data }) => ('id' in data ? data.id : ''))).size, ends.length, 'each once')
})

t.test("another account's batch is as absent as one that never was", async (t) => {
  const owner = await makeAccount(ground)
  const other = await makeAccount(ground)
  const parts = await Promise.all([301, 302].map(async (seed) => ({ bytes: await photo({ seed }) })))
  const { body } = await sendForm(url, owner.key, parts)
  const { send } = client(url, other.key)
  t.equal((await send(`/v1/batches/${body.id}`)).status, 404)
  t.equal((await send(`/v1/batches/${body.id}/cancel`, { method: 'POST' })).status, 404)
  t.same(((await (await send(`/v1/analyses?batch=${body.id}`)).json()) as { analyses: [] }).analyses, [])
  t.same(((await (await send('/v1/batches')).json()) as { batches: [] }).batches, [])
  t.equal((await send('/v1/batches/nonsense')).status, 404)
  await batchOf(owner.key, body.id, 20)
})

t.test('retention is what the request says, else what the account has set', async (t) => {
  const { key, accountId } = await makeAccount(ground)
  const of = async (id: string) => (await query('SELECT retention FROM analyses WHERE id = $1', [id]))[0]?.retention
  const take = async (seed: number, fields: Record<string, string> = {}) =>
    (await sendForm(url, key, [{ bytes: await photo({ seed }) }], { fields })).body.id
  t.equal(await of(await take(401)), 'plan')
  t.equal(await of(await take(402, { retention: 'none' })), 'none')
  await query("UPDATE accounts SET retention = 'none' WHERE id = $1", [accountId])
  t.equal(await of(await take(403)), 'none')
  t.equal(await of(await take(404, { retention: 'plan' })), 'plan')
})
