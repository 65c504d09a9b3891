import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { typesOf, type OpenApi as WholeDocument } from '../ops/openapiTypes.ts'
import { photo } from './engine/pictures.ts'
import { listen } from './harness/listen.ts'
import { client, layGround, makeAccount, startService } from './harness/service.ts'

/** The parts of an OpenAPI document that are looked at here. */
interface Operation {
  operationId: string
  responses: Record<string, { content?: Record<string, { schema: object }> }>
}
interface OpenApi {
  openapi: string
  webhooks: object
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object> }
}

const ground = await layGround(t)
const { url } = await startService(t, ground)
const { key } = await makeAccount(ground)
const program = client(url, key)

const document = (await (await fetch(`${url}/docs/json`)).json()) as OpenApi
const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema(document, 'document')

/** The check of what an operation may answer with a status: by the status itself, else by its class. */
function validator(operationId: string, status: number, mediaType: string): ValidateFunction | undefined {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (operation.operationId !== operationId) continue
      const answer = [String(status), `${String(status)[0]}XX`].find((name) => operation.responses[name] !== undefined)
      if (answer === undefined || operation.responses[answer]?.content?.[mediaType] === undefined) return undefined
      const pointer = ['paths', path, method, 'responses', answer, 'content', mediaType, 'schema']
        .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
        .join('/')
      return ajv.compile({ $ref: `document#/${pointer}` })
    }
  }
  return undefined
}

/** Asks, and checks the answer against the document. */
async function check(operationId: string, path: string, init: RequestInit, status: number, by = program): Promise<unknown> {
  const response = await by.send(path, init)
  const body = response.status === 204 ? undefined : await response.json()
  t.equal(response.status, status, `${operationId} answers ${status}`)
  if (status === 204) return body
  const mediaType = response.headers.get('content-type')?.split(';')[0] ?? ''
  const valid = validator(operationId, status, mediaType)
  t.ok(valid, `${operationId} ${status} ${mediaType} is in the document`)
  t.ok(valid?.(body), `${operationId} ${status}: ${JSON.stringify(valid?.errors ?? [])}`)
  return body
}

