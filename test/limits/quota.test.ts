import { quoted } from '../../src/language/sentence.ts'
import { drizzle } from '../../src/platform/drizzle.ts'
import { Pool } from 'pg'
import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { setPlan } from '../../src/accounts/setPlan.ts'
import { mediaKey } from '../../src/analyses/keys.ts'
import {
  cancelAnalysis,
  claimAnalysis,
  completeAnalysis,
  deleteAnalysis,
  failAnalysis,
  type Analysis,
  type Claim
} from '../../src/analyses/moves.ts'
import { beginUpload, completeFromEarlier, queueAnalysis } from '../../src/analyses/uploads.ts'
import { plans, type PlanName } from '../../src/limits/plans.ts'
import * as schema from '../../src/platform/schema.ts'
import { testDatabase } from '../harness/servers.ts'

const url = await testDatabase(t)
const pool = new Pool({ connectionString: url, max: 20 })
pool.on('error', () => undefined)
t.teardown(() => pool.end())
const db = drizzle(pool, { schema })

const report = {
  engineVersion: 'test',
  verdict: 'inconclusive' as const,
  score: null,
  summary: quoted('Nothing was found.'),
  signals: [],
  notChecked: [],
  media: { mediaType: 'image/jpeg', width: 1, height: 1 }
}

async function account(): Promise<string> {
  const id = uuidv7()
  await db.insert(schema.accounts).values({ id, name: 'test' })
  return id
}

async function upload(accountId: string): Promise<string> {
  const id = uuidv7()
  const file = { id, accountId, fileName: 'a.jpg', mediaType: 'image/jpeg', kind: 'image' as const }
  await beginUpload(db, { ...file, mediaKey: mediaKey(file) })
  return id
}

async function queue(accountId: string, plan: PlanName = 'FREE'): Promise<Analysis> {
  const row = await queueAnalysis(db, { id: await upload(accountId), accountId, plan, sizeBytes: 1, sha256: 'x' })
  return row!
}

async function complete(accountId: string, plan: PlanName = 'FREE'): Promise<Claim> {
  const claim = (await claimAnalysis(db, (await queue(accountId, plan)).id))!
  await completeAnalysis(db, claim, report, [])
  return claim
}

/** What the months of an account say, and what its rows say: they agree at any time. */
async function used(accountId: string): Promise<Record<string, number>> {
  const { rows } = await pool.query('SELECT month::text, used FROM monthly_usage WHERE account_id = $1 AND used <> 0 ORDER BY month', [accountId])
  const { rows: charged } = await pool.query(
    'SELECT charged_month::text AS month, count(*)::int AS used FROM analyses WHERE account_id = $1 AND charged_month IS NOT NULL GROUP BY 1 ORDER BY 1',
    [accountId]
  )
  t.same(rows, charged, 'the units used are those that rows have paid with')
  return Object.fromEntries(rows.map(({ month, used: units }) => [month, units]))
}

const thisMonth = async () => (await pool.query("SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date::text AS month")).rows[0].month as string
const setUsed = (accountId: string, units: number) =>
  pool.query(
    `INSERT INTO monthly_usage (account_id, month, used) VALUES ($1, date_trunc('month', now() AT TIME ZONE 'UTC')::date, $2)
      ON CONFLICT (account_id, month) DO UPDATE SET used = $2`,
    [accountId, units]
  )
const eventsOf = async (accountId: string) =>
  (await pool.query("SELECT event->>'type' AS type, event->'data' AS data FROM outbox WHERE account_id = $1 AND event->>'type' LIKE 'quota.%' ORDER BY id", [accountId])).rows

