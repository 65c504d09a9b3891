import { AdminPages } from '../admin/AdminPages.tsx'
import { AuditList, type AuditEntry } from '../admin/AuditList.tsx'
import { FailureList, type Failure } from '../admin/FailureList.tsx'
import { QueueFigures, type Queue } from '../admin/QueueFigures.tsx'
import { texts } from '../language/texts.ts'
import { ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { useReading } from '../state/reading.ts'

const SHOWN = 5

/** `/admin`: how the service is, at a glance. */
export function Admin() {
  const { admin: t, layout } = texts.value
  const queue = useReading<Queue>('/v1/admin/queue')
  const failures = useReading<{ failures: Failure[] }>(`/v1/admin/failures?limit=${SHOWN}`)
  const entries = useReading<{ entries: AuditEntry[] }>(`/v1/admin/audit-log?limit=${SHOWN}`)
  const isReading = [queue, failures, entries].some(({ value, problem }) => value.value === undefined && problem.value === undefined)
  return (
    <AdminPages>
      <PageTitle>{layout.admin}</PageTitle>
      {isReading && <Spinner said />}
      <section class="part">
        <h2>
          <a href="/admin/queue">{t.queue}</a>
        </h2>
        <ProblemNotice problem={queue.problem.value} />
        {queue.value.value !== undefined && <QueueFigures queue={queue.value.value} />}
      </section>
      <section class="part">
        <h2>
          <a href="/admin/failures">{t.lastFailures}</a>
        </h2>
        <ProblemNotice problem={failures.problem.value} />
        {failures.value.value !== undefined && <FailureList failures={failures.value.value.failures} />}
      </section>
      <section class="part">
        <h2>
          <a href="/admin/audit">{t.lastEntries}</a>
        </h2>
        <ProblemNotice problem={entries.problem.value} />
        {entries.value.value !== undefined && <AuditList entries={entries.value.value.entries} />}
      </section>
    </AdminPages>
  )
}
