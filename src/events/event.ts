import { Type, type Static } from 'typebox'
import { v7 as uuidv7 } from 'uuid'
import { verdicts } from '../engine/types.ts'
import type { Queryable } from '../platform/postgres.ts'
import { outbox, states } from '../platform/schema.ts'

export const eventTypes = [
  'analysis.queued',
  'analysis.processing',
  'analysis.completed',
  'analysis.failed',
  'analysis.cancelled',
  'analysis.deleted'
] as const
export type EventType = (typeof eventTypes)[number]

/** What a client is told. The id is stable: an event that comes twice has the same one, and the repeat can be ignored. */
export const EventSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    type: Type.Enum(eventTypes),
    createdAt: Type.String({ format: 'date-time' }),
    analysis: Type.Object({
      id: Type.String({ format: 'uuid' }),
      state: Type.Union([Type.Enum(states), Type.Literal('deleted')]),
      verdict: Type.Optional(Type.Enum(verdicts)),
      failureCode: Type.Optional(Type.String())
    })
  },
  { $id: 'Event' }
)
export type Event = Static<typeof EventSchema>

/**
 * Writes an event into the outbox. Call it in the transaction of the change that it tells of: both become true
 * together, or neither.
 */
export async function recordEvent(
  tx: Queryable,
  accountId: string,
  type: EventType,
  analysis: Event['analysis']
): Promise<void> {
  const event: Event = { id: uuidv7(), type, createdAt: new Date().toISOString(), analysis }
  await tx.insert(outbox).values({ accountId, event })
}
