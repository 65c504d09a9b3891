import fastifySwagger from '@fastify/swagger'
import fastifySwaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { BatchSchema } from './analyses/batchResource.ts'
import { AnalysisSchema } from './analyses/resource.ts'
import { EventSchema } from './events/event.ts'
import { languages } from './language/language.ts'
import { ProblemSchema, problemMediaType } from './platform/problem.ts'
import { DeliverySchema, WebhookSchema, WebhookWithSecretSchema } from './webhooks/resource.ts'

const problemAnswer = {
  description: 'A problem (RFC 9457); branch on its `code`',
  headers: { 'Content-Language': { type: 'string', enum: languages, description: 'Of its title and details, by `Accept-Language`' } },
  content: { [problemMediaType]: { schema: { $ref: 'Problem#' } } }
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

  // Every route of the interface can be answered by a problem; routes need not say so one by one.
  app.addHook('onRoute', ({ url, schema }) => {
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
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => (typeof json.$id === 'string' ? json.$id : `def-${index}`) }
  })
  await app.register(fastifySwaggerUi, { routePrefix: '/docs', staticCSP: true })
})
