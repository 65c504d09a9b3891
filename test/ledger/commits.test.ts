import { Registry } from '@prometheus-io/client'
import { Pool } from 'pg'
import { drizzle } from '../../src/platform/drizzle.ts'
import pino from 'pino'
import t from 'tap'
import { mediaKey } from '../../src/analyses/keys.ts'
import { claimAnalysis } from '../../src/analyses/moves.ts'
import { beginUpload, queueAnalysis } from '../../src/analyses/uploads.ts'
import { findAnalysis } from '../../src/analyses/queries.ts'
import { createEngine } from '../../src/engine/pool.ts'
import { receiveFile } from '../../src/intake/receive.ts'
import { runAttempt } from '../../src/ledger/attempt.ts'
import { mediaRoom } from '../../src/ledger/mediaRoom.ts'
import { createMeasures } from '../../src/observability/measures.ts'
import { noTracing } from '../../src/observability/tracing.ts'
import type { Database } from '../../src/platform/postgres.ts'
import * as schema from '../../src/platform/schema.ts'
import { openStorage } from '../../src/platform/storage/open.ts'
import { photo } from '../engine/pictures.ts'
import { layGround, makeAccount } from '../harness/service.ts'

/**
 * What a commit may meet. A connection may break between a COMMIT and the word that it succeeded. Whoever waited for it can't know, and must
 * do nothing that would be wrong in either case.
 */
const ground = await layGround(t)
const { accountId } = await makeAccount(ground)
const pool = new Pool({ connectionString: ground.env.DATABASE_URL, max: 5 })
pool.on('error', () => undefined)
t.teardown(() => pool.end())
const db = drizzle(pool, { schema })
const storage = openStorage(ground.s3.url)
t.teardown(() => storage.close())
const log = pino({ level: 'silent' })

/** The database, with a connection that breaks right after its first commit. */
function breakingAfterCommit(): Database {
  let broken = false
  return new Proxy(db, {
    get(target, name) {
      if (name !== 'transaction') return Reflect.get(target, name)
      return async (...args: Parameters<typeof db.transaction>) => {
        const result = await target.transaction(...args)
        if (broken) return result
        broken = true
        throw new Error('Connection terminated unexpectedly')
      }
    }
  })
}

async function* chunks(bytes: Buffer) {
  yield bytes
}

const engine = createEngine({ threads: 1, deadlineMs: 10_000 })
t.teardown(() => engine.close())
const measures = createMeasures(new Registry())
const alone = { measures, providers: [], tracing: noTracing, providerTimeoutMs: 1_000, room: mediaRoom(Infinity), handBack: new AbortController().signal }

/** An analysis whose first attempt begins. */
async function claimed(id: string) {
  const bytes = await photo()
  const key = mediaKey({ accountId, id })
  await beginUpload(db, { id, accountId, fileName: 'a', mediaType: 'image/jpeg', kind: 'image', mediaKey: key })
  await storage.put(key, chunks(bytes), 'image/jpeg')
  await queueAnalysis(db, { id, accountId, plan: 'FREE' as const, sizeBytes: bytes.length, sha256: 'x' })
  return (await claimAnalysis(db, id))!
}

t.test('a verdict that was committed keeps its evidence, though its attempt never heard of it', async (t) => {
  const id = '01a20283-3668-70e0-b9e1-72395ac33b81'
  const claim = await claimed(id)
  await runAttempt({ db: breakingAfterCommit(), storage, engine, log, ...alone }, claim)
  const row = (await findAnalysis(db, accountId, id))!
  t.match(row, { state: 'completed', attempt: 1, verdict: 'inconclusive' })
  t.ok(row.evidence.length > 0)
  const keys = await ground.s3.keys()
  for (const picture of row.evidence) t.ok(keys.includes(picture.key), picture.name)
})

t.test('a verdict, or a failure, that the database undid is written again, and costs no attempt', async (t) => {
  await pool.query(`CREATE SEQUENCE refusals; CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF nextval('refusals') <= 3 THEN RAISE EXCEPTION 'on demand' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$`)
  for (const [id, state] of [['01a20283-3668-70e0-b9e1-72395ac33b82', 'completed'], ['01a20283-3668-70e0-b9e1-72395ac33b83', 'failed']] as const) {
    const claim = await claimed(id)
    if (state === 'failed') await storage.removeAll(claim.mediaKey)
    await pool.query('ALTER SEQUENCE refusals RESTART')
    await pool.query('CREATE TRIGGER refuse BEFORE UPDATE ON analyses FOR EACH ROW EXECUTE FUNCTION refuse()')
    await runAttempt({ db, storage, engine, log, ...alone }, claim)
    const { rows: [{ nextval: asked }] } = await pool.query("SELECT nextval('refusals')")
    await pool.query('DROP TRIGGER refuse ON analyses')
    t.match(await findAnalysis(db, accountId, id), { state, attempt: 1 })
    t.ok(Number(asked) > 3, 'it was refused three times')
  }
})

t.test('an upload that was queued and could not be answered leaves nothing', async (t) => {
  const known = await ground.s3.keys()
  const options = { db: breakingAfterCommit(), storage, engineVersion: () => 'test', lifeSignEveryMs: 10_000, measures }
  const caller = { accountId, apiKeyId: accountId, sessionHash: null, plan: 'FREE' as const, role: 'user' as const, emailConfirmed: true, scopes: [] }
  const file = { bytes: chunks(await photo({ seed: 2 })), fileName: 'a.jpg', declaredType: '', takeBytes: async () => undefined }
  await t.rejects(receiveFile(options, caller, file, log), /terminated/)
  t.same(await ground.s3.keys(), known)
  const { rows } = await pool.query("SELECT state FROM analyses WHERE state NOT IN ('completed', 'failed')")
  t.same(rows, [], 'neither an object nor a row that refers to one')
})
