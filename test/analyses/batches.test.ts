import { drizzle, eq } from '../../src/platform/drizzle.ts'
import { Pool } from 'pg'
import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { beginBatch, closeDeadBatches, endBatchIfDone, endIntake, reopenBatch, touchBatch } from '../../src/analyses/batches.ts'
import { cancelAnalysis } from '../../src/analyses/moves.ts'
import { beginUpload, queueAnalysis } from '../../src/analyses/uploads.ts'
import type { Queryable } from '../../src/platform/postgres.ts'
import * as schema from '../../src/platform/schema.ts'
import { eventually } from '../harness/eventually.ts'
import { layGround, makeAccount } from '../harness/service.ts'

const ground = await layGround(t)
const { accountId } = await makeAccount(ground)
const pool = new Pool({ connectionString: ground.env.DATABASE_URL, max: 5 })
pool.on('error', () => undefined)
t.teardown(() => pool.end())
const db = drizzle(pool, { schema })

async function queued(batchId: string): Promise<string> {
  const id = uuidv7()
  await beginUpload(db, { id, accountId, fileName: 'a', mediaType: 'image/jpeg', kind: 'image', mediaKey: id })
  await queueAnalysis(db, { id, accountId, plan: 'PREMIUM', sizeBytes: 1, sha256: 'x', batchId, also: (tx) => touchBatch(tx, batchId) })
  return id
}

const stateOf = async (id: string) => (await ground.database.query('SELECT intake, ended_at IS NOT NULL AS ended FROM batches WHERE id = $1', [id])).rows[0]
const ends = async (id: string) =>
  (await ground.database.query("SELECT 1 FROM outbox WHERE event->>'type' = 'batch.completed' AND event->'data'->>'id' = $1", [id])).rows.length
const waiting = async () => (await ground.database.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")).rows.length > 0

/** Does something in a transaction that is held open until it is let go. */
function held(work: (tx: Queryable) => Promise<unknown>) {
  const gate = Promise.withResolvers<void>()
  const done = Promise.withResolvers<void>()
  const all = db.transaction(async (tx) => {
    await work(tx)
    done.resolve()
    await gate.promise
  })
  return { done: done.promise, all, letGo: gate.resolve }
}

/** The end of an analysis, as every move has it. */
const cancel = (id: string, batchId: string) => async (tx: Queryable) => {
  await tx.update(schema.analyses).set({ state: 'cancelled' }).where(eq(schema.analyses.id, id))
  await endBatchIfDone(tx, { batchId })
}

t.test('of two last analyses that end at the same moment, the later one ends the batch', async (t) => {
  const id = uuidv7()
  await beginBatch(db, { id, accountId })
  const [a, b] = [await queued(id), await queued(id)]
  await endIntake(db, id, 'received')
  const first = held(cancel(a, id))
  await first.done
  const second = held(cancel(b, id))
  await Promise.race([second.done, eventually(waiting)])
  second.letGo()
  first.letGo()
  await Promise.all([first.all, second.all])
  t.same(await stateOf(id), { intake: 'received', ended: true })
  t.equal(await ends(id), 1)
})

t.test('the last analysis ends while the intake does', async (t) => {
  const id = uuidv7()
  await beginBatch(db, { id, accountId })
  const a = await queued(id)
  const first = held((tx) => endIntake(tx, id, 'received'))
  await first.done
  const second = held(cancel(a, id))
  await Promise.race([second.done, eventually(waiting)])
  second.letGo()
  first.letGo()
  await Promise.all([first.all, second.all])
  t.same(await stateOf(id), { intake: 'received', ended: true })
  t.equal(await ends(id), 1)
})

t.test('a batch whose intake shows no life sign is closed, takes nothing more, and ends with its analyses', async (t) => {
  const [living, dead, empty] = [uuidv7(), uuidv7(), uuidv7()]
  for (const id of [living, dead, empty]) await beginBatch(db, { id, accountId })
  const a = await queued(dead)
  await ground.database.query("UPDATE batches SET touched_at = now() - interval '1 hour' WHERE id = ANY($1)", [[dead, empty]])
  const closed: string[] = []
  await closeDeadBatches(db, 60_000, (id) => closed.push(id))
  t.same(closed.toSorted(), [dead, empty].toSorted())
  t.same(await stateOf(living), { intake: 'receiving', ended: false })
  t.same(await stateOf(dead), { intake: 'incomplete', ended: false })
  t.equal(await stateOf(empty), undefined, 'one without a file is none')
  await t.rejects(queued(dead), { name: 'BatchClosed' })
  await cancelAnalysis(db, accountId, a)
  t.same(await stateOf(dead), { intake: 'incomplete', ended: true })
  t.equal(await ends(dead), 1)
  const stranger = await makeAccount(ground)
  t.notOk(await reopenBatch(db, stranger.accountId, dead), "nobody goes on with another account's batch")
})
