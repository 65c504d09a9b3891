/** What a webhook can be subscribed to. */
export const webhookEventTypes = ['analysis.completed', 'analysis.failed'] as const
export type WebhookEventType = (typeof webhookEventTypes)[number]

export const isWebhookEventType = (type: string): type is WebhookEventType => webhookEventTypes.some((known) => known === type)