t.test('of a hundred that race for the last unit one is queued, and the others leave no trace', async (t) => {
  const accountId = await account()
  await setUsed(accountId, plans.FREE.analysesPerMonth - 1)
  const ids = await Promise.all(Array.from({ length: 100 }, () => upload(accountId)))
  const moves = await Promise.allSettled(ids.map((id) => queueAnalysis(db, { id, accountId, plan: 'FREE', sizeBytes: 1, sha256: 'x' })))
  t.equal(moves.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const move of moves) if (move.status === 'rejected') t.match(move.reason, { code: 'quota_exceeded', status: 429, hit: { limit: 'analyses-per-month', plan: 'FREE' } })
  const { rows } = await pool.query('SELECT state, count(*)::int FROM analyses WHERE account_id = $1 GROUP BY 1 ORDER BY 1', [accountId])
  t.same(rows, [{ state: 'queued', count: 1 }, { state: 'uploading', count: 99 }])
})

t.test('of many that race for the last places in flight, as many are queued as there are places', async (t) => {
  const accountId = await account()
  for (let n = 0; n < plans.FREE.filesInFlight - 3; n++) await queue(accountId)
  const ids = await Promise.all(Array.from({ length: 20 }, () => upload(accountId)))
  const moves = await Promise.allSettled(ids.map((id) => queueAnalysis(db, { id, accountId, plan: 'FREE', sizeBytes: 1, sha256: 'x' })))
  t.equal(moves.filter(({ status }) => status === 'fulfilled').length, 3)
  for (const move of moves) if (move.status === 'rejected') t.match(move.reason, { code: 'rate_limit_exceeded', hit: { limit: 'files-in-flight' } })
  t.same(await used(accountId), { [await thisMonth()]: plans.FREE.filesInFlight })
  const { rows } = await pool.query("SELECT priority FROM analyses WHERE account_id = $1 AND state = 'queued' ORDER BY priority", [accountId])
  t.same(rows.map(({ priority }) => priority), Array.from({ length: 10 }, (_, n) => n + 1), 'and each knows of all the others before it')
})

t.test('a unit goes back, once, when an analysis ends without a verdict', async (t) => {
  const accountId = await account()
  const endings: Record<string, (row: Analysis) => Promise<unknown>> = {
    'cancelled while it waits': ({ id }) => cancelAnalysis(db, accountId, id),
    'cancelled while it is worked on': async ({ id }) => {
      await claimAnalysis(db, id)
      await cancelAnalysis(db, accountId, id)
    },
    'cancelled twice at the same time': ({ id }) => Promise.all([cancelAnalysis(db, accountId, id), cancelAnalysis(db, accountId, id)]),
    'failed': async ({ id }) => failAnalysis(db, (await claimAnalysis(db, id))!, { code: 'x', detail: quoted('x') }),
    'failed by its fourth claim': async ({ id }) => {
      for (let n = 0; n < 4; n++) await claimAnalysis(db, id)
    },
    'cancelled and failed at the same time': async ({ id }) => {
      const claim = (await claimAnalysis(db, id))!
      await Promise.all([cancelAnalysis(db, accountId, id), failAnalysis(db, claim, { code: 'x', detail: quoted('x') })])
    },
    'deleted before its verdict': ({ id }) => deleteAnalysis(db, accountId, id),
    'deleted twice, and cancelled, at the same time': ({ id }) =>
      Promise.all([deleteAnalysis(db, accountId, id), deleteAnalysis(db, accountId, id), cancelAnalysis(db, accountId, id)]),
    'cancelled, then deleted': async ({ id }) => {
      await cancelAnalysis(db, accountId, id)
      await deleteAnalysis(db, accountId, id)
    }
  }
  await complete(accountId)
  for (const [name, end] of Object.entries(endings)) {
    const row = await queue(accountId)
    t.same(await used(accountId), { [await thisMonth()]: 2 })
    await end(row)
    t.same(await used(accountId), { [await thisMonth()]: 1 }, name)
  }
})

t.test('a verdict is paid for, also when it is deleted or cancelled too late', async (t) => {
  const accountId = await account()
  const month = await thisMonth()
  const { id } = await complete(accountId)
  t.equal(await cancelAnalysis(db, accountId, id), undefined)
  t.same(await used(accountId), { [month]: 1 })
  await deleteAnalysis(db, accountId, id)
  const { rows } = await pool.query('SELECT used FROM monthly_usage WHERE account_id = $1', [accountId])
  t.same(rows, [{ used: 1 }])
})

