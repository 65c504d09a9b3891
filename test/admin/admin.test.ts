import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { drizzle } from '../../src/platform/drizzle.ts'
import { Pool } from 'pg'
import t from 'tap'
import { recordAudit } from '../../src/admin/audit.ts'
import * as schema from '../../src/platform/schema.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground)
const second = await startService(t, ground, { ROLES: 'api' })
const pool = new Pool({ connectionString: ground.env.DATABASE_URL, max: 5 })
pool.on('error', () => undefined)
t.teardown(() => pool.end())
const db = drizzle(pool, { schema })

interface Answer {
  code?: string
  plan?: string
  accounts: Array<{ id: string; email: string | null }>
  entries: Array<{ action: string; actorId: string | null; accountId: string; detail: Record<string, unknown> }>
  next: string | null
}

async function makeAdmin() {
  const account = await makeAccount(ground)
  await pool.query("UPDATE accounts SET role = 'admin' WHERE id = $1", [account.accountId])
  const program = client(url, account.key)
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await program.send(`/v1/admin${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
    })
    return { status: response.status, body: (await response.json()) as Answer }
  }
  return { ...account, program, call }
}
const admin = await makeAdmin()
const audited = async (accountId: string) =>
  (await pool.query('SELECT action, actor_id, detail FROM audit_log WHERE account_id = $1 ORDER BY id', [accountId])).rows

t.test('every admin route is closed to who is no admin, and to an admin\'s key without the scope', async (t) => {
  const document = (await (await fetch(`${url}/docs/json`)).json()) as { paths: Record<string, Record<string, unknown>> }
  const routes = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ path, method })))
  const closed = routes.filter(({ path }) => path.startsWith('/v1/admin'))
  t.ok(closed.length >= 7)
  const user = await makeAccount(ground)
  const weak = await makeAdmin()
  await pool.query("UPDATE api_keys SET scopes = '{analyses:read,analyses:write}' WHERE account_id = $1", [weak.accountId])
  for (const { path, method } of closed) {
    const address = path.replace('{id}', user.accountId)
    const init = { method: method.toUpperCase(), ...(method === 'patch' && { headers: { 'content-type': 'application/json' }, body: '{"role":"admin"}' }) }
    t.equal((await client(url, user.key).send(address, init)).status, 403, `${method} ${path} by a user`)
    t.equal((await client(url, weak.key).send(address, init)).status, 403, `${method} ${path} by a weak key`)
    t.equal((await fetch(url + address, init)).status, 401, `${method} ${path} by nobody`)
  }
  t.same((await pool.query('SELECT role FROM accounts WHERE id = $1', [user.accountId])).rows, [{ role: 'user' }])
  await pool.query("UPDATE accounts SET role = 'user' WHERE id = $1", [weak.accountId])
})

t.test('accounts are found by id, a part of the address, plan and suspension, page by page', async (t) => {
  const made = await Promise.all(Array.from({ length: 5 }, () => makeAccount(ground, 'PRO')))
  for (const [n, { accountId }] of made.entries()) {
    await pool.query('UPDATE accounts SET email = $2, suspended_at = $3, email_confirmed_at = now() WHERE id = $1', [
      accountId,
      `someone_${n}@news.example`,
      n === 4 ? new Date() : null
    ])
  }
  const find = async (query: string) => (await admin.call('GET', `/accounts?${query}`)).body.accounts.map(({ email }) => email)
  t.same(await find('email=NEWS.exam&limit=100'), [4, 3, 2, 1, 0].map((n) => `someone_${n}@news.example`))
  t.same(await find('email=one_3'), ['someone_3@news.example'])
  t.same(await find('email=one%253'), [], 'a pattern is no pattern')
  t.same(await find('email=someone%252'), [])
  t.same(await find('email=someone&suspended=true'), ['someone_4@news.example'])
  t.same(await find(`id=${made[1]!.accountId}&plan=PRO`), ['someone_1@news.example'])
  t.same(await find('email=someone&plan=FREE'), [])
  const seen: string[] = []
  let path: string | null = '/v1/admin/accounts?email=someone&limit=2'
  while (path !== null) {
    const page = (await (await admin.program.send(path)).json()) as Answer
    seen.push(...page.accounts.map(({ id }) => id))
    path = page.next
  }
  t.same(seen, made.map(({ accountId }) => accountId).sort().toReversed())
  const text = await (await admin.program.send('/v1/admin/accounts?limit=100')).text()
  t.notMatch(text, /hash/i)
  t.equal((await admin.call('GET', '/accounts?cursor=x')).status, 400)
  for (const path of ['/accounts/nonsense', '/accounts/01a20283-3668-70e0-b9e1-72395ac33b81']) {
    t.equal((await admin.call('GET', path)).status, 404, path)
    t.equal((await admin.call('PATCH', path, { plan: 'PRO' })).status, 404, path)
  }
})

t.test('looking at one account shows what it uses, and is written down', async (t) => {
  const { accountId, key } = await makeAccount(ground, 'FREE')
  await client(url, key).upload(await photo({ seed: 1 }), { prefer: 'wait=20' })
  const { status, body } = await admin.call('GET', `/accounts/${accountId}`)
  t.equal(status, 200)
  t.match(body, { id: accountId, plan: 'FREE', usage: { used: 1, limit: 100 }, filesInFlight: 0, sessions: 0, apiKeys: 1 })
  t.same(await audited(accountId), [{ action: 'account.viewed', actor_id: admin.accountId, detail: {} }])
})

t.test('a change of plan counts at the next request, on every machine, and is written down with what it was', async (t) => {
  const { accountId, key } = await makeAccount(ground, 'FREE')
  const planAt = async (at: string) => ((await (await client(at, key).send('/v1/session')).json()) as { plan: string }).plan
  t.same([await planAt(url), await planAt(second.url)], ['FREE', 'FREE'])
  t.match(await admin.call('PATCH', `/accounts/${accountId}`, { plan: 'PREMIUM' }), { status: 200, body: { plan: 'PREMIUM', planGranted: 'PREMIUM' } })
  t.same([await planAt(url), await planAt(second.url)], ['PREMIUM', 'PREMIUM'])
  t.match(await audited(accountId), [
    { action: 'plan.changed', actor_id: admin.accountId, detail: { from: 'FREE', to: 'PREMIUM' } },
    { action: 'plan.granted', detail: { plan: 'PREMIUM' } }
  ])
  const { rows } = await pool.query("SELECT plan_since > now() - interval '1 minute' AS now FROM accounts WHERE id = $1", [accountId])
  t.same(rows, [{ now: true }])
  for (const body of [{}, { plan: 'GOLD' }, { suspended: true }, { suspended: { reason: '' } }, { role: 'root' }]) {
    t.match(await admin.call('PATCH', `/accounts/${accountId}`, body), { status: 400 }, JSON.stringify(body))
  }
})

t.test('a suspension cuts keys, sessions and event streams at once, on every machine, and can be ended', async (t) => {
  const { accountId, key } = await makeAccount(ground)
  const opened = await fetch(`${url}/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ key }) })
  const cookie = opened.headers.getSetCookie()[0]!.split(';')[0]!
  const statuses = async () => [
    (await client(url, key).send('/v1/analyses')).status,
    (await client(second.url, key).send('/v1/analyses')).status,
    (await fetch(`${second.url}/v1/analyses`, { headers: { cookie } })).status
  ]
  t.same(await statuses(), [200, 200, 200])
  const streams = [await listen(t, url, key), await listen(t, second.url, key)]
  t.equal((await admin.call('PATCH', `/accounts/${accountId}`, { suspended: { reason: 'spam' } })).status, 200)
  t.same(await statuses(), [403, 403, 403])
  await Promise.all(streams.map(({ ended }) => ended))
  t.match(await (await client(second.url, key).send('/v1/analyses')).json(), { code: 'account_suspended' })
  t.equal((await admin.call('PATCH', `/accounts/${accountId}`, { suspended: false })).status, 200)
  t.same(await statuses(), [200, 200, 200])
  t.match((await audited(accountId)).map(({ action, detail }) => [action, detail]), [
    ['account.suspended', { reason: 'spam' }],
    ['account.unsuspended', {}]
  ])
})

