import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import t from 'tap'
import type { AnalysisResource } from '../../src/analyses/resource.ts'
import { migrate } from '../../src/platform/migrate.ts'
import { photo } from '../engine/pictures.ts'
import { startProxy } from '../faults/proxy.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { startPair } from '../harness/standby.ts'

/** Two machines that share a primary and its standby, which replays when the test lets it. */
const pair = await startPair(t)
await migrate(pair.primaryUrl)
const database = await connect(pair.primaryUrl)
const laid = await layGround(t)
const way = await startProxy(t, { path: pair.standbySocket })
const ground = { ...laid, database, env: { ...laid.env, DATABASE_URL: pair.primaryUrl, DATABASE_REPLICA_URL: `postgres://faketect@127.0.0.1:${way.port}/faketect` } }
const lines: string[] = []
const log = { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) }
const { url } = await startService(t, ground, { ROLES: 'api', LOG_LEVEL: 'info' }, log)
const { url: otherUrl } = await startService(t, ground)
const { key, accountId } = await makeAccount(ground)
await database.query("UPDATE accounts SET role = 'admin' WHERE id = $1", [accountId])
const { send, upload } = client(url, key)
const elsewhere = client(otherUrl, key)

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  await client.connect()
  client.on('error', () => undefined) // The standby is stopped on purpose.
  t.teardown(() => client.end())
  return client
}

async function onStandby<T extends object>(sql: string): Promise<T> {
  const client = new Client({ connectionString: pair.standbyUrl })
  await client.connect()
  try {
    return (await client.query(sql)).rows[0] as T
  } finally {
    await client.end()
  }
}

/** From now on the standby is as old as it is. */
async function pause(): Promise<void> {
  await onStandby('SELECT pg_wal_replay_pause()')
  await eventually(async () => (await onStandby<{ state: string }>('SELECT pg_get_wal_replay_pause_state() AS state')).state === 'paused')
}
const resume = () => onStandby('SELECT pg_wal_replay_resume()')

/** How often the standby has looked into a table. */
async function looksAt(table: string): Promise<number> {
  const { looks } = await onStandby<{ looks: number }>(`SELECT (seq_scan + coalesce(idx_scan, 0))::int AS looks FROM pg_stat_user_tables WHERE relname = '${table}'`)
  return looks
}

async function ids(path = '/v1/analyses'): Promise<string[]> {
  const response = await send(path)
  if (response.status !== 200) throw new Error(`${path} answers ${response.status}`)
  return ((await response.json()) as { analyses: AnalysisResource[] }).analyses.map(({ id }) => id)
}

/** Asks until it was the standby that answered: it may have been left alone for a while. */
async function untilStandbyIsRead(): Promise<void> {
  const before = await looksAt('analyses')
  await eventually(async () => {
    await ids()
    return (await looksAt('analyses')) > before
  }, 40_000)
}

t.test('lists are read from the standby; who calls and what they may do is not', async (t) => {
  const { body } = await upload(await photo({ seed: 1 }), { prefer: 'wait=30' })
  await untilStandbyIsRead()
  t.same(await ids(), [body.id])
  const lists = { '/v1/batches': 'batches', '/v1/admin/accounts': 'accounts', '/v1/admin/feedback': 'feedback', '/v1/admin/audit-log': 'audit_log', '/v1/webhooks/callbacks/deliveries': 'webhook_deliveries' }
  await eventually(async () => {
    for (const path of Object.keys(lists)) t.equal((await send(path)).status, 200, path)
    return (await Promise.all(Object.values(lists).map(looksAt))).every((looks) => looks > 0)
  }, 40_000)
  for (const table of ['api_keys', 'sessions', 'monthly_usage', 'idempotency_keys']) t.equal(await looksAt(table), 0, table)
})

t.test('what an account has done is in its next list, however old the standby is', async (t) => {
  const { body: first } = await upload(await photo({ seed: 2 }), { prefer: 'wait=30' })
  await untilStandbyIsRead()
  await pause()
  t.teardown(resume)

  const { body: second } = await elsewhere.upload(await photo({ seed: 3 }))
  t.ok((await ids()).includes(second.id), 'what it has uploaded on another machine')
  await elsewhere.get(second.id, 30)
  t.ok((await ids('/v1/analyses?state=completed')).includes(second.id), 'the verdict that it has waited for')
  t.equal((await send(`/v1/analyses/${first.id}`, { method: 'DELETE' })).status, 204)
  t.notOk((await ids()).includes(first.id), 'what it has deleted')
  t.equal((await onStandby<{ n: number }>(`SELECT count(*)::int AS n FROM analyses WHERE id = '${first.id}'`)).n, 1, 'which the standby does not know')
  t.equal((await onStandby<{ n: number }>(`SELECT count(*)::int AS n FROM analyses WHERE id = '${second.id}'`)).n, 0)
})

t.test('what an event has told is in the list that is loaded then', async (t) => {
  await untilStandbyIsRead()
  const listener = await listen(t, url, key)
  const { body } = await upload(await photo({ seed: 4 }))
  await listener.hears(body.id, 'analysis.queued')
  await pause()
  t.teardown(resume)
  await listener.hears(body.id, 'analysis.completed')
  t.ok((await ids('/v1/analyses?state=completed')).includes(body.id))
})

t.test('it holds without Redis as well', async (t) => {
  const { body } = await upload(await photo({ seed: 5 }), { prefer: 'wait=30' })
  await untilStandbyIsRead()
  await pause()
  await ground.redis.stop()
  t.teardown(async () => {
    await ground.redis.start()
    await resume()
  })
  t.equal((await send(`/v1/analyses/${body.id}`, { method: 'DELETE' })).status, 204)
  t.notOk((await ids()).includes(body.id))
})

t.test('a standby that dies is not missed, and is used again when it is back; the log says each once', async (t) => {
  await untilStandbyIsRead()
  lines.length = 0
  await pair.stop()
  const { body } = await upload(await photo({ seed: 6 }))
  for (let n = 0; n < 5; n++) t.ok((await ids()).includes(body.id))
  await pair.start()
  await untilStandbyIsRead()
  const told = lines.filter((line) => line.includes('replica'))
  for (const word of ['is not used', 'is used again']) t.ok(told.some((line) => line.includes(word)), word)
  t.notOk(told.some((line, n) => line === told[n - 1]), 'and nothing again that it has said already')
})

t.test('what is under way when the standby falls silent is read from the primary, and only one at a time waits for it then', async (t) => {
  await untilStandbyIsRead()
  way.set('stalled')
  const before = await ids()
  await eventually(async () => {
    let answered = 0
    const reads = Array.from({ length: 5 }, async () => {
      t.same(await ids(), before)
      answered++
    })
    await eventually(() => answered >= 4)
    await sleep(200)
    const oneWaits = answered === 4
    await Promise.all(reads)
    return oneWaits
  })
  way.set('clear')
  await untilStandbyIsRead()
})
