import { v7 as uuidv7 } from 'uuid'
import { drizzle, sql } from '../../src/platform/drizzle.ts'
import { Pool } from 'pg'
import t from 'tap'
import { findIdentical } from '../../src/analyses/queries.ts'
import { deleteExpired, expiredOf, purgeUnkept, walkStart } from '../../src/analyses/retention.ts'
import { clearExpired } from '../../src/ledger/clearExpired.ts'
import * as schema from '../../src/platform/schema.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const { url, app } = await startService(t, ground)
const pool = new Pool({ connectionString: ground.env.DATABASE_URL, max: 5 })
pool.on('error', () => undefined)
t.teardown(() => pool.end())
const db = drizzle(pool, { schema })
const { signal } = new AbortController()

/** Lets a completed analysis look as if it had ended so many days ago. */
const age = (id: string, days: number) =>
  pool.query('UPDATE analyses SET ended_at = now() - make_interval(days => $2) WHERE id = $1', [id, days])
/** As if the account had had its plan for so long. */
const planFor = (accountId: string, plan: string, days: number) =>
  pool.query('UPDATE accounts SET plan = $2, plan_since = now() - make_interval(days => $3) WHERE id = $1', [accountId, plan, days])
const row = async (id: string) => (await pool.query('SELECT * FROM analyses WHERE id = $1', [id])).rows[0]
const keysOf = async (prefix: string) => (await ground.s3.keys()).filter((key) => key.startsWith(prefix))

async function completed(seed: number, plan: 'FREE' | 'PREMIUM' = 'FREE') {
  const { accountId, key } = await makeAccount(ground, plan)
  const program = client(url, key)
  const { body } = await program.upload(await photo({ seed }), { prefer: 'wait=20' })
  t.equal(body.state, 'completed')
  return { accountId, key, program, id: body.id }
}

t.test('what is past the days of its plan goes, with its objects, and nothing else does', async (t) => {
  const old = await completed(1)
  const young = await old.program.upload(await photo({ seed: 2 }), { prefer: 'wait=20' })
  const kept = await completed(3, 'PREMIUM')
  await planFor(old.accountId, 'FREE', 30)
  await planFor(kept.accountId, 'PREMIUM', 30)
  await age(kept.id, 30)
  await age(young.body.id, 6)
  await age(old.id, 8)
  await eventually(async () => (await row(old.id)) === undefined)
  await eventually(async () => (await keysOf(`${old.accountId}/${old.id}/`)).length === 0)
  t.ok(await row(young.body.id))
  t.ok(await row(kept.id))
  t.ok((await keysOf(`${old.accountId}/${young.body.id}/`)).length > 0)
  t.equal((await old.program.send(`/v1/analyses/${old.id}`)).status, 404)
  await age(kept.id, 366)
  await eventually(async () => (await row(kept.id)) === undefined)
})

t.test('nothing is deleted in the week after a change of plan', async (t) => {
  const { accountId, id } = await completed(4, 'PREMIUM')
  await planFor(accountId, 'FREE', 6)
  await age(id, 200)
  await deleteExpired(db, walkStart, signal)
  t.ok(await row(id))
  await planFor(accountId, 'FREE', 8)
  await eventually(async () => (await row(id)) === undefined)
})

t.test('a crash between the row and its objects leaves nothing: the tombstone is in the row\'s own transaction', async (t) => {
  const { accountId, id } = await completed(5)
  await planFor(accountId, 'FREE', 30)
  // The store is away when the row goes, and comes back later.
  ground.s3.misbehave = ({ url }) => (url.searchParams.get('prefix')?.startsWith(accountId) ? 'fail' : undefined)
  await age(id, 8)
  await eventually(async () => (await row(id)) === undefined)
  t.ok((await keysOf(accountId)).length > 0)
  ground.s3.misbehave = () => undefined
  await eventually(async () => (await keysOf(accountId)).length === 0)
})

t.test('a walk over all accounts ends where it began, and misses nobody', async (t) => {
  const accounts = Array.from({ length: 1_200 }, () => ({ id: uuidv7(), name: 'many', plan: 'FREE' as const, planSince: new Date(0) }))
  await db.insert(schema.accounts).values(accounts)
  const old = accounts.flatMap(({ id }, n) => (n % 3 === 0 ? [ended(id, 30)] : []))
  await db.insert(schema.analyses).values(old)
  let after = walkStart
  const places = new Set<string>()
  for (let round = 0; round < 8; round++) places.add((after = await deleteExpired(db, after, signal)))
  t.same(places.size, 2, 'the start, and the end of the first page')
  const { rows } = await pool.query("SELECT count(*)::int AS left FROM analyses WHERE media_key = 'none'")
  t.same(rows, [{ left: 0 }])
})

function ended(accountId: string, days: number) {
  const id = uuidv7()
  const endedAt = new Date(Date.now() - days * 86_400_000)
  return { id, accountId, state: 'failed' as const, fileName: 'a', mediaType: 'image/png', kind: 'image' as const, mediaKey: 'none', endedAt }
}

