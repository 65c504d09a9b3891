import { request } from 'node:http'
import { v7 as uuidv7 } from 'uuid'
import { drizzle } from '../../src/platform/drizzle.ts'
import t from 'tap'
import { exportAccount } from '../../src/accounts/export.ts'
import * as schema from '../../src/platform/schema.ts'
import { idempotencyKeys } from '../../src/intake/tables.ts'
import { photo } from '../engine/pictures.ts'
import { answer, startReceiver } from '../harness/receiver.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { localReceivers } from '../webhooks/webhooks.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground, localReceivers)
const db = drizzle(ground.database, { schema })
const MANY = 5_000

const json = (body: unknown) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

interface Exported {
  account: Record<string, unknown>
  analyses: Array<{ id: string; summary: string; fileName: string }>
  apiKeys: Array<{ name: string }>
  webhooks: unknown[]
  deliveries: unknown[]
  feedback: Array<{ note: string }>
  usage: Array<{ used: number }>
}

/** Rows that have ended, with findings of some kilobytes each. */
function analysesOf(accountId: string, howMany: number): Array<typeof schema.analyses.$inferInsert> {
  const findings = { summary: 'x'.repeat(4_000), signals: [], notChecked: [], media: { mediaType: 'image/png', width: 1, height: 1 } }
  return Array.from({ length: howMany }, () => {
    const id = uuidv7()
    return { id, accountId, state: 'completed', fileName: 'a', mediaType: 'image/png', kind: 'image', mediaKey: id, findings, endedAt: new Date() }
  })
}

t.test('everything of one account is in it, nothing of another, and no secret', async (t) => {
  const owner = await makeAccount(ground)
  const other = await makeAccount(ground)
  const receiver = await startReceiver(t, answer(200))
  const program = client(url, owner.key)
  const secrets: string[] = []
  for (const { key } of [owner, other]) {
    const theirs = client(url, key)
    const made = (await (await theirs.send('/v1/webhooks', json({ url: receiver.url, events: ['analysis.completed'] }))).json()) as { secret: string }
    const rotated = (await (await theirs.send('/v1/webhooks/callbacks/rotate-secret', { method: 'POST' })).json()) as { secret: string }
    secrets.push(made.secret, rotated.secret)
    await theirs.upload(await photo({ seed: 1 }), { prefer: 'wait=20', name: `of ${key}.jpg` })
  }
  const { body } = await program.upload(await photo({ seed: 2 }), { prefer: 'wait=20' })
  await program.send(`/v1/analyses/${body.id}/feedback`, json({ truth: 'authentic', note: 'I was there' }))
  await ground.database.query("UPDATE accounts SET password_hash = '$argon2id$secret' WHERE id = $1", [owner.accountId])
  await ground.database.query(
    "INSERT INTO mail_tokens (hash, account_id, purpose, email, expires_at) VALUES ('hashofatoken', $1, 'confirm_email', 'a@b.example', now() + interval '1 day')",
    [owner.accountId]
  )
  await db.insert(idempotencyKeys).values({ accountId: owner.accountId, key: 'k1', claim: uuidv7(), status: 202, body: { id: body.id } })

  const response = await program.send('/v1/account/export')
  t.equal(response.status, 200)
  t.match(response.headers.get('content-disposition'), /^attachment/)
  const text = await response.text()
  const exported = JSON.parse(text) as Exported
  t.match(exported, {
    account: { id: owner.accountId, name: 'test', plan: 'PREMIUM' },
    apiKeys: [{ name: 'test' }],
    usage: [{ used: 2 }],
    feedback: [{ note: 'I was there' }],
    webhooks: [{ url: receiver.url }],
    mailsUnderWay: [{ purpose: 'confirm_email' }],
    idempotencyKeys: [{ key: 'k1', body: { id: body.id } }]
  })
  t.equal(exported.analyses.length, 2)
  t.equal(exported.deliveries.length, 2)
  const { rows: hashes } = await ground.database.query('SELECT hash FROM api_keys')
  for (const secret of [...secrets, ...hashes.map(({ hash }) => hash), 'argon2id', 'hashofatoken', 'whsec_']) {
    t.notOk(text.includes(secret), secret)
  }
  t.notOk(text.includes(other.accountId))
  t.notOk(text.includes(`of ${other.key}`))
})

t.test('thousands of rows come whole and in order, and a slow reader is waited for', async (t) => {
  const { accountId, key } = await makeAccount(ground)
  const rows = analysesOf(accountId, MANY)
  for (let start = 0; start < MANY; start += 500) await db.insert(schema.analyses).values(rows.slice(start, start + 500))
  const exported = (await (await client(url, key).send('/v1/account/export')).json()) as Exported
  t.same(exported.analyses.map(({ id }) => id), rows.map(({ id }) => id).toReversed())

  // Pages are read as the reader takes them, and not before.
  let queries = 0
  const counted = new Proxy(db, { get: (target, name) => (name === 'select' && queries++, Reflect.get(target, name)) })
  const document = (await exportAccount(counted, accountId, 'en'))!
  let seen = 0
  for await (const piece of document) {
    if (piece.includes('"fileName"')) seen++
    if (seen === 250) break
  }
  t.ok(queries < 15, `${queries} queries for 250 of ${MANY} rows`)
})

t.test('when a page fails in the middle the connection breaks, and no half document passes for a whole one', async (t) => {
  const { accountId, key } = await makeAccount(ground)
  const rows = analysesOf(accountId, 3_000)
  for (let start = 0; start < rows.length; start += 500) await db.insert(schema.analyses).values(rows.slice(start, start + 500))
  const got = await new Promise<{ text: string; complete: boolean; status: number }>((resolve) => {
    const asked = request(`${url}/v1/account/export`, { headers: { authorization: `Bearer ${key}` } }, (response) => {
      let text = ''
      const end = () => resolve({ text, complete: response.complete, status: response.statusCode ?? 0 })
      response.once('data', (chunk: Buffer) => {
        text += chunk.toString()
        response.pause()
        void ground.database
          .query('ALTER TABLE analyses RENAME TO gone')
          .then(() => response.on('data', (chunk: Buffer) => (text += chunk.toString())).resume())
      })
      response.on('error', () => undefined).on('close', end)
    })
    asked.end()
  })
  await ground.database.query('ALTER TABLE gone RENAME TO analyses')
  t.equal(got.status, 200)
  t.equal(got.complete, false)
  t.throws(() => JSON.parse(got.text))
  t.match(got.text, /^\{"exportedAt"/)
})
