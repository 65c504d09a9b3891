import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { temporaryFolder } from '../harness/servers.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground)

interface Answer {
  code?: string
  fileKept?: boolean
}

async function user() {
  const { accountId, key } = await makeAccount(ground)
  const program = client(url, key)
  const say = async (id: string, body: unknown) => {
    const response = await program.send(`/v1/analyses/${id}/feedback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body)
    })
    return { status: response.status, body: (await response.json()) as Answer }
  }
  const withdraw = async (id: string) => (await program.send(`/v1/analyses/${id}/feedback`, { method: 'DELETE' })).status
  const analysed = async (seed: number) => (await program.upload(await photo({ seed }), { prefer: 'wait=20' })).body.id
  const kept = async () => (await ground.s3.keys()).filter((key) => key.startsWith(`feedback/${accountId}/`))
  const rows = async () => (await ground.database.query('SELECT * FROM feedback WHERE account_id = $1', [accountId])).rows
  return { accountId, key, program, say, withdraw, analysed, kept, rows }
}

/** As if the time had passed in which something late may still be written below a buried prefix. */
const passLateWrites = () => ground.database.query("UPDATE tombstones SET created_at = now() - interval '6 minutes'")

t.test('what somebody says of a verdict is kept with what was said by which engine, and the second replaces the first', async (t) => {
  const { say, analysed, rows, kept } = await user()
  const id = await analysed(1)
  t.match(await say(id, { truth: 'ai_generated', note: 'I made it myself' }), { status: 200, body: { truth: 'ai_generated', consent: false, fileKept: false } })
  t.match(await say(id, { truth: 'manipulated' }), { status: 200, body: { truth: 'manipulated', note: '' } })
  const [row, ...more] = await rows()
  t.same(more, [])
  t.match(row, { analysis_id: id, truth: 'manipulated', verdict: 'inconclusive', engine_version: /./, sha256: /^[0-9a-f]{64}$/ })
  t.same(await kept(), [])
  await Promise.all(Array.from({ length: 6 }, (_, n) => say(id, { truth: 'authentic', consent: true, note: `${n}` })))
  t.equal((await rows()).length, 1, 'of several at once as well')
  await eventually(async () => {
    await passLateWrites()
    return (await kept()).length === 1
  })
  t.same(await kept(), [(await rows())[0].media_key])
})

t.test('that a verdict is wrong can be said without knowing more', async (t) => {
  const { program, say, analysed, kept, withdraw } = await user()
  const id = await analysed(3)
  const said = async () => {
    const response = await program.send(`/v1/analyses/${id}/feedback`)
    return { status: response.status, body: await response.json() }
  }
  t.match(await said(), { status: 404 })
  t.match(await say(id, {}), { status: 200, body: { analysisId: id, truth: null, note: '', consent: false } })
  t.match(await said(), { status: 200, body: { truth: null } })
  t.match(await say(id, { truth: null, consent: true }), { status: 200, body: { truth: null, fileKept: false } }, 'a file of which nobody knows what it is measures nothing')
  t.same(await kept(), [])
  t.match(await say(id, { truth: 'manipulated', consent: true }), { status: 200, body: { truth: 'manipulated', fileKept: true } })
  t.equal(await withdraw(id), 204)
  t.match(await said(), { status: 404 })
})

t.test('with consent the file outlives the analysis; without it what was said goes with it', async (t) => {
  const { program, say, analysed, rows, kept, withdraw } = await user()
  const [open, silent] = [await analysed(2), await analysed(3)]
  t.match(await say(open, { truth: 'authentic', consent: true }), { body: { fileKept: true } })
  await say(silent, { truth: 'authentic' })
  for (const id of [open, silent]) t.equal((await program.send(`/v1/analyses/${id}`, { method: 'DELETE' })).status, 204)
  await passLateWrites()
  await eventually(async () => (await ground.database.query('SELECT 1 FROM tombstones')).rows.length === 0)
  t.match(await rows(), [{ analysis_id: open }])
  t.same(await kept(), [(await rows())[0].media_key])

  t.equal(await withdraw(open), 204)
  t.equal(await withdraw(open), 404)
  await eventually(async () => (await kept()).length === 0)
  t.same(await rows(), [])
})

t.test('what was purged is answered without a file, and a file that was kept before stays', async (t) => {
  const { accountId, say, analysed, rows, kept } = await user()
  await ground.database.query("UPDATE accounts SET retention = 'none' WHERE id = $1", [accountId])
  const isPurged = (id: string) =>
    eventually(async () => (await ground.database.query('SELECT purged_at FROM analyses WHERE id = $1', [id])).rows[0].purged_at !== null)
  const late = await analysed(4)
  await isPurged(late)
  t.match(await say(late, { truth: 'authentic', consent: true }), { status: 200, body: { consent: true, fileKept: false } })
  const early = await analysed(5)
  t.match(await say(early, { truth: 'authentic', consent: true }), { body: { fileKept: true } })
  await isPurged(early)
  t.match(await say(early, { truth: 'manipulated', consent: true }), { body: { fileKept: true } })
  await passLateWrites()
  await eventually(async () => (await kept()).length === 1)
  t.same(await kept(), (await rows()).flatMap(({ media_key: key }) => key ?? []))
})

t.test('when the store fails nothing is written down, and a copy of which nobody knows is removed', async (t) => {
  const { say, analysed, rows, kept } = await user()
  const id = await analysed(6)
  ground.s3.misbehave = ({ method, url }) => (method === 'PUT' && url.pathname.includes('/feedback/') ? 'fail' : undefined)
  t.match(await say(id, { truth: 'authentic', consent: true }), { status: 503 })
  ground.s3.misbehave = () => undefined
  t.same(await rows(), [])
  // As if the process had died after the copy: its row is refused.
  await ground.database.query('ALTER TABLE feedback ADD CONSTRAINT broken CHECK (NOT consent) NOT VALID')
  t.equal((await say(id, { truth: 'authentic', consent: true })).status, 500)
  await ground.database.query('ALTER TABLE feedback DROP CONSTRAINT broken')
  t.equal((await kept()).length, 1)
  await passLateWrites()
  await eventually(async () => (await kept()).length === 0)
})

t.test('only one\'s own, only with a verdict, only what fits, and only with the scope', async (t) => {
  const [owner, stranger] = [await user(), await user()]
  const id = await owner.analysed(7)
  await owner.say(id, { truth: 'authentic', consent: true })
  t.match(await stranger.say(id, { truth: 'authentic', consent: true }), { status: 404, body: { code: 'not_found' } })
  t.equal(await stranger.withdraw(id), 404)
  t.same(await stranger.kept(), [])
  t.equal((await owner.kept()).length, 1)
  for (const id of ['nonsense', '01a20283-3668-70e0-b9e1-72395ac33b81']) {
    t.equal((await owner.say(id, { truth: 'authentic' })).status, 404)
    t.equal(await owner.withdraw(id), 404)
  }
  for (const body of [[], { truth: 'inconclusive' }, { truth: 'authentic', note: 'a\u0000b' }, { truth: 'authentic', note: 'x'.repeat(3_000) }]) {
    t.equal((await owner.say(id, body)).status, 400, JSON.stringify(body).slice(0, 50))
  }
  const failed = await owner.program.upload(Buffer.concat([(await photo({ seed: 8 })).subarray(0, 400), Buffer.alloc(4_000)]), { prefer: 'wait=20' })
  t.match(await owner.say(failed.body.id, { truth: 'authentic' }), { status: 409, body: { code: 'not_completed' } })
  t.match(await owner.say(failed.body.id, { truth: 'authentic', consent: true }), { status: 409, body: { code: 'not_completed' } })
  await ground.database.query("UPDATE api_keys SET scopes = '{analyses:read}' WHERE account_id = $1", [stranger.accountId])
  await ground.redis.stop()
  await ground.redis.start()
  t.equal((await stranger.say(id, { truth: 'authentic' })).status, 403)
})

t.test('files that may be kept are written out with their labels, and nothing else', async (t) => {
  const { say, analysed, kept, program } = await user()
  const [id, silent] = [await analysed(9), await analysed(10)]
  await say(id, { truth: 'ai_generated', consent: true, note: '=1+1, "quoted"\nand more' })
  await say(silent, { truth: 'authentic' })
  t.equal((await kept()).length, 1)
  const folder = join(temporaryFolder(t), 'out')
  const script = fileURLToPath(new URL('../../src/feedback/exportFiles.ts', import.meta.url))
  const env = { ...process.env, DATABASE_URL: ground.env.DATABASE_URL, STORAGE_URL: ground.env.STORAGE_URL }
  await promisify(execFile)(process.execPath, [script, '--export', folder], { env })
  const csv = await readFile(join(folder, 'labels.csv'), 'utf8')
  t.match(csv, /^path,label,source,licence,note\n/)
  t.match(csv, /ai\/[0-9a-f-]{36}\.jpeg,ai,feedback,[^,]+,"'=1\+1, ""quoted""\nand more"\n/)
  const [name] = await readdir(join(folder, 'ai'))
  const original = Buffer.from(await (await program.send(`/v1/analyses/${id}/media`)).arrayBuffer())
  t.ok(original.equals(await readFile(join(folder, 'ai', name!))))
  t.notOk(csv.includes(silent))
})
