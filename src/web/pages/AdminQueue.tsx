import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { AdminPages } from '../admin/AdminPages.tsx'
import { QueueFigures, type Queue } from '../admin/QueueFigures.tsx'
import { number } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { Notice, ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { useReading } from '../state/reading.ts'

/** Events tell of one's own analyses alone: how everybody's stand has to be asked for. */
const EVERY_MS = 3_000

/** `/admin/queue`: what waits, what is worked on, and for how long the oldest has waited. */
export function AdminQueue() {
  const { admin: t } = texts.value
  const { value, problem, reload } = useReading<Queue>('/v1/admin/queue')
  const follows = useSignal(true)
  useEffect(() => {
    if (!follows.value) return undefined
    const timer = setInterval(() => document.hidden || void reload(), EVERY_MS)
    return () => clearInterval(timer)
  }, [follows.value])
  const queue = value.value
  return (
    <AdminPages>
      <PageTitle>{t.queue}</PageTitle>
      <p class="buttons">
        <label class="one-tick">
          <input type="checkbox" checked={follows.value} onChange={({ currentTarget }) => (follows.value = currentTarget.checked)} />
          {t.follow(EVERY_MS / 1_000)}
        </label>
        {!follows.value && <Button onClick={() => void reload()}>{t.refresh}</Button>}
      </p>
      <ProblemNotice problem={problem.value} />
      {queue === undefined && problem.value === undefined && <Spinner said />}
      {queue !== undefined && (
        <>
          <section class="part">
            <h2>{t.analyses}</h2>
            <QueueFigures queue={queue} />
          </section>
          <section class="part">
            <h2>{t.jobs}</h2>
            {queue.jobs === null ? <Notice tone="problem">{t.redisAway}</Notice> : <Jobs jobs={queue.jobs} />}
          </section>
        </>
      )}
    </AdminPages>
  )
}

function Jobs({ jobs }: { jobs: Record<string, number> }) {
  const { admin: t } = texts.value
  return (
    <dl class="figures">
      {Object.entries(jobs).map(([state, count]) => (
        <div key={state}>
          <dt>{t.jobStates[state as keyof typeof t.jobStates] ?? state}</dt>
          <dd>{number(count)}</dd>
        </div>
      ))}
    </dl>
  )
}
