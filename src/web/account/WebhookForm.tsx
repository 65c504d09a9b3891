import type { WebhookWithSecret } from '../../client/openapi.ts'
import { ask } from '../api.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { TextField } from '../parts/Field.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { Ticks } from '../parts/Ticks.tsx'
import type { Webhook } from './WebhookCard.tsx'

export type MadeWebhook = WebhookWithSecret

const eventTypes = ['analysis.completed', 'analysis.failed', 'batch.completed', 'quota.warning', 'quota.exhausted'] as const satisfies Webhook['events']

interface Props {
  /** The one to change; none for a new one. */
  webhook?: Webhook
  onSaved: (webhook: Webhook | MadeWebhook) => void
  onCancel: () => void
}

/** Takes where a webhook calls, and with what; of a new one the answer holds its secret. */
export function WebhookForm({ webhook, onSaved, onCancel }: Props) {
  const { webhooks: t, parts } = texts.value
  const save = useAction(async (given: Given) => {
    const json = { url: given.text('url').trim(), events: given.all('events'), description: given.text('description').trim() }
    if (webhook === undefined) onSaved(await ask<MadeWebhook>('/v1/webhooks', { method: 'POST', json }))
    else onSaved(await ask<Webhook>(`/v1/webhooks/${webhook.id}`, { method: 'PATCH', json }))
  })
  return (
    <Form action={save} about={{ invalid_url: 'url' }}>
      {(errors) => (
        <>
          <TextField
            label={t.url}
            name="url"
            type="url"
            required
            maxLength={2_048}
            autocomplete="off"
            defaultValue={webhook?.url ?? ''}
            hint={t.urlHint}
            error={errors.url}
          />
          <Ticks label={t.events} name="events" choices={eventTypes} said={t.eventTypes} ticked={webhook?.events ?? eventTypes.slice(0, 2)} error={errors.events} />
          <TextField
            label={t.description}
            name="description"
            maxLength={200}
            autocomplete="off"
            defaultValue={webhook?.description ?? ''}
            error={errors.description}
          />
          <p class="buttons">
            <Button onClick={onCancel}>{parts.cancel}</Button>
            <Button type="submit" look="strong" busy={save.busy.value}>
              {webhook === undefined ? t.makeIt : t.save}
            </Button>
          </p>
        </>
      )}
    </Form>
  )
}
