/**
 * `npm run bench:ledger`: how many jobs a second go through the ledger, beside a bare BullMQ worker of the same
 * concurrency whose jobs are as empty, on the same Redis, in the same run.
 *
 * A job of ours is an analysis: claimed in PostgreSQL, its file read, its verdict written behind the fence with its events,
 * and those relayed. Only the engine and the storage are stand-ins that take no time. The clock stops when the last
 * verdict has been told in Redis. The rounds alternate, because a shared machine is not equally fast all the time.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import pino from 'pino'
import { LEDGER_NAME, LEDGER_PREFIX, openLedger } from '../src/ledger/queue.ts'
import { cpuSeconds, percentile, print } from './children.ts'
import { handIn } from './rows.ts'
import { withServers, type Servers } from './servers.ts'

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '5000' },
    /** As many as a machine with two threads has in flight where there are providers: two, and 25 that wait for those. */
    concurrency: { type: 'string', default: '27' },
    rounds: { type: 'string', default: '5' },
    /** A folder for processor profiles of both. */
    profile: { type: 'string' }
  }
})
const jobs = Number(values.jobs)
const rounds = Number(values.rounds)
const ACCOUNTS = 200
/** How many jobs are added at the same time. */
const AT_ONCE = 200

await withServers(measure)

async function measure({ databaseUrl, redisUrl, programs }: Servers): Promise<void> {
  const database = new Client({ connectionString: databaseUrl })
  database.on('error', () => undefined) // When something fails, PostgreSQL is stopped before this connection is closed.
  await database.connect()
  await database.query(
    `INSERT INTO accounts (id, name, plan) SELECT gen_random_uuid(), 'account ' || n, 'PREMIUM' FROM generate_series(1, ${ACCOUNTS}) n`
  )
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null, protocol: 2, replyMapping: 'legacy' })
  const heard = redis.duplicate()
  const ledger = openLedger(redis, pino({ level: 'warn' }))
  const queues = { ours: new Queue(LEDGER_NAME, { connection: redis, prefix: LEDGER_PREFIX }), bare: new Queue('bare', { connection: redis }) }

  const env = { ...process.env, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, CONCURRENCY: values.concurrency }
  const execArgv = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]
  const [processor] = await programs.start('ledger/processor.ts', env, execArgv)
  const [bare] = await programs.start('ledger/bare.ts', env, execArgv)
  await heard.psubscribe('{*}:events')

  /** Resolves when so many verdicts have been told. */
  function verdicts(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    let left = count
    const hear = (_pattern: string, _channel: string, message: string) => {
      if (!message.includes('"analysis.completed"') || --left > 0) return
      heard.off('pmessage', hear)
      resolve()
    }
    heard.on('pmessage', hear)
    return promise
  }

  async function ours(count: number): Promise<Rate> {
    await queues.ours.pause()
    const { rows } = await database.query<{ id: string; priority: number }>(
      `INSERT INTO analyses (id, account_id, state, priority, file_name, media_type, kind, media_key, size_bytes, sha256, queued_at)
       SELECT gen_random_uuid(), id, 'queued', 1 + n / ${ACCOUNTS}, 'a.jpg', 'image/jpeg', 'image', 'bench', 1, md5(n::text), now()
       FROM generate_series(1, $1::int) n JOIN (SELECT id, row_number() OVER () AS place FROM accounts) a ON place = 1 + n % ${ACCOUNTS}
       RETURNING id, priority`,
      [count]
    )
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      await Promise.all(rows.slice(from, from + AT_ONCE).map(({ id, priority }) => ledger.add(id, priority)))
    }
    const told = verdicts(count)
    const rate = clock(processor, count)
    await queues.ours.resume()
    await told
    const measured = rate()
    const { rows: left } = await database.query("SELECT id FROM analyses WHERE state <> 'completed' OR attempt <> 1")
    if (left.length > 0) throw new Error(`${left.length} of ${count} analyses were not completed by their first attempt`)
    await database.query('TRUNCATE analyses CASCADE')
    return measured
  }

  async function theirs(count: number): Promise<Rate> {
    await queues.bare.pause()
    for (let from = 0; from < count; from += 1_000) {
      const some = Math.min(1_000, count - from)
      await queues.bare.addBulk(Array.from({ length: some }, () => ({ name: 'bare', data: {}, opts: { removeOnComplete: true } })))
    }
    bare.send({ expect: count })
    const done = once(bare, 'message')
    const rate = clock(bare, count)
    await queues.bare.resume()
    await done
    return rate()
  }

  // The first round compiles the code, and is not counted.
  const measured: Array<{ ours: Rate; theirs: Rate }> = []
  for (let round = 0; round <= rounds; round++) {
    const both = { ours: await ours(jobs), theirs: await theirs(jobs) }
    if (round === 0) continue
    measured.push(both)
    print(`round ${round}: ledger ${inWords(both.ours)}; bare BullMQ ${inWords(both.theirs)}`)
  }
  const median = (side: 'ours' | 'theirs'): Rate => ({
    jobs: percentile(measured.map((round) => round[side].jobs), 0.5),
    cpuMs: percentile(measured.map((round) => round[side].cpuMs), 0.5)
  })
  const [all, none] = [median('ours'), median('theirs')]
  print(
    `${jobs} jobs, ${values.concurrency} at once, median of ${rounds} rounds: ledger ${inWords(all)}; bare BullMQ ${inWords(none)}; ` +
      `ratio ${(all.jobs / none.jobs).toFixed(3)}, of processor ${(all.cpuMs / none.cpuMs).toFixed(1)}`
  )
  const common = { what: `Ledger, ${values.concurrency} jobs at once`, bare: 'BullMQ, empty jobs' }
  handIn([
    {
      ...common,
      unit: 'jobs/s',
      ours: all.jobs,
      theirs: none.jobs,
      better: 'more',
      meaning: 'How many analyses a machine could end if its engine took no time: claim, fence, verdict and events in PostgreSQL are what BullMQ alone does not do'
    },
    {
      ...common,
      what: `${common.what}: processor a job`,
      unit: 'ms',
      ours: all.cpuMs,
      theirs: none.cpuMs,
      better: 'less',
      meaning: 'What the worker process spends beside the engine, whose threads take a core for a second or more'
    }
  ])

  if (values.profile !== undefined) for (const child of [processor, bare]) {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  await Promise.all([queues.ours.close(), queues.bare.close(), ledger.close()])
  for (const connection of [redis, heard]) connection.disconnect()
  await database.end()
}

interface Rate {
  /** A second. */
  jobs: number
  /** Of processor in the worker's process, a job. */
  cpuMs: number
}

/** Starts now; the returned function says how fast so many jobs were done until then. */
function clock(worker: ChildProcess, count: number): () => Rate {
  const [start, cpuBefore] = [performance.now(), cpuSeconds(worker)]
  return () => ({
    jobs: count / ((performance.now() - start) / 1_000),
    cpuMs: ((cpuSeconds(worker) - cpuBefore) * 1_000) / count
  })
}

function inWords({ jobs, cpuMs }: Rate): string {
  return `${jobs.toFixed(0)} jobs a second, ${cpuMs.toFixed(2)} ms of processor a job`
}
