import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import t from 'tap'
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
async function check(operationId: string, path: string, init: RequestInit, status: number): Promise<unknown> {
  const response = await program.send(path, init)
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
    '/v1/analyses',
    '/v1/analyses/{id}',
    '/v1/analyses/{id}/cancel',
    '/v1/analyses/{id}/evidence/{name}',
    '/v1/analyses/{id}/media',
    '/v1/events',
    '/v1/session',
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
