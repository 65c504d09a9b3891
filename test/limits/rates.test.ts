import { once } from 'node:events'
import { drizzle } from '../../src/platform/drizzle.ts'
import { parseList, type Item } from 'structured-headers'
import t from 'tap'
import { applyAccessChange } from '../../src/accounts/accessChange.ts'
import { setPlan } from '../../src/accounts/setPlan.ts'
import { plans } from '../../src/limits/plans.ts'
import { connectRedis } from '../../src/platform/redis.ts'
import * as schema from '../../src/platform/schema.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { startProcess } from '../harness/process.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const [first, second] = await Promise.all([startService(t, ground, { ROLES: 'api' }), startService(t, ground, { ROLES: 'api' })])

interface Refusal {
  code: string
  limit: string
  plan?: string
  opensAt?: string
}
interface Usage {
  plan: string
  shared: boolean
  limits: Array<{ name: string; limit: number; used: number; left: number; windowSeconds: number | null; resetsAt: string | null }>
}
const bodyOf = async <T>(response: Response) => (await response.json()) as T
const limitOf = ({ limits }: Usage, name: string) => limits.find((limit) => limit.name === name)!

/** A list of structured fields, as { name: parameters }. */
const fields = (response: Response, name: string) =>
  Object.fromEntries((parseList(response.headers.get(name) ?? '') as Item[]).map(([value, parameters]) => [value, Object.fromEntries(parameters)]))

