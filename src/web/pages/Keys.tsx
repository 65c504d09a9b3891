import { useSignal } from '@preact/signals'
import type { ApiKey } from '../../client/openapi.ts'
import type { Answer } from '../../client/requests.ts'
import { AccountPages } from '../account/AccountPages.tsx'
import { KeyForm } from '../account/KeyForm.tsx'
import { ask, Problem } from '../api.ts'
import { date, dateTime, list } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { ConfirmDialog, Dialog } from '../parts/Dialog.tsx'
import { EmptyState } from '../parts/EmptyState.tsx'
import { useAction } from '../parts/Form.tsx'
import { ProblemNotice } from '../parts/Notice.tsx'
import { focusHeading, PageTitle } from '../parts/PageTitle.tsx'
import { ShownOnce } from '../parts/ShownOnce.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { Time } from '../parts/Time.tsx'
import { useReading } from '../state/reading.ts'
import { session } from '../state/session.ts'
import { toast } from '../state/toasts.ts'

/** `/account/keys`: what programs use. */
export function Keys() {
  const { keys: t } = texts.value
  return (
    <AccountPages>
      <PageTitle>{t.title}</PageTitle>
      <p>{t.intro}</p>
      {session.value?.emailConfirmed === false ? <EmptyState title={t.confirmFirst} /> : <KeyList />}
    </AccountPages>
  )
}

function KeyList() {
  const { keys: t } = texts.value
  const { value, problem, reload } = useReading<{ apiKeys: ApiKey[] }>('/v1/api-keys')
  const making = useSignal(false)
  const made = useSignal<Answer<'POST /v1/api-keys'> | undefined>(undefined)
  const revoking = useSignal<ApiKey | undefined>(undefined)
  const revoke = useAction(async () => {
    const key = revoking.value
    if (key === undefined) return
    await ask(`/v1/api-keys/${key.id}`, { method: 'DELETE' }).catch((error: unknown) => {
      if (!(error instanceof Problem && error.code === 'not_found')) throw error
    })
    if (made.value?.id === key.id) made.value = undefined
    revoking.value = undefined
    toast(t.revoked(key.name))
    await reload()
    focusHeading()
  })
  const keys = value.value?.apiKeys

  return (
    <>
      <p>
        <Button look="strong" onClick={() => (making.value = true)}>
          {t.make}
        </Button>
      </p>
      <Dialog title={t.make} open={making.value} onClose={() => (making.value = false)}>
        <KeyForm
          onCancel={() => (making.value = false)}
          onMade={(key) => {
            made.value = key
            making.value = false
            void reload()
          }}
        />
      </Dialog>
      {made.value !== undefined && <ShownOnce label={t.secretOf(made.value.name)} secret={made.value.key} onDone={() => (made.value = undefined)} />}
      <ProblemNotice problem={problem.value} />
      {keys === undefined && problem.value === undefined && <Spinner said />}
      {keys?.length === 0 && (
        <EmptyState title={t.none}>
          <p>{t.noneHint}</p>
        </EmptyState>
      )}
      {keys !== undefined && keys.length > 0 && (
        <ul class="rows">
          {keys.map((key) => (
            <li key={key.id} class="row">
              <KeyFacts apiKey={key} />
              <Button aria-label={`${t.revoke}: ${key.name}`} onClick={() => (revoking.value = key)}>
                {t.revoke}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <ConfirmDialog
        title={t.revokeTitle(revoking.value?.name ?? '')}
        open={revoking.value !== undefined}
        onClose={() => (revoking.value = undefined)}
        confirm={t.revokeForGood}
        danger
        busy={revoke.busy.value}
        onConfirm={() => void revoke.run()}
      >
        <p>{t.revokeWarning}</p>
        <ProblemNotice problem={revoke.problem.value} />
      </ConfirmDialog>
    </>
  )
}

function KeyFacts({ apiKey: { name, scopes, createdAt, expiresAt, lastUsedAt } }: { apiKey: ApiKey }) {
  const { keys: t } = texts.value
  const expired = expiresAt !== null && Date.parse(expiresAt) <= Date.now()
  return (
    <div>
      <p class="row-title">
        {name}
        {expired && (
          <span class="mark" data-tone="problem">
            {t.expired}
          </span>
        )}
      </p>
      <p>{list(scopes.map((scope) => t.scopes[scope]))}</p>
      <p class="quiet">
        {lastUsedAt === null ? (
          t.neverUsed
        ) : (
          <>
            {t.lastUsed} <Time at={lastUsedAt} relative />
          </>
        )}
        {' · '}
        {t.madeAt(date(createdAt))}
        {' · '}
        {expiresAt === null ? t.endsNever : t.endsAt(dateTime(expiresAt))}
      </p>
    </div>
  )
}
