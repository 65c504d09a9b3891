import { connect } from 'node:net'
import pino from 'pino'
import { drizzle } from '../../src/platform/drizzle.ts'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import t from 'tap'
import { recordEvent } from '../../src/events/event.ts'
import { relayBatch } from '../../src/events/relay.ts'
import * as schema from '../../src/platform/schema.ts'
import { dropDeadUploads } from '../../src/ledger/reconciler.ts'
import { sweep } from '../../src/analyses/sweep.ts'
import { openStorage } from '../../src/platform/storage/open.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { startProcess } from '../harness/process.ts'
import { layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const { key, accountId } = await makeAccount(ground)
const pool = new Pool({ connectionString: ground.env.DATABASE_URL, max: 5 })
pool.on('error', () => undefined)
t.teardown(() => pool.end())
const db = drizzle(pool, { schema })
const log = pino({ level: 'silent' })

const uploadingRows = async () => (await pool.query("SELECT 1 FROM analyses WHERE state = 'uploading'")).rows.length

t.test('an upload whose process is killed is taken out by another, parts and all', async (t) => {
  const { url, child, ended } = await startProcess(t, ground, { ROLES: 'api' })
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.write(
    `POST /v1/analyses HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-length: 90000000\r\n` +
      'content-type: multipart/form-data; boundary=b\r\n\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'
  )
  socket.write(Buffer.concat([await photo(), Buffer.alloc(11 * 1024 * 1024)]))
  await eventually(() => ground.s3.openUploads() === 1)
  child.kill('SIGKILL')
  await ended
  t.equal(await uploadingRows(), 1)

  const { app } = await startService(t, ground, { ROLES: 'api' })
  await eventually(async () => (await uploadingRows()) === 0 && ground.s3.openUploads() === 0)
  t.same(await ground.s3.keys(), [])
  await app.close()
})

t.test('an upload that shows its life signs is left alone, however long it takes', async (t) => {
  const row = { accountId, fileName: 'a', mediaType: 'image/jpeg', kind: 'image' as const, mediaKey: 'x', state: 'uploading' as const }
  const [live, dead] = ['01a20283-3668-70e0-b9e1-72395ac33b81', '01a20283-3668-70e0-b9e1-72395ac33b82']
  const long = new Date(Date.now() - 3_600_000)
  await db.insert(schema.analyses).values([
    { ...row, id: live, createdAt: long },
    { ...row, id: dead, createdAt: long, touchedAt: long }
  ])
  await dropDeadUploads(db, 60_000, log)
  const { rows } = await pool.query("SELECT id FROM analyses WHERE state = 'uploading'")
  t.same(rows, [{ id: live }])
})

t.test('what was written after a first sweep is gone after the second, and then the tombstone as well', async (t) => {
  const storage = openStorage(ground.s3.url)
  t.teardown(() => storage.close())
  async function* late() {
    yield Buffer.from('evidence of a late attempt')
  }
  const { signal } = new AbortController()
  await pool.query("INSERT INTO tombstones (prefix) VALUES ('buried/one/')")
  await sweep(db, storage, signal)
  await storage.put('buried/one/evidence/1/a.png', late(), 'image/png')
  await sweep(db, storage, signal)
  t.same(await ground.s3.keys(), ['buried/one/evidence/1/a.png'], 'its time has not come yet')
  await pool.query("UPDATE tombstones SET created_at = now() - interval '1 hour' WHERE prefix = 'buried/one/'")
  await sweep(db, storage, signal)
  t.same(await ground.s3.keys(), [])
  t.same((await pool.query("SELECT 1 FROM tombstones WHERE prefix = 'buried/one/'")).rows, [])
})

t.test('a prefix that can\'t be removed does not stand before the others', async (t) => {
  const storage = openStorage(ground.s3.url)
  t.teardown(() => storage.close())
  await pool.query("INSERT INTO tombstones (prefix, created_at) VALUES ('bad/', now() - interval '1 minute'), ('good/', now())")
  ground.s3.misbehave = ({ url }) => (url.searchParams.get('prefix') === 'bad/' ? 'fail' : undefined)
  await t.rejects(sweep(db, storage, new AbortController().signal))
  ground.s3.misbehave = () => undefined
  const { rows } = await pool.query("SELECT prefix FROM tombstones WHERE swept_at IS NULL")
  t.same(rows, [{ prefix: 'bad/' }])
})

t.test('two relays hand each event over in order, and none is lost when one breaks off', async (t) => {
  const redis = new Redis(ground.redis.url)
  t.teardown(() => redis.disconnect())
  await redis.del(`{${accountId}}:events`)
  await pool.query('DELETE FROM outbox')
  const ids: string[] = []
  for (let n = 0; n < 250; n++) {
    const id = `01a20283-3668-70e0-b9e1-${String(n).padStart(12, '0')}`
    ids.push(id)
    await recordEvent(db, accountId, { type: 'analysis.queued', data: { id, state: 'queued' } })
  }
  // The first relay loses Redis in the middle of its batch.
  let calls = 0
  const broken = new Proxy(redis, {
    get: (target, name) =>
      name === 'eval' && ++calls === 30 ? () => Promise.reject(new Error('Redis is away')) : Reflect.get(target, name).bind(target)
  })
  await t.rejects(relayBatch(db, broken), /away/)
  while ((await pool.query('SELECT 1 FROM outbox LIMIT 1')).rows.length > 0) {
    await Promise.all([relayBatch(db, redis), relayBatch(db, redis)])
  }
  const entries = await redis.xrange(`{${accountId}}:events`, '-', '+')
  const seen = entries.map(([, fields]) => JSON.parse(fields[1]!).data.id)
  t.same(seen.slice(29), ids, 'all of them, in order, after the ones that came before the break')
  t.same(seen.slice(0, 29), ids.slice(0, 29))
})
