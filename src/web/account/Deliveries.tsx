import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useId } from 'preact/hooks'
import type { WebhookDelivery } from '../../client/openapi.ts'
import { ask } from '../api.ts'
import { dateTime, duration } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { useAction } from '../parts/Form.tsx'
import { More } from '../parts/More.tsx'
import { ProblemNotice } from '../parts/Notice.tsx'
import { Time } from '../parts/Time.tsx'
import { useListing } from '../state/listing.ts'
import { useLiveReload } from '../state/reading.ts'

type Delivery = WebhookDelivery

interface Props {
  path: string
  /** Whose deliveries they are, for those who hear the button alone. */
  describes: string
  listed: Signal<boolean>
  /** Grows when something was sent by hand: then the list looks again. */
  sent: number
  canResend: boolean
  /** Something has got through that was not known to. */
  onDelivered?: () => void
}

/** What was sent, behind a button: what became of it, attempt by attempt, and sending it again. */
export function Deliveries({ listed, describes, ...props }: Props) {
  const { webhooks: t } = texts.value
  const id = useId()
  return (
    <div>
      <button
        type="button"
        data-look="quiet"
        aria-expanded={listed.value}
        aria-controls={id}
        aria-label={`${t.deliveries}: ${describes}`}
        onClick={() => (listed.value = !listed.value)}
      >
        <span class="turns" aria-hidden="true">
          ›
        </span>
        {t.deliveries}
      </button>
      <div id={id} hidden={!listed.value}>
        {listed.value && <DeliveryList {...props} />}
      </div>
    </div>
  )
}

/** How often, and how many times, the list looks whether an attempt has ended: a receiver may take 15 seconds. */
const LOOK_MS = 1_000
const LOOKS = 20

function DeliveryList({ path, sent, canResend, onDelivered }: Omit<Props, 'listed' | 'describes'>) {
  const { webhooks: t } = texts.value
  const listing = useListing<Delivery>(`${path}?limit=10`, 'deliveries')
  const { items, refresh } = listing
  const resent = useSignal(0)
  useLiveReload(() => void refresh())
  const lastDelivered = items.value?.find(({ state }) => state === 'delivered')?.endedAt
  useEffect(() => {
    if (lastDelivered !== undefined) onDelivered?.()
  }, [lastDelivered])
  useFollow(items.value?.some(isDue) ?? false, sent + resent.value, refresh)
  return (
    <>
      {items.value?.length === 0 && <p class="quiet">{t.noDeliveries}</p>}
      <ul class="deliveries">
        {items.value?.map((delivery) => (
          <Row key={delivery.id} delivery={delivery} path={path} canResend={canResend} onResent={() => resent.value++} />
        ))}
      </ul>
      <More listing={listing} />
    </>
  )
}

const isDue = ({ nextAttemptAt }: Delivery): boolean => nextAttemptAt !== null && Date.parse(nextAttemptAt) <= Date.now() + LOOK_MS

/** Looks when something was sent by hand, and while an attempt is due or goes on: no event tells of its end. */
function useFollow(someDue: boolean, sent: number, refresh: () => Promise<void>): void {
  useEffect(() => {
    if (sent > 0) void refresh()
  }, [sent])
  useEffect(() => {
    if (!someDue) return undefined
    let looks = 0
    const timer = setInterval(() => {
      if (++looks >= LOOKS) clearInterval(timer)
      void refresh()
    }, LOOK_MS)
    return () => clearInterval(timer)
  }, [sent, someDue])
}

function Row(props: { delivery: Delivery; path: string; canResend: boolean; onResent: () => void }) {
  const { webhooks: t } = texts.value
  const { delivery, path, canResend, onResent } = props
  const { id, type, url, state, createdAt, nextAttemptAt, attempts, body } = delivery
  const resend = useAction(async () => {
    await ask(`${path}/${id}/resend`, { method: 'POST' })
    onResent()
  })
  const tone = state === 'delivered' ? 'good' : state === 'failed' ? 'problem' : undefined
  return (
    <li class="row">
      <div>
        <p>
          <span class="mark" data-tone={tone}>
            {t.states[state]}
          </span>{' '}
          <code>{type}</code> · <Time at={createdAt} relative />
        </p>
        {url !== null && <p class="quiet">{url}</p>}
        {nextAttemptAt !== null && attempts.length > 0 && <p class="quiet">{t.nextAttempt(dateTime(nextAttemptAt))}</p>}
        <details>
          <summary>{t.details(attempts.length)}</summary>
          <ol class="attempts">
            {attempts.map((attempt) => (
              <li key={attempt.attempt}>
                {outcome(attempt)} <span class="quiet">· {dateTime(attempt.startedAt)}</span>
                {attempt.answer !== null && attempt.answer !== '' && <pre>{attempt.answer}</pre>}
              </li>
            ))}
          </ol>
          <p class="quiet">{t.sentBody}</p>
          <pre>{body}</pre>
        </details>
        <ProblemNotice problem={resend.problem.value} />
      </div>
      {canResend && (
        <Button busy={resend.busy.value} aria-label={`${t.resend}: ${type}, ${dateTime(createdAt)}`} onClick={() => void resend.run()}>
          {t.resend}
        </Button>
      )}
    </li>
  )

  function outcome({ status, error, durationMs }: Delivery['attempts'][number]): string {
    if (durationMs === null) return t.underWay
    const took = duration(durationMs / 1_000)
    if (error === null) return t.succeeded(status ?? 200, took)
    return `${t.errors[error as keyof typeof t.errors] ?? error}${status === null ? '' : ` (${status})`} · ${took}`
  }
}
