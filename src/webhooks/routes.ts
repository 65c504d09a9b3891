import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { validate as isUuid } from 'uuid'
import { pingEvent } from '../events/event.ts'
import { sentence } from '../language/sentence.ts'
import type { Outbound } from '../platform/outbound/outbound.ts'
import type { Database } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import type { Repeating } from '../platform/repeat.ts'
import type { Read } from '../platform/replica.ts'
import { deliveryRoutes } from './deliveryRoutes.ts'
import { webhookEventTypes } from './eventTypes.ts'
import { receiverUrl } from './receiverUrl.ts'
import { webhookDelivery } from './recordDeliveries.ts'
import { toDelivery, toWebhook, withSecret } from './resource.ts'
import { ROTATION_HOURS } from './signature.ts'
import { webhookDeliveries } from './tables.ts'
import {
  createWebhook,
  deleteWebhook,
  findWebhook,
  listWebhooks,
  MAX_WEBHOOKS,
  rotateCallbackSecret,
  rotateSecret,
  updateWebhook,
  type Webhook
} from './webhooks.ts'

export interface WebhookRoutesOptions {
  db: Database
  read: Read
  outbound: Outbound
  relay: Repeating
}

const Params = Type.Object({ id: Type.String() })
const Url = Type.String({ maxLength: 2_048, description: 'https:// or http://, to an address of the public internet' })
const Events = Type.Array(Type.Enum(webhookEventTypes), { minItems: 1, uniqueItems: true })
const Description = Type.String({ maxLength: 200, pattern: '^[^\\u0000]*$' })
const tags = ['Webhooks']

const howItWorks =
  'Each event is sent as a POST, signed as Standard Webhooks has it: `webhook-id` (the id of the event, the same in ' +
  'each attempt), `webhook-timestamp` and `webhook-signature`. Answer with 2xx within 15 seconds. Anything else, ' +
  'redirects included, is tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h; 410 disables the ' +
  'webhook at once, and so does a delivery that fails to the end while no other gets through. The same event may come ' +
  'twice, and events may overtake each other.'

/** `/v1/webhooks`: whom an account wants called. */
export const webhookRoutes: FastifyPluginAsyncTypebox<WebhookRoutesOptions> = async (app, options) => {
  const { db, outbound, relay } = options
  await app.register(deliveryRoutes, options)

  app.post(
    '/v1/webhooks',
    {
      config: { idempotent: true },
      schema: {
        operationId: 'createWebhook',
        summary: 'Have an address called with your events',
        description: `${howItWorks} An account may have ${MAX_WEBHOOKS} webhooks.`,
        tags,
        body: Type.Object({ url: Url, events: Events, description: Type.Optional(Description) }, { additionalProperties: false }),
        response: { 201: Type.Ref('WebhookWithSecret') }
      }
    },
    async (request, reply) => {
      const { url, events, description = '' } = request.body
      const row = await createWebhook(db, request.caller.accountId, { url: receiverUrl(outbound, url), events, description })
      if (row === undefined) throw new Problem('too_many_webhooks', sentence('An account may have {most, number}.', { most: MAX_WEBHOOKS }))
      return reply.code(201).header('location', `/v1/webhooks/${row.id}`).send(withSecret(row))
    }
  )

  app.get(
    '/v1/webhooks',
    {
      schema: {
        operationId: 'listWebhooks',
        summary: 'Your webhooks',
        tags,
        response: { 200: Type.Object({ webhooks: Type.Array(Type.Ref('Webhook')) }) }
      }
    },
    async (request) => ({ webhooks: (await listWebhooks(db, request.caller.accountId)).map(toWebhook) })
  )

  app.get(
    '/v1/webhooks/:id',
    { schema: { operationId: 'getWebhook', summary: 'One webhook', tags, params: Params, response: { 200: Type.Ref('Webhook') } } },
    async (request) => toWebhook(await own(request, findWebhook))
  )

  app.patch(
    '/v1/webhooks/:id',
    {
      schema: {
        operationId: 'updateWebhook',
        summary: 'Change, disable or enable a webhook',
        description: 'Disabling it cancels what is still to be delivered to it; enabling it begins with the next event.',
        tags,
        params: Params,
        body: Type.Object(
          {
            url: Type.Optional(Url),
            events: Type.Optional(Events),
            description: Type.Optional(Description),
            enabled: Type.Optional(Type.Boolean())
          },
          { additionalProperties: false, minProperties: 1 }
        ),
        response: { 200: Type.Ref('Webhook') }
      }
    },
    async (request) => {
      // What we don't know has been taken out of the body, which may leave nothing.
      if (Object.keys(request.body).length === 0) throw new Problem('invalid_request', sentence('Name something to change.'))
      const { url, ...others } = request.body
      const changes = url === undefined ? others : { ...others, url: receiverUrl(outbound, url) }
      return toWebhook(await own(request, (db, accountId, id) => updateWebhook(db, accountId, id, changes)))
    }
  )

  app.delete(
    '/v1/webhooks/:id',
    {
      schema: {
        operationId: 'deleteWebhook',
        summary: 'Delete a webhook with its deliveries',
        tags,
        params: Params,
        response: { 204: Type.Null() }
      }
    },
    async (request, reply) => {
      await own(request, deleteWebhook)
      return reply.code(204).send(null)
    }
  )

  app.post(
    '/v1/webhooks/:id/rotate-secret',
    {
      schema: {
        operationId: 'rotateWebhookSecret',
        summary: 'Replace the secret',
        description:
          `The one before signs as well for ${ROTATION_HOURS} hours: until then each delivery carries two signatures. ` +
          'With `callbacks` as the id it makes or replaces the secret that signs the callbacks of your account.',
        tags,
        params: Params,
        response: { 200: Type.Object({ secret: Type.String({ pattern: '^whsec_' }) }) }
      }
    },
    async (request) => {
      if (request.params.id === 'callbacks') return { secret: await rotateCallbackSecret(db, request.caller.accountId) }
      const { secret } = await own(request, rotateSecret)
      return { secret }
    }
  )

  app.post(
    '/v1/webhooks/:id/ping',
    {
      config: { idempotent: true },
      schema: {
        operationId: 'pingWebhook',
        summary: 'Have a `ping` delivered now',
        tags,
        params: Params,
        response: { 202: Type.Ref('WebhookDelivery') }
      }
    },
    async (request, reply) => {
      const { id, accountId, enabled } = await own(request, findWebhook)
      if (!enabled) throw new Problem('webhook_disabled', sentence('Enable it first.'))
      const [row] = await db.insert(webhookDeliveries).values(webhookDelivery(accountId, id, pingEvent(id))).returning()
      if (row === undefined) throw new Problem('not_found')
      relay.nudge()
      return reply.code(202).send(toDelivery({ ...row, attempts: [] }))
    }
  )

  /** @throws {Problem} `not_found`, for what is not an id, is not there, or is somebody else's */
  async function own(
    request: FastifyRequest<{ Params: { id: string } }>,
    find: (db: Database, accountId: string, id: string) => Promise<Webhook | undefined>
  ): Promise<Webhook> {
    const { id } = request.params
    const row = isUuid(id) ? await find(db, request.caller.accountId, id) : undefined
    if (row === undefined) throw new Problem('not_found')
    return row
  }
}