t.test('one admin is always left, also when two take it from each other at once', async (t) => {
  t.match(await admin.call('PATCH', `/accounts/${admin.accountId}`, { role: 'user' }), { status: 409, body: { code: 'last_admin' } })
  t.match(await admin.call('PATCH', `/accounts/${admin.accountId}`, { suspended: { reason: 'x' } }), { status: 409, body: { code: 'last_admin' } })
  for (let round = 0; round < 5; round++) {
    const other = await makeAdmin()
    const both = await Promise.all([
      admin.call('PATCH', `/accounts/${other.accountId}`, { role: 'user' }),
      other.call('PATCH', `/accounts/${admin.accountId}`, { role: 'user' })
    ])
    const { rows } = await pool.query("SELECT id FROM accounts WHERE role = 'admin'")
    t.equal(rows.length, 1, both.map(({ status }) => status).join())
    await pool.query("UPDATE accounts SET role = CASE WHEN id = $1 THEN 'admin' ELSE 'user' END WHERE id IN ($1, $2)", [admin.accountId, other.accountId])
    await ground.redis.stop()
    await ground.redis.start()
    await eventually(async () => (await admin.call('GET', '/queue')).status === 200)
  }
})

t.test('the audit log can not be changed, and nothing is done that is not in it', async (t) => {
  const { accountId } = await makeAccount(ground)
  await recordAudit(db, { actorId: null, action: 'account.viewed', accountId })
  for (const statement of [
    "UPDATE audit_log SET action = 'x'",
    'DELETE FROM audit_log',
    `DELETE FROM audit_log WHERE account_id = '${accountId}'`,
    'TRUNCATE audit_log',
    'TRUNCATE accounts, audit_log CASCADE'
  ]) {
    await t.rejects(pool.query(statement), /append-only/, statement)
  }
  t.equal((await audited(accountId)).length, 1)

  await pool.query('ALTER TABLE audit_log ADD CONSTRAINT broken CHECK (account_id IS NULL) NOT VALID')
  t.equal((await admin.call('PATCH', `/accounts/${accountId}`, { plan: 'FREE' })).status, 500)
  t.equal((await admin.call('GET', `/accounts/${accountId}`)).status, 500)
  await pool.query('ALTER TABLE audit_log DROP CONSTRAINT broken')
  t.same((await pool.query('SELECT plan FROM accounts WHERE id = $1', [accountId])).rows, [{ plan: 'PREMIUM' }])

  const { body } = await admin.call('GET', `/audit-log?accountId=${accountId}`)
  t.match(body.entries, [{ action: 'account.viewed', actorId: null, accountId }])
  t.ok((await admin.call('GET', '/audit-log?limit=100')).body.entries.length > 5)
})

