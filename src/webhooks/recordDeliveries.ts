import { and, arrayContains, eq } from '../platform/drizzle.ts'
import { v7 as uuidv7 } from 'uuid'
import type { Queryable } from '../platform/postgres.ts'
import { isWebhookEventType } from './eventTypes.ts'
import { webhookDeliveries, webhooks } from './tables.ts'

/** An event as it is sent: the same JSON on every way. */
interface Told {
  id: string
  type: string
}

/**
 * Writes what is to be delivered of an event: once to each webhook of the account that wants it, and once to the
 * address that the request behind it brought along. It stands in the transaction of the change that the event tells of.
 */
export async function recordDeliveries(tx: Queryable, accountId: string, event: Told, callbackUrl: string | null): Promise<void> {
  if (!isWebhookEventType(event.type)) return
  // Locked against deletion only, and only until the end of the transaction: else a webhook that is deleted right now
  // would break the foreign key, and with it the verdict.
  const receivers = await tx
    .select({ id: webhooks.id })
    .from(webhooks)
    .where(and(eq(webhooks.accountId, accountId), eq(webhooks.enabled, true), arrayContains(webhooks.events, [event.type])))
    .for('key share')
  const rows = receivers.map(({ id }) => webhookDelivery(accountId, id, event))
  if (callbackUrl !== null) {
    const lane = `callback:${accountId}:${new URL(callbackUrl).host}`
    rows.push({ ...delivery(accountId, event), webhookId: null, url: callbackUrl, lane })
  }
  if (rows.length > 0) await tx.insert(webhookDeliveries).values(rows)
}

type NewDelivery = typeof webhookDeliveries.$inferInsert

export const webhookDelivery = (accountId: string, webhookId: string, event: Told): NewDelivery => ({
  ...delivery(accountId, event),
  webhookId,
  url: null,
  lane: webhookId
})

const delivery = (accountId: string, event: Told) => ({
  id: uuidv7(),
  accountId,
  eventId: event.id,
  type: event.type,
  body: JSON.stringify(event)
})
