import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { AccountPages } from '../account/AccountPages.tsx'
import { Callbacks } from '../account/Callbacks.tsx'
import { WebhookCard, type Webhook } from '../account/WebhookCard.tsx'
import { WebhookForm } from '../account/WebhookForm.tsx'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { EmptyState } from '../parts/EmptyState.tsx'
import { ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { ShownOnce } from '../parts/ShownOnce.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { listen } from '../state/live.ts'
import { useReading } from '../state/reading.ts'
import { session } from '../state/session.ts'

/** `/account/webhooks`: whom one wants called. */
export function Webhooks() {
  const { webhooks: t } = texts.value
  return (
    <AccountPages>
      <PageTitle>{t.title}</PageTitle>
      <p>
        {t.intro}{' '}
        <a href="/docs" target="_self">
          {t.howToVerify}
        </a>
      </p>
      {session.value?.emailConfirmed === false ? <EmptyState title={t.confirmFirst} /> : <WebhookList />}
    </AccountPages>
  )
}

function WebhookList() {
  const { webhooks: t } = texts.value
  const { value, problem, reload } = useReading<{ webhooks: Webhook[] }>('/v1/webhooks')
  const making = useSignal(false)
  const secret = useSignal<{ label: string; text: string } | undefined>(undefined)
  useEffect(() => listen({ heard: ({ type }) => type === 'webhook.disabled' && void reload() }), [])
  const webhooks = value.value?.webhooks

  return (
    <>
      <p>
        <Button look="strong" onClick={() => (making.value = true)}>
          {t.make}
        </Button>
      </p>
      <Dialog title={t.make} open={making.value} onClose={() => (making.value = false)}>
        <WebhookForm
          onCancel={() => (making.value = false)}
          onSaved={(made) => {
            if ('secret' in made) secret.value = { label: t.secretOf(made.url), text: made.secret }
            making.value = false
            void reload()
          }}
        />
      </Dialog>
      {secret.value !== undefined && <ShownOnce label={secret.value.label} secret={secret.value.text} onDone={() => (secret.value = undefined)} />}
      <ProblemNotice problem={problem.value} />
      {webhooks === undefined && problem.value === undefined && <Spinner said />}
      {webhooks?.length === 0 && (
        <EmptyState title={t.none}>
          <p>{t.noneHint}</p>
        </EmptyState>
      )}
      {webhooks?.map((webhook) => (
        <WebhookCard
          key={webhook.id}
          webhook={webhook}
          onChanged={reload}
          onSecret={(text) => (secret.value = { label: t.secretOf(webhook.url), text })}
        />
      ))}
      {webhooks !== undefined && <Callbacks onSecret={(text) => (secret.value = { label: t.callbackSecret, text })} />}
    </>
  )
}
