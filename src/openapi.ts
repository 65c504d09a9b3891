import fastifySwagger, { type SwaggerTransformObject } from '@fastify/swagger'
import fastifySwaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { BatchSchema } from './analyses/batchResource.ts'
import { AnalysisSchema } from './analyses/resource.ts'
import { EventSchema } from './events/event.ts'
import { languages } from './language/language.ts'
import { cacheControlOf, isConditional, PUBLIC_FOR_MINUTES } from './platform/caching.ts'
import { ProblemSchema, problemMediaType } from './platform/problem.ts'
import { DeliverySchema, WebhookSchema, WebhookWithSecretSchema } from './webhooks/resource.ts'

const problemAnswer = {
  description: 'A problem (RFC 9457); branch on its `code`',
  headers: { 'Content-Language': { type: 'string', enum: languages, description: 'Of its title and details, by `Accept-Language`' } },
  content: { [problemMediaType]: { schema: { $ref: 'Problem#' } } }
}

const text = { type: 'string' } as const
const etag = { ETag: { schema: text, description: 'Names these bytes: send it in `If-None-Match` when you ask again' } }
const ifNoneMatch = {
  name: 'If-None-Match',
  in: 'header',
  schema: text,
  description: 'The `ETag` of what you have: while it is still the same, the answer is 304, without a body'
}

/** What the receivers of webhooks are sent. */
const webhookRequest = {
  operationId: 'receiveEvent',
  summary: 'What a webhook of yours, or a callback, is sent',
  tags: ['Webhooks'],
  parameters: ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
    name,
    in: 'header' as const,
    required: name !== 'webhook-signature',
    schema: { type: 'string' as const }
  })),
  requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Event' } } } },
  responses: { '2XX': { description: 'Delivered' }, '410': { description: 'Never again: the webhook is disabled' } }
}

/** OpenAPI 3.1 of all routes, made from their schemas, for people at `/docs` and for programs at `/docs/json`. */
export const documentation = fp(async (app: FastifyInstance) => {
  app.addSchema(ProblemSchema)
  app.addSchema(AnalysisSchema)
  app.addSchema(BatchSchema)
  app.addSchema(EventSchema)
  app.addSchema(WebhookSchema)
  app.addSchema(WebhookWithSecretSchema)
  app.addSchema(DeliverySchema)

  const reads: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    const { url, method, schema } = route
    if (url.startsWith('/docs')) route.config = { cache: PUBLIC_FOR_MINUTES, ...route.config }
    if (method === 'GET') reads.push(route)
    // Every route of the interface can be answered by a problem; routes need not say so one by one.
    if (!url.startsWith('/v1/') || schema === undefined) return
    schema.response = { ...(schema.response as object), '4xx': problemAnswer, '5xx': problemAnswer }
  })

  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'FakeTect',
        version: '1',
        description:
          'Tells whether a picture can be trusted, and why.\n\nWhat is written for people is in the language that ' +
          '`Accept-Language` asks for, English (`en`) or French (`fr`), and the answer names it in `Content-Language`. ' +
          'Codes are the same in both.',
        license: { name: 'MIT', identifier: 'MIT' }
      },
      webhooks: { event: { post: webhookRequest } },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'An API key, `ft_live_…`' },
          session: { type: 'apiKey', in: 'cookie', name: 'ft_session' }
        }
      },
      security: [{ key: [] }, { session: [] }]
    },
    transformObject: (document) => describeConditional(document, reads),
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => (typeof json.$id === 'string' ? json.$id : `def-${index}`) }
  })
  await app.register(fastifySwaggerUi, { routePrefix: '/docs', staticCSP: true })
})

/** Which answers have a tag, and can be asked for by it, follows from who may keep them. */
function describeConditional(document: Parameters<SwaggerTransformObject>[0], reads: RouteOptions[]) {
  if (!('openapiObject' in document)) throw new Error('The document is OpenAPI 3')
  const { openapiObject } = document
  for (const route of reads) {
    const operation = openapiObject.paths?.[route.url.replaceAll(/:(\w+)/g, '{$1}')]?.get
    if (operation === undefined || !isConditional(cacheControlOf(route))) continue
    const { 200: found, ...others } = operation.responses ?? {}
    operation.parameters = [...(operation.parameters ?? []), ifNoneMatch]
    operation.responses = { 200: { description: '', ...found, headers: etag }, 304: { description: 'What `If-None-Match` names is still the same', headers: etag }, ...others }
  }
  return openapiObject
}