t.test('queue and failures are shown, without a name of a file, and while Redis is away', async (t) => {
  const { key } = await makeAccount(ground)
  const broken = Buffer.concat([(await photo({ seed: 9 })).subarray(0, 400), Buffer.alloc(4_000)])
  const { body } = await client(url, key).upload(broken, { prefer: 'wait=20', name: 'my secret.jpg' })
  t.equal(body.state, 'failed')
  const failures = await (await admin.program.send('/v1/admin/failures')).text()
  t.match(JSON.parse(failures), { failures: [{ id: body.id, failureCode: body.failure?.code }] })
  t.notMatch(failures, /secret|media\//)
  t.match((await admin.call('GET', '/queue')).body, { jobs: { active: 0 }, analyses: { queued: 0, processing: 0 }, oldestQueuedSeconds: null })
  await ground.redis.stop()
  t.match((await admin.call('GET', '/queue')).body, { jobs: null, analyses: { queued: 0 } })
  await ground.redis.start()
})

t.test('the first admin is made by a command, which writes it down', async (t) => {
  const { accountId } = await makeAccount(ground)
  await pool.query("UPDATE accounts SET email = 'first@admin.example' WHERE id = $1", [accountId])
  const script = fileURLToPath(new URL('../../src/admin/makeAdmin.ts', import.meta.url))
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [script, ...args], { env: { ...process.env, DATABASE_URL: ground.env.DATABASE_URL } })
  t.match((await run('First@Admin.example')).stdout, /is an admin now.*confirmed/)
  t.match((await run('first@admin.example')).stdout, /already/)
  t.same((await pool.query('SELECT role FROM accounts WHERE id = $1', [accountId])).rows, [{ role: 'admin' }])
  t.same(await audited(accountId), [{ action: 'role.changed', actor_id: null, detail: { to: 'admin' } }])
  await t.rejects(run('nobody@admin.example'), { code: 1 })
  await t.rejects(run('--local'), { code: 1 }, 'there is no local account here')
  await t.rejects(run(), { code: 64 })
})
