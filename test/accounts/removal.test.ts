import { hash } from '@node-rs/argon2'
import { Redis } from 'ioredis'
import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { hang, startReceiver } from '../harness/receiver.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { localReceivers } from '../webhooks/webhooks.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground, localReceivers)
const redis = new Redis(ground.redis.url)
redis.on('error', () => undefined)
t.teardown(() => redis.disconnect())

const json = (method: string, body: unknown) => ({ method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
const remove = (program: ReturnType<typeof client>, body: unknown) => program.send('/v1/account', json('DELETE', body))
const keysOf = async (accountId: string) => (await ground.s3.keys()).filter((key) => key.includes(accountId))

/** Every table with a column that names an account, and how many rows name this one. */
async function rowsOf(accountId: string): Promise<Record<string, number>> {
  const { rows } = await ground.database.query(
    "SELECT table_name FROM information_schema.columns WHERE column_name = 'account_id' AND table_schema = 'public'"
  )
  const counts: Record<string, number> = {}
  for (const { table_name: table } of rows) {
    const found = await ground.database.query(`SELECT count(*)::int AS rows FROM ${table} WHERE account_id = $1`, [accountId])
    if (found.rows[0].rows > 0) counts[table] = found.rows[0].rows
  }
  const { rows: accounts } = await ground.database.query('SELECT 1 FROM accounts WHERE id = $1', [accountId])
  return accounts.length > 0 ? { ...counts, accounts: 1 } : counts
}
const isGone = (accountId: string) =>
  eventually(async () => Object.keys(await rowsOf(accountId)).filter((table) => table !== 'audit_log').length === 0)

t.test('everything of an account goes, and nothing of another; the audit log keeps its ids', async (t) => {
  const [doomed, other] = [await makeAccount(ground), await makeAccount(ground)]
  const receiver = await startReceiver(t, hang)
  for (const { key } of [doomed, other]) {
    const program = client(url, key)
    await program.send('/v1/webhooks', json('POST', { url: receiver.url, events: ['analysis.completed'] }))
    const { body } = await program.upload(await photo({ seed: 1 }), { prefer: 'wait=20' })
    await program.send(`/v1/analyses/${body.id}/feedback`, json('POST', { truth: 'authentic', consent: true }))
  }
  const program = client(url, doomed.key)
  t.ok((await keysOf(doomed.accountId)).some((key) => key.startsWith('feedback/')))
  t.match(await rowsOf(doomed.accountId), { analyses: 1, webhooks: 1, webhook_deliveries: 1, feedback: 1, monthly_usage: 1 })
  const theirs = await rowsOf(other.accountId)
  const theirKeys = await keysOf(other.accountId)

  for (const body of [{}, { confirm: other.accountId }, { password: 'a guess' }]) {
    t.match(await (await remove(program, body)).json(), { code: 'confirmation_needed' })
  }
  const listener = await listen(t, url, doomed.key)
  t.equal((await remove(program, { confirm: doomed.accountId })).status, 204)
  t.equal((await program.send('/v1/analyses')).status, 401, 'the key ends at once')
  await listener.ended

  await isGone(doomed.accountId)
  t.same(await rowsOf(doomed.accountId), { audit_log: 1 })
  await eventually(async () => (await keysOf(doomed.accountId)).length === 0)
  t.equal(await redis.exists(`{${doomed.accountId}}:events`), 0)
  t.same(await rowsOf(other.accountId), theirs)
  t.same(await keysOf(other.accountId), theirKeys)
})

t.test('uploads and attempts of that very moment leave nothing', async (t) => {
  const { accountId, key } = await makeAccount(ground)
  const program = client(url, key)
  const uploads = Array.from({ length: 12 }, async (_, n) => program.upload(await photo({ seed: 100 + n })).catch(() => undefined))
  await eventually(async () => ((await rowsOf(accountId)).analyses ?? 0) > 2)
  t.equal((await remove(program, { confirm: accountId })).status, 204)
  await Promise.all(uploads)
  await isGone(accountId)
  // As after the time in which something late may still be written.
  await eventually(async () => {
    await ground.database.query("UPDATE tombstones SET created_at = now() - interval '6 minutes'")
    return (await keysOf(accountId)).length === 0
  })
  t.equal(ground.s3.openUploads(), 0)
})

t.test('a late write is met by the last sweep, which waits for the slowest request', async (t) => {
  const { accountId, key } = await makeAccount(ground)
  await remove(client(url, key), { confirm: accountId })
  const { rows } = await ground.database.query('SELECT created_at > now() AS later FROM tombstones WHERE prefix = $1', [`${accountId}/`])
  t.same(rows, [{ later: true }])
})

t.test('with a password it has to be given again, and can not be guessed here', async (t) => {
  const { accountId, key } = await makeAccount(ground)
  await ground.database.query('UPDATE accounts SET password_hash = $2 WHERE id = $1', [accountId, await hash('the right one')])
  const program = client(url, key)
  t.match(await (await remove(program, { confirm: accountId })).json(), { code: 'confirmation_needed' })
  const codes = []
  for (let n = 0; n < 8; n++) codes.push(((await (await remove(program, { password: `guess ${n}` })).json()) as { code: string }).code)
  t.equal(codes[0], 'wrong_password')
  t.equal(codes.at(-1), 'rate_limit_exceeded')
  await redis.flushall()
  t.equal((await remove(program, { password: 'the right one' })).status, 204)
  await isGone(accountId)
})

t.test('neither the local account nor the last admin can be removed, nor by a key without the scope', async (t) => {
  const admin = await makeAccount(ground)
  await ground.database.query("UPDATE accounts SET role = 'admin' WHERE id = $1", [admin.accountId])
  t.match(await (await remove(client(url, admin.key), { confirm: admin.accountId })).json(), { code: 'last_admin' })
  t.match(await rowsOf(admin.accountId), { accounts: 1, api_keys: 1 })
  const reader = await makeAccount(ground)
  await ground.database.query("UPDATE api_keys SET scopes = '{analyses:read,analyses:write}' WHERE account_id = $1", [reader.accountId])
  t.equal((await remove(client(url, reader.key), { confirm: reader.accountId })).status, 403)
  t.equal((await client(url, reader.key).send('/v1/account/export')).status, 403)
})

t.test('while Redis is away the account is cut off all the same, and the rest of it goes when Redis is back', async (t) => {
  const { accountId, key } = await makeAccount(ground)
  const program = client(url, key)
  await program.upload(await photo({ seed: 300 }), { prefer: 'wait=20' })
  await ground.redis.stop()
  t.equal((await remove(program, { confirm: accountId })).status, 204)
  t.equal((await program.send('/v1/analyses')).status, 401)
  t.match(await rowsOf(accountId), { accounts: 1 })
  await ground.redis.start()
  await isGone(accountId)
})
