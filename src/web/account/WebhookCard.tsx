import { useSignal } from '@preact/signals'
import type { Webhook } from '../../client/openapi.ts'
import { ask } from '../api.ts'
import { list } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { ConfirmDialog, Dialog } from '../parts/Dialog.tsx'
import { useAction } from '../parts/Form.tsx'
import { Notice, ProblemNotice } from '../parts/Notice.tsx'
import { focusHeading } from '../parts/PageTitle.tsx'
import { Time } from '../parts/Time.tsx'
import { toast } from '../state/toasts.ts'
import { Deliveries } from './Deliveries.tsx'
import { RotateSecret } from './RotateSecret.tsx'
import { WebhookForm } from './WebhookForm.tsx'

export type { Webhook }

interface Props {
  webhook: Webhook
  onChanged: () => Promise<void>
  /** A new secret is there. */
  onSecret: (secret: string) => void
}

/** A webhook: where it calls, how it stands, what was sent to it, and everything that can be done with it. */
export function WebhookCard({ webhook, onChanged, onSecret }: Props) {
  const { webhooks: t } = texts.value
  const { id, url, description, events, enabled, disabledReason, lastSuccessAt } = webhook
  const path = `/v1/webhooks/${id}`
  const changing = useSignal(false)
  const deleting = useSignal(false)
  /** Counts what was sent by hand since the card is there: the list of deliveries looks again. */
  const pings = useSignal(0)
  const listed = useSignal(false)

  const ping = useAction(async () => {
    await ask(`${path}/ping`, { method: 'POST' })
    listed.value = true
    pings.value++
  })
  const enable = useAction(async () => {
    await ask(path, { method: 'PATCH', json: { enabled: !enabled } })
    await onChanged()
    toast(enabled ? t.nowDisabled : t.nowEnabled)
  })
  const remove = useAction(async () => {
    await ask(path, { method: 'DELETE' })
    deleting.value = false
    toast(t.deleted)
    await onChanged()
    focusHeading()
  })

  return (
    <section class="sheet part" aria-label={url}>
      <div>
        <h2 class="called">{url}</h2>
        {description !== '' && <p>{description}</p>}
      </div>
      <p>
        <span class="mark" data-tone={enabled ? 'good' : 'problem'}>
          {enabled ? t.enabled : t.disabled}
        </span>{' '}
        {list(events.map((type) => t.eventTypes[type]))}
      </p>
      {disabledReason !== null && <Notice tone="plain">{t.disabledBecause(disabledReason)}</Notice>}
      <p class="quiet">
        {lastSuccessAt === null ? (
          t.neverDelivered
        ) : (
          <>
            {t.lastDelivered} <Time at={lastSuccessAt} relative />
          </>
        )}
      </p>
      <p class="buttons">
        <Button busy={ping.busy.value} aria-disabled={!enabled} aria-label={`${t.ping}: ${url}`} onClick={() => enabled && void ping.run()}>
          {t.ping}
        </Button>
        <Button aria-label={`${t.change}: ${url}`} onClick={() => (changing.value = true)}>
          {t.change}
        </Button>
        <Button busy={enable.busy.value} aria-label={`${enabled ? t.disable : t.enable}: ${url}`} onClick={() => void enable.run()}>
          {enabled ? t.disable : t.enable}
        </Button>
        <RotateSecret path={path} describes={url} onSecret={onSecret} />
        <Button look="danger" aria-label={`${t.delete}: ${url}`} onClick={() => (deleting.value = true)}>
          {t.delete}
        </Button>
      </p>
      <ProblemNotice problem={ping.problem.value ?? enable.problem.value} />
      <Deliveries path={`${path}/deliveries`} describes={url} listed={listed} sent={pings.value} canResend={enabled} onDelivered={() => void onChanged()} />
      <Dialog title={t.changeTitle} open={changing.value} onClose={() => (changing.value = false)}>
        <WebhookForm
          webhook={webhook}
          onCancel={() => (changing.value = false)}
          onSaved={() => {
            changing.value = false
            void onChanged()
          }}
        />
      </Dialog>
      <ConfirmDialog
        title={t.deleteTitle}
        open={deleting.value}
        onClose={() => (deleting.value = false)}
        confirm={t.deleteForGood}
        danger
        busy={remove.busy.value}
        onConfirm={() => void remove.run()}
      >
        <p>{t.deleteWarning(url)}</p>
        <ProblemNotice problem={remove.problem.value} />
      </ConfirmDialog>
    </section>
  )
}
