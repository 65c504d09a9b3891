import { Type, type Static } from 'typebox'
import { v7 as uuidv7 } from 'uuid'
import { verdicts } from '../engine/types.ts'
import { planNames } from '../limits/plans.ts'
import type { Queryable } from '../platform/postgres.ts'
import { outbox, states } from '../platform/schema.ts'
import { recordDeliveries } from '../webhooks/recordDeliveries.ts'

export const eventTypes = [
  'analysis.queued',
  'analysis.processing',
  'analysis.completed',
  'analysis.failed',
  'analysis.cancelled',
  'analysis.deleted'
] as const
export type EventType = (typeof eventTypes)[number]

const AnalysisDataSchema = Type.Object({
  id: Type.String({ format: 'uuid', description: 'Of the analysis' }),
  state: Type.Union([Type.Enum(states), Type.Literal('deleted')]),
  verdict: Type.Optional(Type.Enum(verdicts)),
  failureCode: Type.Optional(Type.String())
})

const DisabledDataSchema = Type.Object({
  id: Type.String({ format: 'uuid', description: 'Of the webhook' }),
  url: Type.String(),
  reason: Type.String()
})

const PingDataSchema = Type.Object({ id: Type.String({ format: 'uuid', description: 'Of the webhook' }) })

/** Every event has the shape that Standard Webhooks asks for, on every way that it takes. */
const common = {
  id: Type.String({ format: 'uuid', description: 'Stable: an event that comes twice has the same one' }),
  timestamp: Type.String({ format: 'date-time', description: 'When it happened' })
}

const BatchDataSchema = Type.Object({
  id: Type.String({ format: 'uuid', description: 'Of the batch' }),
  intake: Type.Enum(['received', 'incomplete'])
})

const QuotaDataSchema = Type.Object({
  plan: Type.Enum(planNames),
  month: Type.String({ format: 'date', description: 'Its first day; months are those of UTC' }),
  used: Type.Integer(),
  limit: Type.Integer()
})

const AnalysisHappening = Type.Object({ type: Type.Enum(eventTypes), data: AnalysisDataSchema })
const BatchHappening = Type.Object({ type: Type.Literal('batch.completed'), data: BatchDataSchema })
const QuotaHappening = Type.Object({ type: Type.Enum(['quota.warning', 'quota.exhausted']), data: QuotaDataSchema })

/** What a client is told. By its id a repeat can be ignored, also where the same event comes on two ways. */
export const EventSchema = Type.Union(
  [
    Type.Object({ ...common, ...AnalysisHappening.properties }),
    Type.Object({ ...common, ...BatchHappening.properties }),
    Type.Object({ ...common, ...QuotaHappening.properties }),
    Type.Object({ ...common, type: Type.Literal('webhook.disabled'), data: DisabledDataSchema }),
    Type.Object({ ...common, type: Type.Literal('ping'), data: PingDataSchema })
  ],
  { $id: 'Event' }
)
export type Event = Static<typeof EventSchema>

export type AnalysisEvent = Extract<Event, { type: EventType }>
export const isAnalysisEvent = (event: Event): event is AnalysisEvent =>
  eventTypes.some((type) => type === event.type)

/** What happened, without the id and the time that recording it adds. */
type Happening = Static<typeof AnalysisHappening> | Static<typeof BatchHappening> | Static<typeof QuotaHappening>

/** As an event that happens now. It is true only once it stands in the outbox. */
export const eventOf = (happening: Happening): Event => ({ ...newEvent(), ...happening })

/**
 * Writes an event into the outbox, and a delivery for everybody who is to be called with it. Call it in the transaction
 * of the change that it tells of: all become true together, or nothing.
 * @param callbackUrl what the request behind an analysis wants called as well
 */
export async function recordEvent(
  tx: Queryable,
  accountId: string,
  happening: Happening,
  callbackUrl: string | null = null
): Promise<void> {
  const event = eventOf(happening)
  await tx.insert(outbox).values({ accountId, event })
  await recordDeliveries(tx, accountId, event, callbackUrl)
}

/** Tells an account that one of its webhooks is not called any longer; by the stream alone, in the same transaction. */
export async function recordWebhookDisabled(
  tx: Queryable,
  accountId: string,
  data: Static<typeof DisabledDataSchema>
): Promise<void> {
  const event: Event = { ...newEvent(), type: 'webhook.disabled', data }
  await tx.insert(outbox).values({ accountId, event })
}

/** An event that is only sent to the webhook itself. */
export const pingEvent = (webhookId: string): Event => ({ ...newEvent(), type: 'ping', data: { id: webhookId } })

/** When an event happened, by its JSON; in milliseconds. It is looked for in the text: each client of each event is to cost no parsing. */
export const happenedAt = (json: string) => Date.parse(/"timestamp":"([^"]+)"/.exec(json)?.[1] ?? '')

const newEvent = () => ({ id: uuidv7(), timestamp: new Date().toISOString() })
