/**
 * `npm run bench:ledger`: how many jobs a second go through the ledger, beside a bare BullMQ worker of the same
 * concurrency whose jobs are as empty, on the same Redis, in the same run.
 *
 * A job of ours is an analysis: claimed in PostgreSQL, its file read, its verdict written behind the fence with its events,
 * and those relayed. Only the engine and the storage are stand-ins that take no time. The clock stops when the last
 * verdict has been told in Redis. The rounds alternate, because a shared machine is not equally fast all the time.
 */
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import pino from 'pino'
import { LEDGER_NAME, LEDGER_PREFIX, openLedger } from '../src/ledger/queue.ts'
import { percentile, print } from './children.ts'
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

  /** @returns jobs a second */
  async function ours(count: number): Promise<number> {
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
    const start = performance.now()
    await queues.ours.resume()
    await told
    const seconds = (performance.now() - start) / 1_000
    const { rows: left } = await database.query("SELECT id FROM analyses WHERE state <> 'completed' OR attempt <> 1")
    if (left.length > 0) throw new Error(`${left.length} of ${count} analyses were not completed by their first attempt`)
    await database.query('TRUNCATE analyses CASCADE')
    return count / seconds
  }

  async function theirs(count: number): Promise<number> {
    await queues.bare.pause()
    for (let from = 0; from < count; from += 1_000) {
      const some = Math.min(1_000, count - from)
      await queues.bare.addBulk(Array.from({ length: some }, () => ({ name: 'bare', data: {}, opts: { removeOnComplete: true } })))
    }
    bare.send({ expect: count })
    const done = once(bare, 'message')
    const start = performance.now()
    await queues.bare.resume()
    await done
    return count / ((performance.now() - start) / 1_000)
  }

  // The first round compiles the code, and is not counted.
  const measured: Array<{ ours: number; theirs: number }> = []
  for (let round = 0; round <= rounds; round++) {
    const both = { ours: await ours(jobs), theirs: await theirs(jobs) }
    if (round === 0) continue
    measured.push(both)
    print(`round ${round}: ledger ${both.ours.toFixed(0)} jobs a second, bare BullMQ ${both.theirs.toFixed(0)}`)
  }
  const median = (side: 'ours' | 'theirs') => percentile(measured.map((round) => round[side]), 0.5)
  print(
    `${jobs} jobs, ${values.concurrency} at once, median of ${rounds} rounds: ledger ${median('ours').toFixed(0)} jobs a second, ` +
      `bare BullMQ ${median('theirs').toFixed(0)}, ratio ${(median('ours') / median('theirs')).toFixed(3)}`
  )
  handIn([
    {
      what: `Ledger, ${values.concurrency} jobs at once`,
      unit: 'jobs/s',
      ours: median('ours'),
      bare: 'BullMQ, empty jobs',
      theirs: median('theirs'),
      better: 'more',
      meaning: 'How many analyses a machine could end if its engine took no time: claim, fence, verdict and events in PostgreSQL are what BullMQ alone does not do'
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