t.test('the search for what is past its time is served by its index', async (t) => {
  const { accountId } = await makeAccount(ground, 'FREE')
  await db.insert(schema.analyses).values(Array.from({ length: 3_000 }, (_, n) => ended(accountId, n % 7)))
  await pool.query('ANALYZE analyses; ANALYZE accounts')
  const { rows } = await db.execute<Record<string, string>>(
    sql`EXPLAIN ${expiredOf(walkStart, 'ffffffff-ffff-7fff-bfff-ffffffffffff')}`
  )
  const plan = rows.map((line) => Object.values(line)[0]).join('\n')
  t.match(plan, /analyses_account_ended/)
  t.notMatch(plan, /Seq Scan on analyses/)
  await pool.query('DELETE FROM analyses WHERE account_id = $1', [accountId])
})

t.test('with retention none everything but the hash and the verdict is gone once the verdict is delivered', async (t) => {
  const { accountId, key } = await makeAccount(ground)
  await pool.query("UPDATE accounts SET retention = 'none' WHERE id = $1", [accountId])
  const program = client(url, key)
  const bytes = await photo({ seed: 6 })
  const { body } = await program.upload(bytes, { prefer: 'wait=20' })
  t.equal(body.state, 'completed')
  t.ok(body.summary, 'who waits for the verdict gets the whole of it')
  await eventually(async () => (await row(body.id)).purged_at !== null)
  await eventually(async () => (await keysOf(accountId)).length === 0)
  const { sha256, verdict, score, size_bytes: sizeBytes, ...rest } = await row(body.id)
  t.match({ sha256, verdict, score, sizeBytes: Number(sizeBytes) }, { sha256: body.sha256, verdict: body.verdict, sizeBytes: bytes.length })
  t.match(rest, { findings: null, evidence: { length: 0 }, file_name: '', callback_url: null })
  t.match(await program.get(body.id), { verdict: body.verdict, retention: 'none', summary: null, signals: { length: 0 }, media: null, evidence: { length: 0 } })
  const media = await program.send(`/v1/analyses/${body.id}/media`)
  t.equal(media.status, 410)
  t.match(await media.json(), { code: 'media_purged' })

  t.equal(await findIdentical(db, accountId, body.sha256!, body.engineVersion!), undefined)
  const again = await program.upload(bytes, { prefer: 'wait=20' })
  t.match(again.body, { state: 'completed', cached: false }, 'and it is no answer for the same file')
})

t.test('nothing is purged whose end has not left the outbox; the failed and the cancelled are purged as well', async (t) => {
  const { accountId } = await makeAccount(ground)
  const [told, untold] = [ended(accountId, 1), ended(accountId, 1)]
  await app.close()
  await db.insert(schema.outbox).values({ accountId, event: { type: 'analysis.failed', data: { id: untold.id } } })
  await db.insert(schema.analyses).values([
    { ...told, retention: 'none', state: 'cancelled' },
    { ...untold, retention: 'none' }
  ])
  t.equal(await purgeUnkept(db), 1)
  t.ok((await row(told.id)).purged_at)
  t.equal((await row(untold.id)).purged_at, null)
  await pool.query('DELETE FROM outbox')
  t.equal(await purgeUnkept(db), 1)
  t.equal(await purgeUnkept(db), 0, 'and each once')
})

t.test('what has run out is cleared, and what has not stays', async (t) => {
  const { accountId } = await makeAccount(ground)
  const hours = (n: number) => new Date(Date.now() - n * 3_600_000)
  const claim = uuidv7()
  await pool.query(
    `INSERT INTO idempotency_keys (account_id, key, claim, created_at) VALUES ($1, 'old', $2, $3), ($1, 'young', $2, $4)`,
    [accountId, claim, hours(25), hours(23)]
  )
  await pool.query(
    `INSERT INTO mail_tokens (hash, account_id, purpose, email, expires_at) VALUES ('old', $1, 'confirm_email', 'a', $2), ('young', $1, 'confirm_email', 'a', $3)`,
    [accountId, hours(1), hours(-1)]
  )
  await pool.query(`INSERT INTO sessions (hash, account_id, expires_at) VALUES ('old', $1, $2), ('young', $1, $3)`, [accountId, hours(1), hours(-1)])
  await pool.query(`INSERT INTO stripe_events (id, type, received_at) VALUES ('old', 'x', $1), ('young', 'x', now())`, [hours(31 * 24)])
  await clearExpired(db)
  for (const [table, column] of [['idempotency_keys', 'key'], ['mail_tokens', 'hash'], ['sessions', 'hash'], ['stripe_events', 'id']] as const) {
    const { rows } = await pool.query(`SELECT ${column} AS left FROM ${table} WHERE ${column} IN ('old', 'young')`)
    t.same(rows, [{ left: 'young' }], table)
  }
})
