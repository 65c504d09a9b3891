/**
 * `npm run bench:load -- --people 1000 --seconds 120`: simulated people, each with an event stream, who upload, wait
 * for the verdict, read it and think, against four processes of the service that share PostgreSQL, Redis and an S3
 * server. A stand-in for a provider waits three seconds without a thread: four processes have 100 analyses in flight.
 * Then, in the same run, the same people against the design that the service replaces (`load/inRequest.ts`).
 *
 * Prints one table. Ends with 1 when an analysis was lost or told of twice, an answer was a 5xx, or there were more than
 * 80 database connections. Everything runs on this machine, and the people take their share of it: compare columns.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { drizzle } from '../src/platform/drizzle.ts'
import { Client } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { generateApiKey, storeApiKey } from '../src/accounts/apiKeys.ts'
import * as schema from '../src/platform/schema.ts'
import { cpuSeconds, percentile, print, residentBytes } from './children.ts'
import type { Task } from './load/crowd.ts'
import type { Seen } from './load/person.ts'
import { answers5xx, table, together, type Measured } from './load/table.ts'
import { handIn, type Row } from './rows.ts'
import { withServers, type Servers } from './servers.ts'

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '120' },
    /** The mean of a pause. 1,000 people who think 25 s bring about what four processes can have in flight. */
    think: { type: 'string', default: '25' },
    processes: { type: 'string', default: '4' },
    /** Of the design that is replaced. */
    'baseline-seconds': { type: 'string', default: '60' },
    /** A folder for a processor profile of each service process. */
    profile: { type: 'string' }
  }
})
const people = Number(values.people)
const thinkSeconds = Number(values.think)
const processes = Number(values.processes)
const MAX_CONNECTIONS = 80
const CROWDS = 2

/** What the functions below stand on. */
interface Ground extends Servers {
  database: Client
}

await withServers(async (servers) => {
  const database = new Client({ connectionString: servers.databaseUrl })
  database.on('error', () => undefined) // When something fails, PostgreSQL is stopped before this connection is closed.
  await database.connect()
  await measureBoth({ ...servers, database })
  await database.end()
})

async function measureBoth(ground: Ground): Promise<void> {
  const keys = await makeAccounts(ground)
  const service = await measureService(ground, keys)
  const replaced = await measureReplaced(ground, keys)
  print(table({ [`${processes} processes`]: service, 'in the request': replaced }))
  handIn(rowsOf(service, replaced))
  const { seen, connections = 0, left = 0 } = service
  const broken = seen.lost + left + seen.doubled + answers5xx(seen) + (seen.statuses.broken ?? 0)
  if (broken > 0 || connections > MAX_CONNECTIONS) process.exitCode = 1
}

/** An account with a key for each person. */
async function makeAccounts({ database }: Ground): Promise<string[]> {
  const db = drizzle(database, { schema })
  const keys: string[] = []
  for (let person = 0; person < people; person++) {
    const [id, key] = [uuidv7(), generateApiKey()]
    await db.insert(schema.accounts).values({ id, name: `person ${person}`, plan: 'PREMIUM' })
    await storeApiKey(db, id, 'bench', key)
    keys.push(key)
  }
  return keys
}

async function measureService(ground: Ground, keys: string[]): Promise<Measured> {
  const { databaseUrl, redisUrl, database, programs } = ground
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' }
  const [, endpoint] = await programs.start('s3Server.ts', env)
  const machines = await Promise.all(
    Array.from({ length: processes }, () =>
      programs.start(
        '../src/service.ts',
        {
          ...env,
          PORT: '0',
          LOG_LEVEL: 'warn',
          DATABASE_URL: databaseUrl,
          DATABASE_POOL_MAX: String(MAX_CONNECTIONS / processes),
          REDIS_URL: redisUrl,
          STORAGE_URL: `s3://bench?endpoint=${encodeURIComponent(endpoint)}&region=us-east-1`,
          ENGINE_THREADS: '1',
          ENGINE_PROVIDERS: join(import.meta.dirname, 'load/standIn.ts')
        },
        values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]
      )
    )
  )
  const addresses = machines.map(([, address]) => address)
  const lag = () => Promise.all(addresses.map(delayMs))
  // What is read is reset: from here on it is the crowd's.
  await lag()
  const measured = await measure(ground, machines.map(([child]) => child), { keys, addresses, seconds: Number(values.seconds), thinkSeconds, listens: true })
  const { rows } = await database.query("SELECT count(*)::int AS open FROM analyses WHERE state NOT IN ('completed', 'failed', 'cancelled')")
  const result = { ...measured, delayMs: await lag(), left: rows[0].open }
  for (const [child] of machines) child.kill('SIGTERM')
  await Promise.all(machines.map(([child]) => once(child, 'exit')))
  return result
}

