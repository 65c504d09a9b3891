import { Readable } from 'node:stream'
import { Redis } from 'ioredis'
import t from 'tap'
import { generateApiKey } from '../../src/accounts/apiKeys.ts'
import { plans } from '../../src/limits/plans.ts'
import { photo } from '../engine/pictures.ts'
import { client, layGround, makeAccount, moreKeys, startService } from '../harness/service.ts'

/** What one address may ask for in a minute; small, so that a test soon hits it. */
const ANONYMOUS = 5
const ground = await layGround(t)
const env = { ROLES: 'api', ANONYMOUS_REQUESTS_PER_MINUTE: String(ANONYMOUS) }
/** Nobody stands in front of it. */
const bare = await startService(t, ground, env)
/** Behind proxies of its own: this machine, and those of a network. */
const behind = await startService(t, ground, { ...env, TRUST_PROXY: '127.0.0.1,10.0.0.0/8' })
const redis = new Redis(ground.redis.url)
t.teardown(() => redis.disconnect())
t.beforeEach(async () => void (await redis.flushall()))

let seed = 0
const tiny = () => photo({ width: 32, height: 24, seed: ++seed })
const ask = async (url: string, headers: Record<string, string>) => (await fetch(`${url}/v1/plans`, { headers })).status
/** How many of these come through, one after the other. */
async function passed(url: string, all: Array<Record<string, string>>): Promise<number> {
  let through = 0
  for (const headers of all) if ((await ask(url, headers)) === 200) through++
  return through
}
const many = (headers: (n: number) => Record<string, string>, length = ANONYMOUS + 3) => Array.from({ length }, (_, n) => headers(n))
const from = (addresses: string) => ({ 'x-forwarded-for': addresses })

t.test('an X-Forwarded-For that no proxy of ours has written is believed in nothing', async (t) => {
  t.equal(await passed(bare.url, many((n) => from(`203.0.113.${n}`))), ANONYMOUS)
})

t.test('behind a proxy of ours the client is who the proxy has seen, whatever the client says before that', async (t) => {
  t.equal(await passed(behind.url, many((n) => from(`198.51.100.${n}, 203.0.113.9`))), ANONYMOUS)
  t.equal(await ask(behind.url, from('203.0.113.10')), 200, 'another client has a bucket of its own')
})

t.test('behind several proxies of ours it is the last one that is none of them', async (t) => {
  t.equal(await passed(behind.url, many((n) => from(`198.51.100.${n}, 203.0.113.9, 10.1.2.${n}`))), ANONYMOUS)
  t.equal(await ask(behind.url, from('203.0.113.9')), 429, 'by whichever of them it comes')
})

t.test('another user agent is no other client', async (t) => {
  t.equal(await passed(bare.url, many((n) => ({ 'user-agent': `Browser/${n}`, 'accept-language': `l${n}`, cookie: `n=${n}` }))), ANONYMOUS)
})

t.test('of IPv6 a client has a /64, and an address in the form of the other family is the same address', async (t) => {
  t.equal(await passed(behind.url, many((n) => from(`2001:db8:1:2:${n}::${n + 1}`))), ANONYMOUS)
  t.equal(await ask(behind.url, from('2001:db8:1:3::1')), 200, 'the next network is another client')
  t.equal(await passed(behind.url, many((n) => from(['::ffff:203.0.113.50', '203.0.113.50', '::FFFF:cb00:7132'][n % 3]!))), ANONYMOUS)
})

t.test('guessing keys is limited by address, and whoever has a right one there is not held up', async (t) => {
  const { key } = await makeAccount(ground, 'FREE')
  const statuses = []
  for (let n = 0; n < ANONYMOUS + 3; n++) statuses.push((await client(bare.url, generateApiKey()).send('/v1/session')).status)
  t.same(statuses, [401, 401, 401, 401, 401, 429, 429, 429])
  const good = await client(bare.url, key).send('/v1/session')
  t.equal(good.status, 200)
  t.match(good.headers.get('ratelimit'), /"requests";r=599/)
})

