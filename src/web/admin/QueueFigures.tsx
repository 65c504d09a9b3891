import type { Answer } from '../../client/requests.ts'
import { duration, number } from '../language/format.ts'
import { texts } from '../language/texts.ts'

export type Queue = Answer<'GET /v1/admin/queue'>

/** How the work stands: what the database says of analyses, in a figure each. */
export function QueueFigures({ queue: { analyses, oldestQueuedSeconds } }: { queue: Queue }) {
  const { admin: t } = texts.value
  return (
    <dl class="figures">
      {(['queued', 'processing', 'uploading'] as const).map((state) => (
        <div key={state}>
          <dt>{t.open[state]}</dt>
          <dd>{number(analyses[state])}</dd>
        </div>
      ))}
      <div>
        <dt>{t.oldest}</dt>
        <dd>{oldestQueuedSeconds === null ? t.nobodyWaits : duration(oldestQueuedSeconds)}</dd>
      </div>
    </dl>
  )
}