async function measureReplaced(ground: Ground, keys: string[]): Promise<Measured> {
  const [child, address] = await ground.programs.start('load/inRequest.ts', process.env)
  child.send('reset')
  const measured = await measure(ground, [child], { keys, addresses: [address], seconds: Number(values['baseline-seconds']), thinkSeconds, listens: false })
  child.send('delay')
  const [{ delayMs }] = (await once(child, 'message')) as [{ delayMs: number }]
  return { ...measured, delayMs: [delayMs] }
}

/** Sends the crowds, and looks every second at what only the outside sees. */
async function measure({ database, programs }: Ground, machines: ChildProcess[], task: Task): Promise<Measured> {
  const crowds = await Promise.all(Array.from({ length: CROWDS }, () => programs.start('load/crowd.ts', process.env)))
  const before = machines.map(cpuSeconds)
  const transactionsBefore = await transactions(database)
  const start = performance.now()
  const over = new AbortController()
  let [resident, connections, inFlight] = [0, 0, 0]
  async function look(): Promise<void> {
    for (let second = 1; !over.signal.aborted; second++) {
      resident = Math.max(resident, ...machines.map(residentBytes))
      const { rows } = await database.query(`SELECT
        (SELECT count(*)::int FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend') AS connections,
        (SELECT count(*)::int FROM analyses WHERE state = 'processing') AS "inFlight",
        (SELECT count(*)::int FROM analyses WHERE state = 'queued') AS queued`)
      connections = Math.max(connections, rows[0].connections)
      inFlight = Math.max(inFlight, rows[0].inFlight)
      if (second % 10 === 0) print(`${second} s: ${rows[0].inFlight} in flight, ${rows[0].queued} waiting, ${rows[0].connections} connections`)
      await sleep(1_000)
    }
  }
  const looking = look()
  for (const [index, [crowd]] of crowds.entries()) {
    crowd.send({ ...task, keys: task.keys.filter((_, person) => person % CROWDS === index) } satisfies Task)
  }
  const seen = await Promise.all(
    crowds.map(async ([crowd]) => ((await once(crowd, 'message')) as [{ seen: Seen }])[0].seen)
  )
  const seconds = (performance.now() - start) / 1_000
  over.abort()
  await looking
  const used = machines.map((child, index) => cpuSeconds(child) - (before[index] ?? 0)).reduce((total, one) => total + one, 0)
  const crowdUsed = crowds.map(([child]) => cpuSeconds(child)).reduce((total, one) => total + one, 0)
  print(`${task.listens ? 'service' : 'in the request'}: ${used.toFixed(0)} s of processor for it and ${crowdUsed.toFixed(0)} s for the people, in ${seconds.toFixed(0)} s`)
  const databaseUsed = (await transactions(database)) - transactionsBefore
  for (const [crowd] of crowds) crowd.kill('SIGKILL')
  return { seen: together(seen), seconds, delayMs: [], residentBytes: resident, cpuSeconds: used, connections, inFlight, transactions: databaseUsed }
}

/** Which PostgreSQL has had so far, those of one statement among them. */
async function transactions(database: Client): Promise<number> {
  const { rows } = await database.query('SELECT xact_commit + xact_rollback AS all FROM pg_stat_database WHERE datname = current_database()')
  return Number(rows[0].all)
}

/** p99 of the event-loop delay since it was last asked for. */
async function delayMs(address: string): Promise<number> {
  const text = await (await fetch(`${address}/metrics`)).text()
  return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)?.[1]) * 1_000
}

function rowsOf(service: Measured, replaced: Measured): Row[] {
  const common = { bare: 'everything in the request, one process', unit: 'ms', better: 'less' as const }
  const crowd = `${people} people for ${values.seconds} s, ${processes} processes`
  const share = ({ seen }: Measured) => (100 * (seen.accepted - seen.lost)) / (seen.accepted + answers5xx(seen) + (seen.statuses.broken ?? 0))
  return [
    {
      ...common,
      what: `${crowd}: analyses`,
      unit: '/s',
      ours: service.seen.completed / service.seconds,
      theirs: replaced.seen.completed / replaced.seconds,
      better: 'more',
      meaning: 'What the same people get done; they think for a while after each verdict'
    },
    {
      ...common,
      what: `${crowd}: answer to the upload, p95`,
      ours: percentile(service.seen.answerMs, 0.95),
      theirs: percentile(replaced.seen.answerMs, 0.95),
      meaning: 'How long somebody stands before a page that does nothing'
    },
    {
      ...common,
      what: `${crowd}: upload to verdict, p95`,
      ours: percentile(service.seen.verdictMs, 0.95),
      theirs: percentile(replaced.seen.verdictMs, 0.95),
      meaning: 'A provider that takes 3 s is part of both'
    },
    {
      ...common,
      what: `${crowd}: uploads that came to a verdict`,
      unit: '%',
      ours: share(service),
      theirs: share(replaced),
      better: 'more',
      meaning: 'Nothing may be lost, told of twice, or answered with a 5xx: else the benchmark fails'
    }
  ]
}
