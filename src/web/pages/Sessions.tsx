import { useSignal } from '@preact/signals'
import type { Answer } from '../../client/requests.ts'
import { AccountPages } from '../account/AccountPages.tsx'
import { deviceOf } from '../account/device.ts'
import { ask, Problem } from '../api.ts'
import { dateTime } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { ConfirmDialog } from '../parts/Dialog.tsx'
import { useAction } from '../parts/Form.tsx'
import { ProblemNotice } from '../parts/Notice.tsx'
import { focusHeading, PageTitle } from '../parts/PageTitle.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { Time } from '../parts/Time.tsx'
import { useReading } from '../state/reading.ts'
import { toast } from '../state/toasts.ts'

type Session = Answer<'GET /v1/sessions'>['sessions'][number]

/** `/account/sessions`: where one is signed in. */
export function Sessions() {
  const { sessions: t } = texts.value
  const { value, problem, reload } = useReading<Answer<'GET /v1/sessions'>>('/v1/sessions')
  const asking = useSignal(false)
  const endOthers = useAction(async () => {
    await ask('/v1/sessions', { method: 'DELETE' })
    asking.value = false
    toast(t.othersEnded)
    await reload()
    focusHeading()
  })
  const sessions = value.value?.sessions.toSorted((a, b) => Number(b.current) - Number(a.current))
  return (
    <AccountPages>
      <PageTitle>{t.title}</PageTitle>
      <p>{t.intro}</p>
      <ProblemNotice problem={problem.value} />
      {sessions === undefined && problem.value === undefined && <Spinner said />}
      {sessions !== undefined && (
        <>
          <ul class="rows">
            {sessions.map((session) => (
              <Row key={session.id} session={session} onEnded={reload} />
            ))}
          </ul>
          {sessions.some(({ current }) => !current) && (
            <p>
              <Button look="danger" onClick={() => (asking.value = true)}>
                {t.endOthers}
              </Button>
            </p>
          )}
          <ConfirmDialog
            title={t.endOthers}
            open={asking.value}
            onClose={() => (asking.value = false)}
            confirm={t.endThem}
            danger
            busy={endOthers.busy.value}
            onConfirm={() => void endOthers.run()}
          >
            <p>{t.endOthersWarning}</p>
            <ProblemNotice problem={endOthers.problem.value} />
          </ConfirmDialog>
        </>
      )}
    </AccountPages>
  )
}

function Row({ session, onEnded }: { session: Session; onEnded: () => Promise<void> }) {
  const { sessions: t } = texts.value
  const { id, current, userAgent, apiKeyId, createdAt, lastSeenAt, expiresAt } = session
  const device = deviceOf(userAgent) ?? (userAgent === '' ? t.unknownDevice : userAgent)
  const end = useAction(async () => {
    await ask(`/v1/sessions/${id}`, { method: 'DELETE' }).catch((error: unknown) => {
      // It has ended by itself.
      if (!(error instanceof Problem && error.code === 'not_found')) throw error
    })
    toast(t.ended(device))
    await onEnded()
    focusHeading()
  })
  return (
    <li class="row">
      <div>
        <p class="row-title" title={userAgent}>
          {device}
          {current && (
            <span class="mark" data-tone="good">
              {t.current}
            </span>
          )}
        </p>
        <p class="quiet">
          {t.lastSeen} <Time at={lastSeenAt} relative /> · {t.since(dateTime(createdAt))} · {t.until(dateTime(expiresAt))}
          {apiKeyId !== null && ` · ${t.byKey}`}
        </p>
        <ProblemNotice problem={end.problem.value} />
      </div>
      {!current && (
        <Button busy={end.busy.value} aria-label={`${t.end}: ${device}`} onClick={() => void end.run()}>
          {t.end}
        </Button>
      )}
    </li>
  )
}
