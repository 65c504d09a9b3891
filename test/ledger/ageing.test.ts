import { Queue } from 'bullmq'
import { drizzle } from '../../src/platform/drizzle.ts'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import pino from 'pino'
import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { ageing, ageWaiting } from '../../src/ledger/ageing.ts'
import { LEDGER_NAME, LEDGER_PREFIX, openLedger } from '../../src/ledger/queue.ts'
import * as schema from '../../src/platform/schema.ts'
import { testDatabase, testRedis } from '../harness/servers.ts'

const STEP = 1_000
const never = new AbortController().signal

t.test('a file is worked on sooner the longer it waits, and never later than it was', async (t) => {
  const after = (priority: number, steps: number) => ageing(STEP)({ accountId: 'a', priority, waitedMs: steps * STEP })
  t.same([0, 1, 2, 3, 4, 5, 6].map((steps) => after(500, steps)), [64, 32, 16, 8, 4, 2, 1])
  t.same([0, 3, 5, 6].map((steps) => after(3, steps)), [3, 3, 2, 1])
  t.equal(after(1, 0), 1)
})

t.test('only a few files of an account at a time stand beside the single photos of others', async (t) => {
  const aged = ageing(STEP)
  const old = (accountId: string) => aged({ accountId, priority: 30, waitedMs: 100 * STEP })
  t.same(Array.from({ length: 6 }, () => old('a')), [1, 1, 1, 1, 2, 2])
  t.equal(old('b'), 1, 'another account has places of its own')
})

t.test('the ledger and the rows get the new priority, and are left alone when it is theirs already', async (t) => {
  const pool = new Pool({ connectionString: await testDatabase(t), max: 4 })
  pool.on('error', () => undefined)
  t.teardown(() => pool.end())
  const db = drizzle(pool, { schema })
  const redis = new Redis((await testRedis(t)).url)
  t.teardown(() => redis.disconnect())
  await new Promise((resolve) => redis.once('ready', resolve))
  const ledger = openLedger(redis, pino({ level: 'silent' }))
  const accountId = uuidv7()
  await db.insert(schema.accounts).values({ id: accountId, name: 'test' })
  const queue = async (priority: number, waitedSeconds: number) => {
    const id = uuidv7()
    const at = new Date(Date.now() - waitedSeconds * 1_000)
    const file = { id, accountId, fileName: 'a', mediaType: 'image/jpeg', kind: 'image' as const, mediaKey: id }
    await db.insert(schema.analyses).values({ ...file, state: 'queued', priority, queuedAt: at, touchedAt: at })
    await ledger.add(id, priority)
    return id
  }
  const fresh = await queue(20, 0)
  const old = [await queue(40, 3.5), await queue(20, 3.5), await queue(5, 3.5)]

  await ageWaiting(db, ledger, STEP, never)
  const jobs = new Queue(LEDGER_NAME, { connection: redis, prefix: LEDGER_PREFIX })
  const prioritized = await jobs.getPrioritized()
  t.same(prioritized.map(({ id }) => id), [old[2], old[0], old[1], fresh], 'in the order in which they came, where they are alike')
  const { rows } = await pool.query('SELECT id, priority, xmin FROM analyses ORDER BY id')
  t.same(rows.map(({ priority }) => priority), [20, 8, 8, 5])

  await ageWaiting(db, ledger, STEP, never)
  const { rows: again } = await pool.query('SELECT id, priority, xmin FROM analyses ORDER BY id')
  t.same(again, rows, 'no row is written that stays as it is')
  await jobs.close()
  await ledger.close()
})
