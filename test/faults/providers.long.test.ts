import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { LEDGER_NAME, LEDGER_PREFIX } from '../../src/ledger/queue.ts'
import { eventually } from '../harness/eventually.ts'
import { client } from '../harness/service.ts'
import { hang, plain, reset, slow, startSightengine, truncated, type Behaviour } from '../harness/sightengine.ts'
import { photo } from '../engine/pictures.ts'
import { startFleet, type Fleet } from './fleet.ts'
import type { Load } from './load.ts'
import { runScenario } from './run.ts'

const DEADLINE_MS = 6_000

/** Waits until so many more files have been accepted and have ended. */
async function untilEnded(fleet: Fleet, load: Load, more: number): Promise<void> {
  const goal = load.attempted.length + more
  await eventually(() => load.attempted.length >= goal, 60_000)
  const ids = load.attempted.slice(0, goal).flatMap(({ id }) => (id === undefined ? [] : [id]))
  await eventually(async () => {
    const { rows } = await fleet.ground.database.query('SELECT count(*)::int AS open FROM analyses WHERE id = ANY($1) AND ended_at IS NULL', [ids])
    return rows[0].open === 0
  }, 60_000)
}

/** Of each process, whether it leaves the provider alone. */
async function circuits(fleet: Fleet): Promise<Array<string | undefined>> {
  return Promise.all(
    fleet.processes.map(async ({ url }) => {
      const text = await (await fetch(`${url}/metrics`)).text()
      return /^faketect_provider_circuit_open\{provider="sightengine"\} (.*)$/m.exec(text)?.[1]
    })
  )
}

async function reasons(fleet: Fleet): Promise<Record<string, number>> {
  const { rows } = await fleet.ground.database.query(
    "SELECT coalesce(degraded, 'whole') AS reason, count(*)::int AS count FROM analyses WHERE state = 'completed' GROUP BY 1 ORDER BY 2 DESC"
  )
  return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]))
}

/** A provider falls ill under load in one way after the other, and gets well again. */
async function illness(t: Test, name: string, does: Behaviour, reason: RegExp): Promise<void> {
  const standIn = await startSightengine(t)
  standIn.behave = slow(200)
  let fleet: Fleet | undefined
  await runScenario(t, {
    name,
    env: { ...standIn.env, ANALYSIS_DEADLINE_MS: String(DEADLINE_MS) },
    async inject(given, load) {
      fleet = given
      standIn.behave = does
      await eventually(async () => (await circuits(given)).every((circuit) => circuit === '1'), 90_000)
      t.pass('the circuit opened in every process')
      const asked = standIn.asked.length
      await untilEnded(given, load, 10)
      t.comment(`${standIn.asked.length - asked} requests while ten files went through open circuits`)
      standIn.behave = slow(200)
      await eventually(async () => (await circuits(given)).every((circuit) => circuit === '0'), 120_000)
      t.pass('and closed again')
    }
  })
  const found = await reasons(fleet!)
  t.comment(JSON.stringify(found))
  t.ok(Object.keys(found).some((told) => reason.test(told)), `some verdicts say why: ${reason}`)
  t.ok(Object.keys(found).some((told) => told.includes('left alone')), 'some that it was left alone')
  t.ok((found.whole ?? 0) > 0, 'and some are whole')
  const { rows } = await fleet!.ground.database.query(
    'SELECT extract(epoch FROM max(ended_at - started_at))::float AS longest FROM analyses WHERE degraded IS NOT NULL'
  )
  t.comment(`the longest attempt that ended degraded took ${rows[0].longest.toFixed(1)} s`)
  t.ok(rows[0].longest < (2 * DEADLINE_MS) / 1_000, 'degraded verdicts come by the deadline')
}

t.test('a provider hangs under load', (t) => illness(t, 'hang', hang, /did not answer in time/))
t.test('a provider answers 500 under load', (t) => illness(t, '5xx', plain(500, ''), /something is wrong with it/))
t.test('a provider resets connections and breaks answers off under load', async (t) => {
  let n = 0
  await illness(t, 'reset', (response, answer) => (n++ % 2 === 0 ? reset : truncated)(response, answer), /could not be reached/)
})

t.test('100 analyses are in flight on four processes while the provider takes three seconds', async (t) => {
  const FILES = 200
  const standIn = await startSightengine(t)
  standIn.behave = slow(3_000)
  const fleet = await startFleet(t, { size: 4, accounts: 1, env: { ...standIn.env, LEDGER_LOCK_MS: '15000' } })
  const { accountId, key } = fleet.accounts[0]!
  const redis = new Redis(fleet.ground.redis.url, { maxRetriesPerRequest: null })
  const ledger = new Queue(LEDGER_NAME, { connection: redis, prefix: LEDGER_PREFIX })
  t.teardown(async () => {
    await ledger.close()
    redis.disconnect()
  })

  // All files are there before the first is worked on: how fast they are uploaded is not the question.
  await ledger.pause()
  const ids: string[] = []
  for (let seed = 5_000; ids.length < FILES; seed += 10) {
    const some = await Promise.all(Array.from({ length: 10 }, async (_, n) => client(fleet.address(), key).upload(await photo({ width: 64, height: 48, seed: seed + n }))))
    for (const { response, body } of some) {
      t.equal(response.status, 202)
      ids.push(body.id)
    }
  }
  await ledger.resume()
  const resumed = performance.now()
  let inFlight = 0
  await eventually(async () => {
    const { rows } = await fleet.ground.database.query(
      "SELECT count(*) FILTER (WHERE state = 'processing')::int AS processing, count(*) FILTER (WHERE ended_at IS NULL)::int AS open FROM analyses WHERE account_id = $1",
      [accountId]
    )
    inFlight = Math.max(inFlight, rows[0].processing)
    return rows[0].open === 0
  }, 120_000)
  const seconds = (performance.now() - resumed) / 1_000
  t.comment(`${FILES} verdicts in ${seconds.toFixed(1)} s: ${inFlight} analyses in flight at most, ${standIn.most} requests to the provider at the same time at most`)
  t.ok(inFlight >= 100, `${inFlight} in flight`)
  for (const id of ids) t.match(await client(fleet.address(), key).get(id), { state: 'completed', degraded: null, attempt: 1 })
  t.equal(standIn.asked.length, FILES)
})
