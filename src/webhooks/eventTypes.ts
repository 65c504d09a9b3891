/** What a webhook can be subscribed to. */
export const webhookEventTypes = [
  'analysis.completed',
  'analysis.failed',
  'batch.completed',
  'quota.warning',
  'quota.exhausted'
] as const
export type WebhookEventType = (typeof webhookEventTypes)[number]

export const isWebhookEventType = (type: string): type is WebhookEventType => webhookEventTypes.some((known) => known === type)