let seed = 0
const tiny = () => photo({ width: 32, height: 24, seed: ++seed })
const statusesOf = (responses: Array<{ status: number }>) => {
  const counts: Record<number, number> = {}
  for (const { status } of responses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

t.test('two machines count requests together, and never let one too many through', async (t) => {
  const { key } = await makeAccount(ground, 'FREE')
  const programs = [client(first.url, key), client(second.url, key)]
  const responses = await Promise.all(Array.from({ length: plans.FREE.requestsPerMinute + 30 }, (_, n) => programs[n % 2]!.send('/v1/session')))
  t.same(statusesOf(responses), { 200: plans.FREE.requestsPerMinute, 429: 30 })
})

t.test('two processes count uploads together, and tell what each limit is and what is left', async (t) => {
  const { key } = await makeAccount(ground, 'FREE')
  const processes = await Promise.all([startProcess(t, ground, { ROLES: 'api' }), startProcess(t, ground, { ROLES: 'api' })])
  const programs = processes.map(({ url }) => client(url, key))
  const bytes = await tiny()
  const uploads = []
  for (let n = 0; n < 8; n++) uploads.push(await programs[n % 2]!.upload(n === 0 ? bytes : await tiny()))
  t.same(uploads.map(({ response }) => response.status), [202, 202, 202, 202, 202, 429, 429, 429])

  const taken = uploads[0]!.response
  t.same(fields(taken, 'ratelimit-policy'), {
    requests: { q: 600, w: 60 },
    bytes: { q: 200_000_000, w: 60, qu: 'content-bytes' },
    uploads: { q: 5, w: 60 },
    analyses: { q: 10, w: 60 }
  })
  t.match(fields(taken, 'ratelimit'), {
    requests: { r: 599 },
    bytes: { r: 200_000_000 - bytes.length },
    uploads: { r: 4 },
    analyses: { r: 9 }
  })

  const refused = uploads[5]!
  t.match(refused.body, { code: 'rate_limit_exceeded', status: 429, limit: 'uploads', plan: 'FREE' })
  const { opensAt } = refused.body as unknown as Refusal
  const opensIn = (Date.parse(opensAt!) - Date.now()) / 1_000
  t.ok(opensIn > 30 && opensIn <= 60, 'it opens when its minute is over')
  const retryAfter = Number(refused.response.headers.get('retry-after'))
  t.ok(Math.abs(retryAfter - opensIn) < 5)
  t.match(fields(refused.response, 'ratelimit'), { uploads: { r: 0 } })
  t.match(refused.response.headers.get('content-type'), /^application\/problem\+json/)
})

t.test('every limit stands in /v1/usage, which counts nothing but itself', async (t) => {
  const { key } = await makeAccount(ground, 'FREE')
  const program = client(first.url, key)
  const bytes = await tiny()
  await program.upload(bytes)
  const usage = await bodyOf<Usage>(await client(second.url, key).send('/v1/usage'))
  t.match(usage, { plan: 'FREE', shared: true })
  t.same(usage.limits.map(({ name, limit, used, left }) => [name, limit, used, left]), [
    ['requests', 600, 2, 598],
    ['uploads', 5, 1, 4],
    ['analyses', 10, 1, 9],
    ['bytes', 200_000_000, bytes.length, 200_000_000 - bytes.length],
    ['files-in-flight', 10, 1, 9],
    ['event-streams', 3, 0, 3],
    ['analyses-per-month', 100, 1, 99]
  ])
  t.ok(Date.parse(limitOf(usage, 'uploads').resetsAt!) > Date.now())
  t.match(limitOf(usage, 'analyses-per-month').resetsAt, /-01T00:00:00.000Z$/)
  t.equal(limitOf(usage, 'files-in-flight').resetsAt, null)
  const again = await bodyOf<Usage>(await program.send('/v1/usage'))
  t.same(again.limits.map(({ used }) => used), [3, 1, 1, bytes.length, 1, 0, 1])
})

t.test('the table of plans is for everybody', async (t) => {
  const response = await fetch(`${first.url}/v1/plans`)
  const table = await bodyOf<{ plans: Array<Record<string, unknown>> }>(response)
  t.same(table.plans.map(({ plan }) => plan), ['FREE', 'PRO', 'PREMIUM'])
  t.match(table.plans[0], { uploadsPerMinute: 5, analysesPerMinute: 10, fileBytes: 100_000_000, analysesPerMonth: 100 })
})

t.test('an upgrade counts at once', async (t) => {
  const { accountId, key } = await makeAccount(ground, 'FREE')
  const program = client(first.url, key)
  for (let n = 0; n < plans.FREE.uploadsPerMinute; n++) await program.upload(await tiny())
  t.equal((await program.upload(await tiny())).response.status, 429)
  const db = drizzle(ground.database, { schema })
  const redis = connectRedis(ground.redis.url, first.app.log)
  t.teardown(() => redis.disconnect())
  await once(redis, 'ready')
  await setPlan(db, accountId, 'PRO', { actor: null, reason: 'test' })
  await applyAccessChange({ db, redis, log: first.app.log }, accountId)
  const { response } = await program.upload(await tiny())
  t.equal(response.status, 202)
  t.match(fields(response, 'ratelimit'), { uploads: { r: plans.PRO.uploadsPerMinute - 7 } }, 'what was counted before still counts')
})

t.test('without quota, or with too many files in flight, an upload is refused before a byte is stored', async (t) => {
  const { accountId, key } = await makeAccount(ground, 'FREE')
  const known = await ground.s3.keys()
  const quota = (used: number) =>
    ground.database.query(
      `INSERT INTO monthly_usage (account_id, month, used) VALUES ($1, date_trunc('month', now() AT TIME ZONE 'UTC')::date, $2)
        ON CONFLICT (account_id, month) DO UPDATE SET used = $2`,
      [accountId, used]
    )
  await quota(plans.FREE.analysesPerMonth)
  const spent = await client(first.url, key).upload(await tiny())
  t.match(spent.body, { status: 429, code: 'quota_exceeded', limit: 'analyses-per-month', plan: 'FREE', opensAt: /-01T00:00:00.000Z$/ })
  t.ok(Number(spent.response.headers.get('retry-after')) > 0)
  await quota(0)

  await ground.database.query(
    `INSERT INTO analyses (id, account_id, state, file_name, media_type, kind, media_key)
      SELECT gen_random_uuid(), $1, 'processing', 'a', 'image/jpeg', 'image', 'none' FROM generate_series(1, $2::int)`,
    [accountId, plans.FREE.filesInFlight]
  )
  const crowded = await client(second.url, key).upload(await tiny())
  t.match(crowded.body, { status: 429, code: 'rate_limit_exceeded', limit: 'files-in-flight', plan: 'FREE' })
  t.equal((crowded.body as unknown as Refusal).opensAt, undefined, 'nobody knows when one of them ends')
  t.equal(crowded.response.headers.get('retry-after'), '5')
  t.same(await ground.s3.keys(), known)
  await ground.database.query('DELETE FROM analyses WHERE account_id = $1', [accountId])
})

t.test('of a hundred requests for the last unit of a month, sent to two processes, exactly one is taken', async (t) => {
  const { accountId, key } = await makeAccount(ground, 'PREMIUM')
  await ground.database.query(
    "INSERT INTO monthly_usage (account_id, month, used) VALUES ($1, date_trunc('month', now() AT TIME ZONE 'UTC')::date, $2)",
    [accountId, plans.PREMIUM.analysesPerMonth - 1]
  )
  const processes = await Promise.all([startProcess(t, ground, { ROLES: 'api' }), startProcess(t, ground, { ROLES: 'api' })])
  const programs = processes.map(({ url }) => client(url, key))
  const files = await Promise.all(Array.from({ length: 100 }, tiny))
  const uploads = await Promise.all(files.map((bytes, n) => programs[n % 2]!.upload(bytes)))
  t.same(statusesOf(uploads.map(({ response }) => response)), { 202: 1, 429: 99 })
  for (const { response, body } of uploads) if (response.status === 429) t.equal(body.code, 'quota_exceeded')
  const { rows } = await ground.database.query('SELECT state FROM analyses WHERE account_id = $1', [accountId])
  t.same(rows, [{ state: 'queued' }], 'the others have left no row')
  t.equal((await ground.s3.keys()).filter((object) => object.includes(accountId)).length, 1, 'and no object')
})

t.test('without Redis each machine counts for itself, and the service goes on', async (t) => {
  const { key } = await makeAccount(ground, 'FREE')
  await ground.redis.stop()
  try {
    const program = client(first.url, key)
    const uploads = []
    for (let n = 0; n < 6; n++) uploads.push(await program.upload(await tiny()))
    t.same(uploads.map(({ response }) => response.status), [202, 202, 202, 202, 202, 429])
    t.match(uploads[5]!.body, { code: 'rate_limit_exceeded', limit: 'uploads' })
    t.equal((await client(second.url, key).upload(await tiny())).response.status, 202, 'the other machine knows nothing of it')
    const usage = await bodyOf<Usage>(await program.send('/v1/usage'))
    t.equal(usage.shared, false, 'and says so')
    t.equal(limitOf(usage, 'uploads').left, 0)
    t.equal(limitOf(usage, 'files-in-flight').used, 6, 'what PostgreSQL knows is known of all machines')
  } finally {
    await ground.redis.start()
  }
  const program = client(first.url, key)
  await eventually(async () => (await bodyOf<Usage>(await program.send('/v1/usage'))).shared)
  t.equal((await program.upload(await tiny())).response.status, 202, 'with Redis, which was emptied, a new minute begins')
})