t.test('an answer from an earlier result costs nothing', async (t) => {
  const accountId = await account()
  const { id } = await complete(accountId)
  const [earlier] = await db.query.analyses.findMany({ where: (row, { eq }) => eq(row.id, id) })
  const row = await completeFromEarlier(db, { id: await upload(accountId), accountId, sizeBytes: 1, sha256: 'x' }, earlier!, [])
  t.match(row, { state: 'completed', cached: true, chargedMonth: null })
  t.same(await used(accountId), { [await thisMonth()]: 1 })
})

t.test('at the turn of a month a unit goes back to the month that it came from', async (t) => {
  const accountId = await account()
  const month = await thisMonth()
  const { id } = await queue(accountId)
  // What it looks like after the turn: it was queued in the month before.
  await pool.query("UPDATE analyses SET charged_month = charged_month - interval '1 month' WHERE id = $1", [id])
  await pool.query("UPDATE monthly_usage SET month = month - interval '1 month' WHERE account_id = $1", [accountId])
  await queue(accountId)
  t.equal(Object.keys(await used(accountId)).length, 2, 'the new month begins at nothing')
  await cancelAnalysis(db, accountId, id)
  t.same(await used(accountId), { [month]: 1 })
})

t.test('a unit that is given back can be taken again', async (t) => {
  const accountId = await account()
  const { id } = await queue(accountId)
  await setUsed(accountId, plans.FREE.analysesPerMonth)
  await t.rejects(queue(accountId), { code: 'quota_exceeded' })
  await cancelAnalysis(db, accountId, id)
  await t.resolves(queue(accountId))
  await t.rejects(queue(accountId), { code: 'quota_exceeded' })
})

t.test('a larger plan counts at once', async (t) => {
  const accountId = await account()
  await setUsed(accountId, plans.FREE.analysesPerMonth)
  await t.rejects(queue(accountId), { code: 'quota_exceeded' })
  await t.resolves(queue(accountId, 'PRO'))
})

t.test('an account is told at 80 and at 100 percent, once a month each, also when units come back', async (t) => {
  const accountId = await account()
  const month = await thisMonth()
  const limit = plans.FREE.analysesPerMonth
  const taken: Analysis[] = []
  const take = async () => taken.push(await queue(accountId))
  const giveBack = async () => cancelAnalysis(db, accountId, taken.pop()!.id)

  await setUsed(accountId, limit * 0.8 - 2)
  await take()
  t.same(await eventsOf(accountId), [], 'not yet')
  await take()
  const warning = { type: 'quota.warning', data: { plan: 'FREE', month, used: limit * 0.8, limit } }
  t.same(await eventsOf(accountId), [warning])
  await giveBack()
  await take()
  await take()
  t.same(await eventsOf(accountId), [warning], 'not again')

  await setUsed(accountId, limit - 1)
  await take()
  const exhausted = { type: 'quota.exhausted', data: { plan: 'FREE', month, used: limit, limit } }
  t.same(await eventsOf(accountId), [warning, exhausted])
  await giveBack()
  await take()
  await t.rejects(queue(accountId), { code: 'quota_exceeded' })
  t.same(await eventsOf(accountId), [warning, exhausted])
})

t.test('a new plan has warnings of its own', async (t) => {
  const accountId = await account()
  await setUsed(accountId, plans.FREE.analysesPerMonth - 1)
  await queue(accountId)
  await db.transaction((tx) => setPlan(tx, accountId, 'PRO', { actor: null, reason: 'test' }))
  const limit = plans.PRO.analysesPerMonth
  await setUsed(accountId, limit * 0.8 - 1)
  await queue(accountId, 'PRO')
  const month = await thisMonth()
  t.same((await eventsOf(accountId)).at(-1), { type: 'quota.warning', data: { plan: 'PRO', month, used: limit * 0.8, limit } })
})
