import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { validate as isUuid } from 'uuid'
import { sentence } from '../language/sentence.ts'
import { cutPage, idOfCursor } from '../platform/page.ts'
import { Problem } from '../platform/problem.ts'
import { RETENTION_DAYS } from './dispatcher.ts'
import { deliverAgain } from './moves.ts'
import { toDelivery } from './resource.ts'
import type { WebhookRoutesOptions } from './routes.ts'
import { attemptsOf, findDelivery, findWebhook, listDeliveries } from './webhooks.ts'

const tags = ['Webhooks']
const Id = Type.String({ description: 'Of a webhook; `callbacks` stands for all callbacks of your account' })

/** What was, is and will be delivered, to a webhook or to an account's callbacks. */
export const deliveryRoutes: FastifyPluginAsyncTypebox<WebhookRoutesOptions> = async (app, { db, read, relay }) => {
  app.get(
    '/v1/webhooks/:id/deliveries',
    {
      schema: {
        operationId: 'listWebhookDeliveries',
        summary: 'Deliveries with their attempts, newest first',
        description: `They are kept for ${RETENTION_DAYS} days after their end.`,
        tags,
        params: Type.Object({ id: Id }),
        querystring: Type.Object({
          cursor: Type.Optional(Type.String({ description: 'From the `next` link of the page before' })),
          limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 })
        }),
        response: {
          200: Type.Object({
            deliveries: Type.Array(Type.Ref('WebhookDelivery')),
            next: Type.Union([Type.String(), Type.Null()], { description: 'The next page; also in `Link` (RFC 8288)' })
          })
        }
      }
    },
    async (request, reply) => {
      const { cursor, limit } = request.query
      const { webhookId } = await receiver(request)
      const before = cursor === undefined ? undefined : idOfCursor(cursor)
      const rows = await read((db) => listDeliveries(db, request.caller.accountId, webhookId, { limit: limit + 1, before }))
      const page = cutPage(request, reply, rows, limit)
      return { deliveries: page.rows.map(toDelivery), next: page.next }
    }
  )

  app.post(
    '/v1/webhooks/:id/deliveries/:deliveryId/resend',
    {
      config: { idempotent: true },
      schema: {
        operationId: 'resendWebhookDelivery',
        summary: 'Deliver once more, now',
        description: 'The same event with the same `webhook-id`, whatever has become of it; the retries begin anew.',
        tags,
        params: Type.Object({ id: Id, deliveryId: Type.String() }),
        response: { 202: Type.Ref('WebhookDelivery') }
      }
    },
    async (request, reply) => {
      const { deliveryId } = request.params
      const { webhookId, enabled } = await receiver(request)
      const found = isUuid(deliveryId) && (await findDelivery(db, request.caller.accountId, webhookId, deliveryId))
      if (!found) throw new Problem('not_found')
      if (!enabled) throw new Problem('webhook_disabled', sentence('Enable it first.'))
      const row = await deliverAgain(db, deliveryId)
      if (row === undefined) throw new Problem('not_found')
      relay.nudge()
      const attempts = (await attemptsOf(db, [deliveryId])).get(deliveryId) ?? []
      return reply.code(202).send(toDelivery({ ...row, attempts }))
    }
  )

  async function receiver(request: FastifyRequest<{ Params: { id: string } }>): Promise<{ webhookId: string | null; enabled: boolean }> {
    const { id } = request.params
    if (id === 'callbacks') return { webhookId: null, enabled: true }
    const webhook = isUuid(id) ? await findWebhook(db, request.caller.accountId, id) : undefined
    if (webhook === undefined) throw new Problem('not_found')
    return { webhookId: id, enabled: webhook.enabled }
  }
}
