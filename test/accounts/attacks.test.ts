import { request as httpRequest } from 'node:http'
import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { scopes, type Scope } from '../../src/platform/schema.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { startSmtp } from '../mail/smtp.ts'
import { behindProxy, person, type Person } from './person.ts'

const ground = await layGround(t)
const smtp = await startSmtp(t)
const { url } = await startService(t, ground, { ...behindProxy, SMTP_URL: smtp.url })

interface Operation {
  operationId: string
  security: Array<Record<string, Scope[]>>
}
interface Route extends Operation {
  method: string
  path: string
}
const document = (await (await fetch(`${url}/docs/json`)).json()) as { paths: Record<string, Record<string, Operation>> }
/** Every route of the interface, with an id that nobody has. */
const routes: Route[] = Object.entries(document.paths)
  .filter(([path]) => path.startsWith('/v1/'))
  .flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path: path.replaceAll(/\{\w+\}/g, randomUUID()) }))
  )
const isPublic = ({ security }: Route) => security.length === 0
const publicOperations = [
  'completePasswordReset', 'confirmEmail', 'getReportSignature', 'getReportStatement', 'getShared', 'getSharedEvidence', 'listPlans',
  'openSession', 'receiveStripeEvent', 'register', 'requestPasswordReset', 'verifyReport'
] // prettier-ignore

async function signedIn(): Promise<Person> {
  const somebody = person(url)
  await somebody.register()
  await somebody.signIn()
  await somebody.send('POST', '/v1/account/confirm-email', { token: await smtp.tokenFor(somebody.email) })
  return somebody
}
async function makeKey(owner: Person, wanted: object = {}) {
  const { status, body } = await owner.send('POST', '/v1/api-keys', { name: 'test', ...wanted })
  t.equal(status, 201)
  return body as { id: string; key: string; scopes: Scope[]; expiresAt: string | null }
}
const json = { 'content-type': 'application/json' }
const asProgram = async (key: string, { method, path }: { method: string; path: string }, body?: object) => {
  const response = await client(url, key).send(path, { method, ...(body !== undefined && { body: JSON.stringify(body), headers: json }) })
  return { status: response.status, headers: response.headers, body: response.status === 204 ? undefined : ((await response.json()) as { code: string; detail: string }) }
}

t.test('every route is for everybody, for any caller, or names what a key needs', async (t) => {
  t.ok(routes.length > 20)
  t.same(routes.filter(isPublic).map(({ operationId }) => operationId).sort(), publicOperations)
  const anyCaller = routes.filter((route) => !isPublic(route) && route.security[0]?.key?.length === 0)
  t.same(anyCaller.map(({ operationId }) => operationId).sort(), ['closeSession', 'getSession'])
})

t.test('nobody in particular gets no further than the public routes', async (t) => {
  for (const route of routes.filter((one) => !isPublic(one))) {
    const response = await fetch(url + route.path, { method: route.method })
    t.match({ status: response.status, body: await response.json() }, { status: 401, body: { code: 'unauthorized' } }, route.operationId)
  }
})

t.test('a session is of no use to another site, on any route that changes something', async (t) => {
  const ada = await signedIn()
  const cookie = `ft_session=${ada.cookies.get('ft_session')}`
  const origins: Array<Record<string, string>> = [
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: url.replace('127.0.0.1', '127.0.0.2') }
  ]
  for (const { method, path, operationId } of routes.filter((route) => route.method !== 'GET')) {
    for (const origin of origins) {
      const response = await fetch(url + path, { method, headers: { cookie, ...origin } })
      t.match({ status: response.status, body: await response.json() }, { status: 403, body: { code: 'cross_site_request' } }, `${operationId} ${origin.origin}`)
    }
  }
  t.equal((await ada.send('GET', '/v1/session')).status, 200, 'nobody has signed her out')
})

t.test('a key does what it is for, and is told what it lacks', async (t) => {
  const { key } = await makeAccount(ground)
  const owner = client(url, key)
  for (const scope of scopes) {
    const made = await owner.send('/v1/api-keys', { method: 'POST', headers: json, body: JSON.stringify({ name: scope, scopes: [scope] }) })
    const limited = ((await made.json()) as { key: string }).key
    for (const route of routes.filter((one) => !isPublic(one))) {
      const [needed] = route.security[0]?.key ?? []
      if (needed === undefined || needed === scope) continue
      const answer = await asProgram(limited, route)
      t.match(answer, { status: 403, body: { code: 'insufficient_scope', detail: `This needs the scope "${needed}".` } }, `${route.operationId} with ${scope}`)
      t.match(answer.headers.get('www-authenticate'), `scope="${needed}"`)
    }
    t.equal((await asProgram(limited, { method: 'GET', path: '/v1/session' })).status, 200)
  }
})

t.test('what is only for admins is for nobody else', async (t) => {
  const { key } = await makeAccount(ground)
  for (const route of routes.filter(({ path }) => path.startsWith('/v1/admin'))) {
    t.match(await asProgram(key, route), { status: 403, body: { code: 'forbidden' } }, route.operationId)
  }
})

