import t from 'tap'
import { generateApiKey, looksLikeApiKey } from '../../src/accounts/apiKeys.ts'
import { eventually } from '../harness/eventually.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const { url, app } = await startService(t, ground, { ROLES: 'api' })
const { key, accountId } = await makeAccount(ground)
const json = { 'content-type': 'application/json' }

async function signIn(headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${url}/v1/session`, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify({ key }) })
  t.equal(response.status, 201)
  return response.headers.get('set-cookie') ?? ''
}

t.test('a key is exchanged for a cookie that scripts can\'t read, and the cookie is the caller', async (t) => {
  const cookie = await signIn()
  t.match(cookie, /^ft_session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/)
  const session = await fetch(`${url}/v1/session`, { headers: { cookie: cookie.split(';')[0]! } })
  t.same(await session.json(), {
    accountId,
    plan: 'PREMIUM',
    role: 'user',
    email: null,
    emailConfirmed: true,
    scopes: ['analyses:read', 'analyses:write', 'account']
  })
  const { rows } = await ground.database.query('SELECT hash FROM sessions')
  t.notOk(rows.some(({ hash }) => cookie.includes(hash)), 'the database does not know the cookie itself')
})

t.test('a wrong, a revoked and an expired key open nothing, and end the sessions they opened', async (t) => {
  const other = await makeAccount(ground)
  const owner = client(url, other.key)
  const make = async (body: object) => {
    const response = await owner.send('/v1/api-keys', { method: 'POST', headers: json, body: JSON.stringify({ name: 'x', ...body }) })
    return (await response.json()) as { id: string; key: string }
  }
  const open = async (key: string) => {
    const opened = await fetch(`${url}/v1/session`, { method: 'POST', headers: json, body: JSON.stringify({ key }) })
    return opened.headers.get('set-cookie')?.split(';')[0] ?? ''
  }
  const statuses = async (key: string, cookie: string) => [
    (await client(url, key).send('/v1/session')).status,
    (await fetch(`${url}/v1/session`, { headers: { cookie } })).status
  ]

  const revoked = await make({})
  const cookie = await open(revoked.key)
  t.same(await statuses(revoked.key, cookie), [200, 200])
  t.equal((await owner.send(`/v1/api-keys/${revoked.id}`, { method: 'DELETE' })).status, 204)
  t.same(await statuses(revoked.key, cookie), [401, 401])

  const expiring = await make({ expiresAt: new Date(Date.now() + 2_000).toISOString() })
  const short = await open(expiring.key)
  t.same(await statuses(expiring.key, short), [200, 200])
  await eventually(async () => (await statuses(expiring.key, short)).every((status) => status === 401))

  const wrong = await fetch(`${url}/v1/session`, { method: 'POST', headers: json, body: JSON.stringify({ key: generateApiKey() }) })
  t.equal(wrong.status, 401)
  t.match(await wrong.json(), { code: 'unauthorized' })
})

t.test('a session can\'t be used from another site to change something', async (t) => {
  const cookie = (await signIn()).split(';')[0]!
  const origin = new URL(url).origin
  const cases: Array<[Record<string, string>, number]> = [
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    [{ 'sec-fetch-site': 'same-site', origin: 'https://sub.example' }, 403],
    [{ 'sec-fetch-site': 'none' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{}, 403],
    [{ origin }, 404],
    [{ 'sec-fetch-site': 'same-origin', origin }, 404]
  ]
  for (const [headers, status] of cases) {
    const { status: given } = await fetch(`${url}/v1/analyses/01a20283-3668-70e0-b9e1-72395ac33b81`, { method: 'DELETE', headers: { cookie, ...headers } })
    t.equal(given, status, JSON.stringify(headers))
  }
  t.equal((await fetch(`${url}/v1/session`, { headers: { cookie, 'sec-fetch-site': 'cross-site' } })).status, 200, 'reading is safe: no other site can see the answer')
  const forced = await fetch(`${url}/v1/session`, { method: 'POST', headers: { ...json, origin: 'https://evil.example' }, body: JSON.stringify({ key }) })
  t.equal(forced.status, 403, 'nobody is signed in by another site')
})

t.test('signing out ends the session', async (t) => {
  const cookie = (await signIn()).split(';')[0]!
  const response = await fetch(`${url}/v1/session`, { method: 'DELETE', headers: { cookie, 'sec-fetch-site': 'same-origin' } })
  t.equal(response.status, 204)
  t.match(response.headers.get('set-cookie'), /^ft_session=;/)
  t.equal((await fetch(`${url}/v1/session`, { headers: { cookie } })).status, 401)
})

t.test('over https the cookie is bound to the host', async (t) => {
  const secure = await startService(t, ground, { ROLES: 'api', PUBLIC_URL: 'https://faketect.example' })
  const response = await fetch(`${secure.url}/v1/session`, { method: 'POST', headers: json, body: JSON.stringify({ key }) })
  t.match(response.headers.get('set-cookie'), /^__Host-ft_session=.+; Secure/)
})

t.test('an unknown scheme is nobody', async (t) => {
  for (const authorization of [`Basic ${key}`, key, 'Bearer', `Bearer ${key}x`]) {
    const { statusCode } = await app.inject({ url: '/v1/analyses', headers: { authorization } })
    t.equal(statusCode, 401, authorization)
  }
})

t.test('a key of ours is told from a typo without asking the database', async (t) => {
  const key = generateApiKey()
  t.match(key, /^ft_live_[0-9A-Za-z]{36}$/)
  t.ok(looksLikeApiKey(key))
  t.not(generateApiKey(), key)
  const other = key.endsWith('0') ? '1' : '0'
  for (const wrong of [key.slice(0, -1) + other, key.slice(0, 10) + other + key.slice(11), key.toUpperCase(), `${key} `, '']) {
    t.equal(looksLikeApiKey(wrong) && wrong !== key, false, wrong)
  }
})
