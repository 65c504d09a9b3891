import { Type, type Static } from 'typebox'
import type { Delivery } from './moves.ts'
import { webhookEventTypes } from './eventTypes.ts'
import { deliveryStates } from './tables.ts'
import type { Webhook, WebhookAttempt } from './webhooks.ts'

const Time = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

const shown = {
  id: Type.String({ format: 'uuid' }),
  url: Type.String(),
  description: Type.String(),
  events: Type.Array(Type.Enum(webhookEventTypes)),
  enabled: Type.Boolean(),
  disabledReason: Nullable(Type.String({ description: 'Why we have disabled it' })),
  lastSuccessAt: Nullable(Time),
  createdAt: Time
}

export const WebhookSchema = Type.Object(shown, { $id: 'Webhook' })
export const WebhookWithSecretSchema = Type.Object(
  { ...shown, secret: Type.String({ pattern: '^whsec_', description: 'Shown this once; verify signatures with it' }) },
  { $id: 'WebhookWithSecret' }
)

export const DeliverySchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    eventId: Type.String({ format: 'uuid', description: 'What is sent as `webhook-id`; the same in each attempt' }),
    type: Type.String(),
    url: Nullable(Type.String({ description: 'Of a callback: the address that the request brought along' })),
    state: Type.Enum(deliveryStates),
    nextAttemptAt: Nullable(Time),
    createdAt: Time,
    endedAt: Nullable(Time),
    body: Type.String({ description: 'What is signed and sent: an event, as JSON' }),
    attempts: Type.Array(
      Type.Object({
        attempt: Type.Integer(),
        startedAt: Time,
        durationMs: Nullable(Type.Integer({ description: 'Null while it runs, and when its end was never recorded' })),
        status: Nullable(Type.Integer({ description: 'Of the HTTP answer, when there was one' })),
        error: Nullable(
          Type.String({
            description:
              'Null for success. `refused`, `redirected` and `gone` are answers; `timed_out`, `unreachable`, ' +
              '`name_not_found`, `tls_failed`, `bad_answer`, `address_refused` and `url_refused` are the lack of one; ' +
              '`interrupted` is our own doing'
          })
        ),
        answer: Nullable(Type.String({ description: 'How the body of the answer begins; display it as text' }))
      })
    )
  },
  { $id: 'WebhookDelivery' }
)

const text = (at: Date | null) => at?.toISOString() ?? null

/** A row as its owner sees it. */
export function toWebhook(row: Webhook): Static<typeof WebhookSchema> {
  const { id, url, description, enabled, disabledReason } = row
  const events = row.events as Array<(typeof webhookEventTypes)[number]>
  const times = { lastSuccessAt: text(row.lastSuccessAt), createdAt: row.createdAt.toISOString() }
  return { id, url, description, events, enabled, disabledReason, ...times }
}

export const withSecret = (row: Webhook) => ({ ...toWebhook(row), secret: row.secret })

export function toDelivery(row: Delivery & { attempts: WebhookAttempt[] }): Static<typeof DeliverySchema> {
  const { id, eventId, type, url, state, body } = row
  return {
    id,
    eventId,
    type,
    url,
    state,
    nextAttemptAt: state === 'pending' ? text(row.nextAttemptAt) : null,
    createdAt: row.createdAt.toISOString(),
    endedAt: text(row.endedAt),
    body,
    attempts: row.attempts.map(({ attempt, startedAt, durationMs, status, error, answer }) => ({
      attempt,
      startedAt: startedAt.toISOString(),
      durationMs,
      status,
      error,
      answer
    }))
  }
}