t.test('no key gets more than its maker has, by itself or by a session', async (t) => {
  const ada = await signedIn()
  const manager = await makeKey(ada, { scopes: ['account', 'analyses:read'] })
  const make = (wanted: object) => asProgram(manager.key, { method: 'POST', path: '/v1/api-keys' }, { name: 'x', ...wanted })
  t.match(await make({ scopes: ['analyses:write'] }), { status: 403, body: { code: 'insufficient_scope' } })
  t.match(await make({}), { status: 201, body: { scopes: ['analyses:read', 'account'] } })
  const browser = person(url)
  t.match(await browser.send('POST', '/v1/session', { key: manager.key }), { status: 201, body: { scopes: ['analyses:read', 'account'] } })
  t.match(await browser.send('POST', '/v1/api-keys', { name: 'x', scopes: ['analyses:write'] }), { status: 403 })
  t.match(await browser.send('POST', '/v1/analyses'), { status: 403, body: { code: 'insufficient_scope' } })
  for (const wrong of [{ scopes: [] }, { scopes: ['everything'] }, { name: '' }, { name: 'a\r\nb' }, { expiresAt: 'soon' }, { expiresAt: '2020-01-01T00:00:00Z' }]) {
    t.match(await make(wrong), { status: 400, body: { code: 'invalid_request' } }, JSON.stringify(wrong))
  }
})

t.test('a key is shown once, and a list of keys opens nothing', async (t) => {
  const ada = await signedIn()
  const expiresAt = new Date(Date.now() + 60_000).toISOString()
  const { id, key } = await makeKey(ada, { scopes: ['analyses:read'], expiresAt })
  const list = await ada.send('GET', '/v1/api-keys')
  t.match(list.body, { apiKeys: [{ id, name: 'test', scopes: ['analyses:read'], expiresAt, lastUsedAt: null }] })
  const { rows } = await ground.database.query('SELECT * FROM api_keys')
  for (const place of [JSON.stringify(list.body), JSON.stringify(rows)]) t.notMatch(place, key.slice(8, 38))
})

t.test('other people\'s keys are not there', async (t) => {
  const [ada, bob] = [await signedIn(), await signedIn()]
  const { id, key } = await makeKey(ada)
  t.same((await bob.send('GET', '/v1/api-keys')).body, { apiKeys: [] })
  for (const unknown of [id, randomUUID(), 'none', '%00']) {
    t.match(await bob.send('DELETE', `/v1/api-keys/${unknown}`), { status: 404, body: { code: 'not_found' } }, unknown)
  }
  t.equal((await asProgram(key, { method: 'GET', path: '/v1/analyses' })).status, 200)
  t.equal((await ada.send('DELETE', `/v1/api-keys/${id}`)).status, 204)
  t.equal((await ada.send('DELETE', `/v1/api-keys/${id}`)).status, 404)
  t.equal((await asProgram(key, { method: 'GET', path: '/v1/analyses' })).status, 401)
})

t.test('an account has so many keys and no more, however many ask at once', async (t) => {
  const ada = await signedIn()
  const answers = await Promise.all(Array.from({ length: 60 }, () => ada.send('POST', '/v1/api-keys', { name: 'one of many' })))
  t.equal(answers.filter(({ status }) => status === 201).length, 50)
  t.match(answers.find(({ status }) => status !== 201), { status: 409, body: { code: 'too_many_api_keys' } })
})

t.test('a cookie that was changed, cut, or made up is nobody', async (t) => {
  const ada = await signedIn()
  const cookie = ada.cookies.get('ft_session')!
  const { rows } = await ground.database.query('SELECT hash FROM sessions')
  const other = cookie.startsWith('A') ? 'B' : 'A'
  for (const wrong of [other + cookie.slice(1), cookie.slice(0, -1), `${cookie}x`, '', 'null', rows[0].hash, ada.cookies.get('ft_device')!]) {
    const response = await fetch(`${url}/v1/session`, { headers: { cookie: `ft_session=${wrong}` } })
    t.equal(response.status, 401, wrong)
  }
})

t.test('a link names our own address, whatever the request says of its host', async (t) => {
  const ada = person(url)
  const post = httpRequest(`${url}/v1/accounts`, {
    method: 'POST',
    headers: { ...json, host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-for': '198.18.0.1', 'x-forwarded-proto': 'https' }
  })
  post.end(JSON.stringify({ email: ada.email, password: ada.password }))
  await once(post, 'response')
  const [mail] = await smtp.to(ada.email)
  t.notMatch(mail?.text, 'evil')
  t.match(mail?.text, `${url}/confirm#token=`)

  const published = await startService(t, ground, { ...behindProxy, SMTP_URL: smtp.url, PUBLIC_URL: 'https://faketect.example' })
  const bob = person(published.url)
  await bob.register()
  const [other] = await smtp.to(bob.email)
  t.match(other?.text, 'https://faketect.example/confirm#token=')
})

t.test('a mail says nothing that whoever caused it has written, and goes to one receiver', async (t) => {
  const ada = person(url)
  await ada.send('POST', '/v1/accounts', { email: ada.email, password: ada.password, name: 'Buy at https://evil.example' })
  const [mail] = await smtp.to(ada.email)
  t.notMatch(mail?.text, 'evil')
  t.same([mail?.to].flat().length, 1)
  t.same([mail?.cc, mail?.bcc], [undefined, undefined])
})