function form(bytes: Uint8Array): RequestInit {
  const body = new FormData()
  body.set('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), 'a.jpg')
  return { method: 'POST', body }
}

t.test('the document is OpenAPI 3.1, names every route of the interface, and checks what it should', async (t) => {
  t.match(document.openapi, /^3\.1\./)
  t.same(Object.keys(document.paths).filter((path) => path.startsWith('/v1/')).sort(), [
    '/v1/account',
    '/v1/account/confirm-email',
    '/v1/account/confirmation',
    '/v1/account/export',
    '/v1/account/password',
    '/v1/accounts',
    '/v1/admin/accounts',
    '/v1/admin/accounts/{id}',
    '/v1/admin/audit-log',
    '/v1/admin/failures',
    '/v1/admin/feedback',
    '/v1/admin/queue',
    '/v1/analyses',
    '/v1/analyses/{id}',
    '/v1/analyses/{id}/cancel',
    '/v1/analyses/{id}/evidence/{name}',
    '/v1/analyses/{id}/feedback',
    '/v1/analyses/{id}/media',
    '/v1/analyses/{id}/report.pdf',
    '/v1/analyses/{id}/share',
    '/v1/api-keys',
    '/v1/api-keys/{id}',
    '/v1/batches',
    '/v1/batches/{id}',
    '/v1/batches/{id}/cancel',
    '/v1/billing',
    '/v1/billing/checkout',
    '/v1/billing/portal',
    '/v1/billing/webhook',
    '/v1/events',
    '/v1/password-resets',
    '/v1/password-resets/complete',
    '/v1/plans',
    '/v1/reports/verify',
    '/v1/reports/{id}',
    '/v1/reports/{id}/signature',
    '/v1/session',
    '/v1/sessions',
    '/v1/sessions/{id}',
    '/v1/shared/{token}',
    '/v1/shared/{token}/evidence/{name}',
    '/v1/usage',
    '/v1/webhooks',
    '/v1/webhooks/{id}',
    '/v1/webhooks/{id}/deliveries',
    '/v1/webhooks/{id}/deliveries/{deliveryId}/resend',
    '/v1/webhooks/{id}/ping',
    '/v1/webhooks/{id}/rotate-secret'
  ])
  t.notOk(validator('getAnalysis', 200, 'application/json')?.({ id: 'x' }), 'a wrong answer would be seen')
  t.equal((await fetch(`${url}/docs`)).status, 200)
})

t.test('what is really answered is what the document says', async () => {
  const bytes = await photo()
  const json = { 'content-type': 'application/json' }
  const uploaded = (await check('createAnalysis', '/v1/analyses', form(bytes), 202)) as { id: string }
  const path = `/v1/analyses/${uploaded.id}`
  await check('getAnalysis', path, { headers: { prefer: 'wait=30' } }, 200)
  await check('createAnalysis', '/v1/analyses', { ...form(bytes), headers: { prefer: 'wait=30' } }, 200)
  await check('createAnalysis', '/v1/analyses', form(Buffer.alloc(0)), 400)
  await check('createAnalysis', '/v1/analyses', form(Buffer.from('no picture at all')), 415)
  const broken = Buffer.concat([bytes.subarray(0, 400), Buffer.alloc(4_000)])
  await check('createAnalysis', '/v1/analyses', { ...form(broken), headers: { prefer: 'wait=30' } }, 200)
  await check('listAnalyses', '/v1/analyses?limit=1', {}, 200)
  await check('listAnalyses', '/v1/analyses?limit=1000', {}, 400)
  await check('cancelAnalysis', `${path}/cancel`, { method: 'POST' }, 409)
  await check('getMedia', `${path}/media`, { headers: { range: 'bytes=99999999-' } }, 416)
  await check('getEvidence', `${path}/evidence/none.png`, {}, 404)
  await check('openSession', '/v1/session', { method: 'POST', headers: json, body: JSON.stringify({ key }) }, 201)
  await check('openSession', '/v1/session', { method: 'POST', headers: json, body: '{}' }, 400)
  await check('openSession', '/v1/session', { method: 'POST', headers: json, body: '{' }, 400)
  await check('getSession', '/v1/session', {}, 200)
  await check('deleteAnalysis', path, { method: 'DELETE' }, 204)
  await check('deleteAnalysis', path, { method: 'DELETE' }, 404)
})

t.test('the types of the client are those of the document (npm run client:types)', async (t) => {
  const written = readFileSync(new URL('../src/client/openapi.ts', import.meta.url), 'utf8')
  t.equal(written, typesOf(document as unknown as WholeDocument))
})

t.test('what is answered about reports is what the document says', async () => {
  const send = (body: unknown) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const none = '01a20283-3668-70e0-b9e1-72395ac33b81'
  await check('getReport', `/v1/analyses/${none}/report.pdf`, {}, 404)
  await check('getReportStatement', `/v1/reports/${none}`, {}, 404)
  await check('getReportSignature', `/v1/reports/${none}/signature`, {}, 404)
  await check('verifyReport', '/v1/reports/verify', send({ pdf: '0'.repeat(64) }), 200)
  await check('verifyReport', '/v1/reports/verify', send({ file: '0'.repeat(64) }), 400)
})

t.test('what is answered about accounts is what the document says', async () => {
  const send = (body: unknown, method = 'POST') => ({ method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const somebody = { email: 'ada@people.example', password: 'four horses of a colour' }
  await check('register', '/v1/accounts', send(somebody), 202)
  await check('register', '/v1/accounts', send({ ...somebody, email: 'ada' }), 400)
  await check('openSession', '/v1/session', send(somebody), 201)
  await check('openSession', '/v1/session', send({ ...somebody, password: 'wrong' }), 401)
  await check('listSessions', '/v1/sessions', {}, 200)
  await check('endSession', '/v1/sessions/none', { method: 'DELETE' }, 404)
  await check('endOtherSessions', '/v1/sessions', { method: 'DELETE' }, 204)
  await check('closeSession', '/v1/session', { method: 'DELETE' }, 204)
  await check('getAccount', '/v1/account', {}, 200)
  await check('updateAccount', '/v1/account', send({ name: 'Ada' }, 'PATCH'), 200)
  await check('sendConfirmation', '/v1/account/confirmation', { method: 'POST' }, 204)
  await check('confirmEmail', '/v1/account/confirm-email', send({ token: 'none' }), 400)
  await check('changePassword', '/v1/account/password', send({ currentPassword: 'x', password: somebody.password }), 403)
  await check('requestPasswordReset', '/v1/password-resets', send({ email: somebody.email }), 202)
  await check('completePasswordReset', '/v1/password-resets/complete', send({ token: 'none', password: somebody.password }), 400)
  const made = (await check('createApiKey', '/v1/api-keys', send({ name: 'a program' }), 201)) as { id: string }
  await check('listApiKeys', '/v1/api-keys', {}, 200)
  await check('revokeApiKey', `/v1/api-keys/${made.id}`, { method: 'DELETE' }, 204)
})

t.test('what is answered about limits is what the document says', async () => {
  await check('listPlans', '/v1/plans', {}, 200)
  await check('getUsage', '/v1/usage', {}, 200)
  const free = client(url, (await makeAccount(ground, 'FREE')).key)
  for (let n = 0; n < 5; n++) await check('createAnalysis', '/v1/analyses', form(Buffer.alloc(0)), 400, free)
  await check('createAnalysis', '/v1/analyses', form(Buffer.alloc(0)), 429, free)
})

t.test('what is answered about batches is what the document says', async () => {
  const body = new FormData()
  for (const seed of [11, 12]) body.append('file', new Blob([new Uint8Array(await photo({ seed }))]), `${seed}.jpg`)
  body.append('file', new Blob(['no picture at all']), 'a.txt')
  const batch = (await check('createAnalysis', '/v1/analyses', { method: 'POST', body }, 202)) as { id: string }
  const path = `/v1/batches/${batch.id}`
  await check('getBatch', path, { headers: { prefer: 'wait=30' } }, 200)
  await check('listBatches', '/v1/batches', {}, 200)
  await check('cancelBatch', `${path}/cancel`, { method: 'POST' }, 409)
  await check('listAnalyses', `/v1/analyses?batch=${batch.id}`, {}, 200)
  const json = (url: string) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ url }) })
  await check('createAnalysis', '/v1/analyses', json('http://10.0.0.1/'), 400)
  await check('createAnalysis', '/v1/analyses', json('http://nobody.invalid/'), 422)
})

