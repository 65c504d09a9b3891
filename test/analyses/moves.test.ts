import { v7 as uuidv7 } from 'uuid'
import { quoted } from '../../src/language/sentence.ts'
import { drizzle } from '../../src/platform/drizzle.ts'
import { Pool } from 'pg'
import t from 'tap'
import { mediaKey } from '../../src/analyses/keys.ts'
import {
  cancelAnalysis,
  claimAnalysis,
  claimUnlessVanished,
  completeAnalysis,
  deleteAnalysis,
  failAnalysis,
  giveBack,
  holdsClaim,
  lastAttemptVanished,
  type Analysis
} from '../../src/analyses/moves.ts'
import { beginUpload, dropUpload, queueAnalysis, touchUpload } from '../../src/analyses/uploads.ts'
import { holdLease, dropLease } from '../../src/ledger/lease.ts'
import * as schema from '../../src/platform/schema.ts'
import { testDatabase } from '../harness/servers.ts'

const url = await testDatabase(t)
const pool = new Pool({ connectionString: url, max: 10 })
pool.on('error', () => undefined)
t.teardown(() => pool.end())
const db = drizzle(pool, { schema })
const accountId = uuidv7()
await db.insert(schema.accounts).values({ id: accountId, name: 'test' })

const report = {
  engineVersion: 'test',
  verdict: 'inconclusive' as const,
  score: null,
  summary: quoted('Nothing was found.'),
  signals: [],
  notChecked: [],
  media: { mediaType: 'image/jpeg', width: 1, height: 1 }
}

async function uploading(): Promise<{ id: string }> {
  const id = uuidv7()
  await beginUpload(db, { id, accountId, fileName: 'a', mediaType: 'image/jpeg', kind: 'image', mediaKey: mediaKey({ accountId, id }) })
  return { id }
}

async function queued(): Promise<Analysis> {
  const { id } = await uploading()
  return (await queueAnalysis(db, { id, accountId, plan: 'FREE', sizeBytes: 1, sha256: 'x' }))!
}

/** The events that wait to be told of an analysis, in order. */
async function told(id: string): Promise<string[]> {
  const { rows } = await pool.query("SELECT event->>'type' AS type FROM outbox WHERE event->'data'->>'id' = $1 ORDER BY id", [id])
  return rows.map(({ type }) => type)
}

const read = async (id: string) => (await pool.query('SELECT state, attempt, verdict FROM analyses WHERE id = $1', [id])).rows[0]

t.test('a second worker cannot overwrite a verdict, nor a late one change what the second does', async (t) => {
  const { id } = await queued()
  const first = (await claimAnalysis(db, id))!
  const second = (await claimAnalysis(db, id))!
  t.same([first.attempt, second.attempt], [1, 2])

  t.equal(await holdsClaim(db, first), false)
  t.equal(await completeAnalysis(db, first, { ...report, verdict: 'authentic' }, []), false)
  t.equal(await failAnalysis(db, first, { code: 'x', detail: quoted('x') }), false)
  t.equal(await giveBack(db, first, 'x'), false)
  t.same(await read(id), { state: 'processing', attempt: 2, verdict: null })

  t.equal(await holdsClaim(db, second), true)
  t.equal(await completeAnalysis(db, second, report, []), true)
  t.equal(await completeAnalysis(db, second, { ...report, verdict: 'authentic' }, []), false)
  t.equal(await failAnalysis(db, second, { code: 'x', detail: quoted('x') }), false)
  t.equal(await claimAnalysis(db, id), undefined)
  t.equal(await cancelAnalysis(db, accountId, id), undefined)
  t.same(await read(id), { state: 'completed', attempt: 2, verdict: 'inconclusive' })
  t.same(await told(id), ['analysis.queued', 'analysis.processing', 'analysis.processing', 'analysis.completed'])
})

t.test('of claims that race each gets an attempt of its own, three at most, and the fourth fails the file', async (t) => {
  const { id } = await queued()
  const claims = await Promise.all(Array.from({ length: 8 }, () => claimAnalysis(db, id)))
  t.same(claims.flatMap((claim) => claim?.attempt ?? []).sort((a, b) => a - b), [1, 2, 3])
  t.same(await read(id), { state: 'failed', attempt: 3, verdict: null })
  t.equal((await told(id)).filter((type) => type === 'analysis.failed').length, 1)
})

t.test('an attempt that gave the row back is told from one that vanished', async (t) => {
  const { id } = await queued()
  t.equal(await lastAttemptVanished(db, id), false, 'nobody has tried yet')
  const first = (await claimAnalysis(db, id))!
  t.equal(await lastAttemptVanished(db, id), true, 'begun, and nothing heard since')
  t.equal(await claimUnlessVanished(db, id), undefined, 'a suspect is left as it is')
  t.match(await read(id), { state: 'processing', attempt: 1 })
  t.equal(await giveBack(db, first, 'storage_unavailable'), true)
  t.equal(await lastAttemptVanished(db, id), false)
  t.match(await claimUnlessVanished(db, id), { id, accountId, attempt: 2, kind: 'image', sizeBytes: 1 })
  t.equal(await lastAttemptVanished(db, id), true)
  t.same(await told(id), ['analysis.queued', 'analysis.processing', 'analysis.processing'])
})

t.test('what the database refuses moves nothing and tells nothing', async (t) => {
  const { id } = await queued()
  const claim = (await claimAnalysis(db, id))!
  await t.rejects(completeAnalysis(db, claim, { ...report, engineVersion: 'not storable: \u0000' }, []))
  t.same(await read(id), { state: 'processing', attempt: 1, verdict: null })
  t.same(await told(id), ['analysis.queued', 'analysis.processing'])
})

t.test('a row that was deleted while its upload went on is not queued', async (t) => {
  const { id } = await uploading()
  t.ok(await deleteAnalysis(db, accountId, id))
  await touchUpload(db, id)
  t.equal(await queueAnalysis(db, { id, accountId, plan: 'FREE', sizeBytes: 1, sha256: 'x' }), undefined)
  t.equal(await dropUpload(db, id), false)
  t.same(await told(id), ['analysis.deleted'])
})

t.test('only an upload is dropped, and what it stored is buried', async (t) => {
  const { id } = await queued()
  t.equal(await dropUpload(db, id), false)
  const upload = await uploading()
  t.equal(await dropUpload(db, upload.id), true)
  const { rows } = await pool.query('SELECT prefix FROM tombstones WHERE prefix = $1', [`${accountId}/${upload.id}/`])
  t.equal(rows.length, 1)
})

t.test('nobody cancels or deletes for another account', async (t) => {
  const { id } = await queued()
  t.equal(await cancelAnalysis(db, uuidv7(), id), undefined)
  t.equal(await deleteAnalysis(db, uuidv7(), id), undefined)
  t.match(await read(id), { state: 'queued' })
})

t.test('a lease has one holder at a time, until it is given up or runs out', async (t) => {
  const [a, b] = [uuidv7(), uuidv7()]
  const both = await Promise.all([holdLease(db, 'x', a, 60_000), holdLease(db, 'x', b, 60_000)])
  t.equal(both.filter(Boolean).length, 1)
  const [holder, other] = both[0] ? [a, b] : [b, a]
  t.equal(await holdLease(db, 'x', holder, 60_000), true, 'its holder renews it')
  await dropLease(db, 'x', other)
  t.equal(await holdLease(db, 'x', other, 60_000), false)
  await holdLease(db, 'x', holder, -1)
  t.equal(await holdLease(db, 'x', other, 60_000), true, 'and it runs out')
})
