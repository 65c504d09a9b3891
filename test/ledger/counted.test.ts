import { Registry } from '@prometheus-io/client'
import { Pool } from 'pg'
import pino from 'pino'
import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { mediaKey } from '../../src/analyses/keys.ts'
import { claimAnalysis, type Claim } from '../../src/analyses/moves.ts'
import { beginUpload, queueAnalysis } from '../../src/analyses/uploads.ts'
import { createEngine } from '../../src/engine/pool.ts'
import { runAttempt } from '../../src/ledger/attempt.ts'
import { mediaRoom } from '../../src/ledger/mediaRoom.ts'
import { createMeasures } from '../../src/observability/measures.ts'
import { noTracing } from '../../src/observability/tracing.ts'
import { drizzle } from '../../src/platform/drizzle.ts'
import * as schema from '../../src/platform/schema.ts'
import { openStorage } from '../../src/platform/storage/open.ts'
import { photo } from '../engine/pictures.ts'
import { layGround, makeAccount } from '../harness/service.ts'
import { readSamples, total } from '../observability/scrape.ts'

const ground = await layGround(t)
const { accountId } = await makeAccount(ground, 'PRO')
const pool = new Pool({ connectionString: ground.env.DATABASE_URL, max: 10 })
pool.on('error', () => undefined)
t.teardown(() => pool.end())
const db = drizzle(pool, { schema })
const storage = openStorage(ground.s3.url)
t.teardown(() => storage.close())
const engine = createEngine({ threads: 1, deadlineMs: 10_000 })
t.teardown(() => engine.close())

async function queued(): Promise<string> {
  const id = uuidv7()
  const key = mediaKey({ accountId, id })
  const bytes = await photo({ width: 64, height: 48 })
  await beginUpload(db, { id, accountId, fileName: 'a', mediaType: 'image/jpeg', kind: 'image', mediaKey: key })
  await storage.put(key, (async function* () { yield bytes })(), 'image/jpeg')
  await queueAnalysis(db, { id, accountId, plan: 'PRO', sizeBytes: bytes.length, sha256: 'x' })
  return id
}

/** Works on a claim as a machine of its own. @returns how many ends it has counted */
async function work(claim: Claim): Promise<number> {
  const register = new Registry()
  const log = pino({ level: 'silent' })
  const handBack = new AbortController().signal
  await runAttempt({ db, storage, engine, providers: [], providerTimeoutMs: 1_000, room: mediaRoom(Infinity), handBack, tracing: noTracing, measures: createMeasures(register), log }, claim)
  return total(readSamples(await register.metrics()), 'faketect_analyses_total')
}

t.test('of two machines at one analysis, the one whose verdict stands has counted it', async (t) => {
  const id = await queued()
  const late = (await claimAnalysis(db, id))!
  const current = (await claimAnalysis(db, id))!
  t.equal(current.plan, 'PRO')
  t.equal(await work(late), 0)
  t.equal(await work(current), 1)
  t.equal(await work(current), 0, 'and once')
})

t.test('a failure is counted by the attempt that could write it', async (t) => {
  const id = await queued()
  const late = (await claimAnalysis(db, id))!
  const current = (await claimAnalysis(db, id))!
  await storage.removeAll(current.mediaKey)
  t.equal(await work(late), 0)
  t.equal(await work(current), 1)
})

t.test('an analysis that is given up is told once, however many claim it', async (t) => {
  const id = await queued()
  for (let n = 0; n < 3; n++) await claimAnalysis(db, id)
  const told: Array<[string, string, string]> = []
  await Promise.all(Array.from({ length: 6 }, () => claimAnalysis(db, id, (row, { code }) => told.push([row.id, row.plan, code]))))
  t.same(told, [[id, 'PRO', 'analysis_crashed']])
})
