import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Analysis } from '../../client/openapi.ts'
import { ask } from '../api.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { useAction } from '../parts/Form.tsx'
import { ProblemNotice } from '../parts/Notice.tsx'
import { Progress } from '../parts/Progress.tsx'
import { Time } from '../parts/Time.tsx'
import { DeleteButton, Download } from './Actions.tsx'

/** An analysis that has not ended: where it is, and how to stop it. @param props.onChange loads it anew */
export function Pending({ analysis, onChange }: { analysis: Analysis; onChange: () => Promise<void> }) {
  const { result: t } = texts.value
  const { state, links, createdAt } = analysis
  const before = useFilesBefore(analysis)
  const cancel = useAction(async () => {
    await ask(`${links.self}/cancel`, { method: 'POST' })
    await onChange()
  })
  if (state === 'completed' || state === 'failed' || state === 'cancelled') return null
  return (
    <section class="pending sheet">
      <Progress label={t.states[state]} share={undefined} />
      <p>{t.explained[state]}</p>
      {before !== undefined && <p>{t.before(before)}</p>}
      <p class="quiet">
        {t.since} <Time at={createdAt} />
      </p>
      <p class="buttons">
        <Button busy={cancel.busy.value} onClick={() => void cancel.run()}>
          {t.cancel}
        </Button>
      </p>
      <ProblemNotice problem={cancel.problem.value} />
    </section>
  )
}

/** How many of one's own files came before one that waits; undefined when it does not wait, or nobody knows. */
function useFilesBefore({ state, createdAt }: Analysis): number | undefined {
  const before = useSignal<number | undefined>(undefined)
  useEffect(() => {
    const left = new AbortController()
    before.value = undefined
    if (state === 'queued') {
      ask<{ analyses: Analysis[] }>(`/v1/analyses?state=queued&limit=100&to=${encodeURIComponent(createdAt)}`, { signal: left.signal })
        .then(({ analyses }) => (before.value = analyses.filter((other) => other.createdAt < createdAt).length))
        .catch(() => undefined) // It is only said where it is known.
    }
    return () => left.abort()
  }, [state])
  return before.value
}

/** An analysis that ended without a verdict: why, and what can be done. */
export function WithoutVerdict({ analysis }: { analysis: Analysis }) {
  const { result: t } = texts.value
  const { state, failure, purgedAt } = analysis
  return (
    <section class="pending sheet">
      <p class="lead">{state === 'cancelled' ? t.wasCancelled : (failure?.detail ?? t.noReason)}</p>
      <p>{state === 'cancelled' ? t.cancelledNext : isOfTheFile(failure?.code) ? t.failedFileNext : t.failedNext}</p>
      <p class="buttons">
        <a class="button" data-look="strong" href="/">
          {t.sendAgain}
        </a>
        {purgedAt === null && <Download analysis={analysis} />}
        <DeleteButton analysis={analysis} />
      </p>
    </section>
  )
}

/** Another attempt at the same file would end in the same way. */
const isOfTheFile = (code: string | undefined) => code === 'undecodable_file' || code === 'too_many_pixels'