t.test('many keys of one account share one bucket, which is not that of another account', async (t) => {
  const { accountId, key } = await makeAccount(ground, 'FREE')
  const keys = [key, ...(await moreKeys(ground, accountId, 9))]
  const responses = await Promise.all(Array.from({ length: plans.FREE.requestsPerMinute + 30 }, (_, n) => client([bare, behind][n % 2]!.url, keys[n % 10]!).send('/v1/session')))
  t.equal(responses.filter(({ status }) => status === 200).length, plans.FREE.requestsPerMinute)
  const other = await makeAccount(ground, 'FREE')
  t.equal((await client(bare.url, other.key).send('/v1/session')).status, 200)
})

t.test('a burst of uploads gets through as many as are due, at once or one by one', async (t) => {
  const { key } = await makeAccount(ground, 'FREE')
  const files = await Promise.all(Array.from({ length: 20 }, tiny))
  const uploads = await Promise.all(files.map((bytes, n) => client([bare, behind][n % 2]!.url, key).upload(bytes)))
  t.equal(uploads.filter(({ response }) => response.status === 202).length, plans.FREE.uploadsPerMinute)
  for (const { response, body } of uploads) if (response.status !== 202) t.match(body, { code: 'rate_limit_exceeded', limit: 'uploads' })
})

/** A file of so many bytes, in a form whose length is not said. */
async function sendChunked(key: string, sizeBytes: number) {
  const jpeg = await tiny()
  async function* form() {
    yield '--b\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    yield jpeg
    for (let sent = jpeg.length; sent < sizeBytes; sent += 1_000_000) yield Buffer.alloc(Math.min(1_000_000, sizeBytes - sent), seed)
    yield '\r\n--b--\r\n'
  }
  const init = { method: 'POST', body: Readable.from(form()), duplex: 'half', headers: { 'content-type': 'multipart/form-data; boundary=b' } }
  return client(bare.url, key).send('/v1/analyses', init as unknown as RequestInit)
}

t.test('bytes are counted as they come in: a form that does not say its length carries no more than any other', async (t) => {
  const { accountId, key } = await makeAccount(ground, 'FREE')
  t.equal((await sendChunked(key, 6_000_000)).status, 202)
  t.equal(Number(await redis.get(`{${accountId}}:rate:bytes`)), 6_000_000)
  const known = await ground.s3.keys()

  await redis.set(`{${accountId}}:rate:bytes`, plans.FREE.bytesPerMinute - 5_000_000, 'PX', 60_000)
  const refused = await sendChunked(key, 30_000_000)
  t.equal(refused.status, 429)
  t.match(await refused.json(), { code: 'rate_limit_exceeded', limit: 'bytes', plan: 'FREE', opensAt: /Z$/ })
  t.same(await ground.s3.keys(), known, 'nothing of it is kept')
  const { rows } = await ground.database.query("SELECT id FROM analyses WHERE account_id = $1 AND state = 'uploading'", [accountId])
  t.same(rows, [])
  t.equal((await sendChunked(key, 500_000)).status, 202, 'what still fits is taken')
  t.equal(Number(await redis.get(`{${accountId}}:rate:bytes`)) <= plans.FREE.bytesPerMinute, true)
})

t.test('a form that says that it is too long for the minute is refused unread, and another account is not', async (t) => {
  const { accountId, key } = await makeAccount(ground, 'FREE')
  await redis.set(`{${accountId}}:rate:bytes`, plans.FREE.bytesPerMinute - 1_000_000, 'PX', 60_000)
  const large = Buffer.concat([await tiny(), Buffer.alloc(2_000_000)])
  const { response, body } = await client(bare.url, key).upload(large)
  t.equal(response.status, 429)
  t.match(body, { code: 'rate_limit_exceeded', limit: 'bytes' })
  t.equal(await redis.get(`{${accountId}}:rate:uploads`), null, 'it is not even counted as an upload')
  const other = await makeAccount(ground, 'FREE')
  t.equal((await client(bare.url, other.key).upload(large)).response.status, 202)
})

t.test('what is for everybody at any time is not limited', async (t) => {
  await passed(bare.url, many(() => ({})))
  for (const path of ['/healthz', '/readyz', '/docs/json', '/']) {
    const response = await fetch(bare.url + path)
    t.equal(response.status, 200, path)
    t.equal(response.headers.get('ratelimit'), null)
  }
})