t.test('what is answered about links is what the document says', async () => {
  const post = (body: unknown) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const { id } = (await check('createAnalysis', '/v1/analyses', { ...form(await photo({ seed: 31 })), headers: { prefer: 'wait=30' } }, 200)) as { id: string }
  const path = `/v1/analyses/${id}/share`
  await check('getShare', path, {}, 404)
  const made = (await check('shareAnalysis', path, post({ include: ['location'] }), 201)) as { url: string }
  await check('shareAnalysis', path, post({ include: ['all'] }), 400)
  await check('getShare', path, {}, 200)
  const shared = new URL(made.url).pathname.replace('/shared/', '/v1/shared/')
  await check('getShared', shared, {}, 200)
  await check('withdrawShare', path, { method: 'DELETE' }, 204)
  await check('getShared', shared, {}, 404)
})

t.test('what is answered to admins, about feedback and about billing is what the document says', async () => {
  const send = (body: unknown, method = 'POST') => ({ method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  await check('adminGetQueue', '/v1/admin/queue', {}, 403)
  const { accountId, key: adminKey } = await makeAccount(ground)
  await ground.database.query("UPDATE accounts SET role = 'admin' WHERE id = $1", [accountId])
  const admin = client(url, adminKey)
  const analysed = (await check('createAnalysis', '/v1/analyses', { ...form(await photo({ seed: 21 })), headers: { prefer: 'wait=30' } }, 200)) as { id: string }
  const path = `/v1/analyses/${analysed.id}/feedback`
  await check('giveFeedback', path, send({ truth: 'authentic', consent: true }), 200)
  await check('getFeedback', path, {}, 200)
  for (const [operation, path, init, status] of [
    ['adminFindAccounts', '/v1/admin/accounts', {}, 200],
    ['adminGetAccount', `/v1/admin/accounts/${accountId}`, {}, 200],
    ['adminChangeAccount', `/v1/admin/accounts/${accountId}`, send({ plan: 'PREMIUM' }, 'PATCH'), 200],
    ['adminChangeAccount', `/v1/admin/accounts/${accountId}`, send({ role: 'user' }, 'PATCH'), 409],
    ['adminGetQueue', '/v1/admin/queue', {}, 200],
    ['adminListFailures', '/v1/admin/failures', {}, 200],
    ['adminListFeedback', '/v1/admin/feedback', {}, 200],
    ['adminListAuditLog', '/v1/admin/audit-log', {}, 200],
    ['exportAccount', '/v1/account/export', {}, 200]
  ] as const) {
    await check(operation, path, init, status, admin)
  }
  await check('withdrawFeedback', path, { method: 'DELETE' }, 204)
  await check('withdrawFeedback', path, { method: 'DELETE' }, 404)
  await check('openCheckout', '/v1/billing/checkout', send({ plan: 'PRO' }), 404)
  await check('openBillingPortal', '/v1/billing/portal', { method: 'POST' }, 404)
  await check('removeAccount', '/v1/account', send({}, 'DELETE'), 400)
})

t.test('what is answered about webhooks is what the document says', async () => {
  const send = (body: unknown, method = 'POST') => ({ method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const events = ['analysis.completed']
  const made = (await check('createWebhook', '/v1/webhooks', send({ url: 'https://hooks.example/', events }), 201)) as { id: string }
  await check('createWebhook', '/v1/webhooks', send({ url: 'http://10.0.0.1/', events }), 400)
  await check('createWebhook', '/v1/webhooks', send({ url: 'https://hooks.example/', events: ['all'] }), 400)
  const path = `/v1/webhooks/${made.id}`
  await check('listWebhooks', '/v1/webhooks', {}, 200)
  await check('getWebhook', path, {}, 200)
  const pinged = (await check('pingWebhook', `${path}/ping`, { method: 'POST' }, 202)) as { id: string }
  await check('resendWebhookDelivery', `${path}/deliveries/${pinged.id}/resend`, { method: 'POST' }, 202)
  await check('listWebhookDeliveries', `${path}/deliveries`, {}, 200)
  await check('rotateWebhookSecret', `${path}/rotate-secret`, { method: 'POST' }, 200)
  await check('updateWebhook', path, send({ enabled: false }, 'PATCH'), 200)
  await check('updateWebhook', path, send({}, 'PATCH'), 400)
  await check('pingWebhook', `${path}/ping`, { method: 'POST' }, 409)
  await check('deleteWebhook', path, { method: 'DELETE' }, 204)
  await check('getWebhook', path, {}, 404)
})

t.test('an event is what the document says', async (t) => {
  const listener = await listen(t, url, key)
  const { body } = await program.upload(await photo({ seed: 2 }))
  await listener.hears(body.id, 'analysis.completed')
  const valid = ajv.compile({ $ref: 'document#/components/schemas/Event' })
  t.match(document.webhooks, { event: { post: { requestBody: { content: { 'application/json': {} } } } } })
  for (const event of listener.events()) t.ok(valid(event), JSON.stringify(valid.errors ?? []))
})

t.test('what no route answers is a problem as well', async (t) => {
  const problem = ajv.compile({ $ref: 'document#/components/schemas/Problem' })
  const cases: Array<[string, RequestInit, number, string]> = [
    ['/nothing/here', {}, 404, 'not_found'],
    ['/v1/nothing', { method: 'POST' }, 404, 'not_found'],
    ['/v1/analyses', { method: 'PATCH' }, 404, 'not_found'],
    ['/%E0%A4%A', {}, 400, 'bad_request'],
    ['/v1/session', { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'a,b' }, 415, 'unsupported_media_type'],
    ['/v1/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ key: 'x'.repeat(100_000) }) }, 413, 'body_too_large']
  ]
  for (const [path, init, status, code] of cases) {
    const response = await program.send(path, init)
    const body = await response.json()
    t.equal(response.status, status, path)
    t.match(response.headers.get('content-type'), /^application\/problem\+json/, path)
    t.match(body, { code, requestId: response.headers.get('x-request-id') ?? '' })
    t.ok(problem(body), JSON.stringify(problem.errors ?? []))
  }
})
