import type { Answer } from '../../client/requests.ts'
import { bytes } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { EmptyState } from '../parts/EmptyState.tsx'
import { Time } from '../parts/Time.tsx'
import { AccountLink } from './AccountLink.tsx'

export type Failure = Answer<'GET /v1/admin/failures'>['failures'][number]

/** Failed analyses: why, of what kind, after how many attempts, and whose; nothing by which a file could be known. */
export function FailureList({ failures }: { failures: Failure[] }) {
  const { admin: t } = texts.value
  if (failures.length === 0) return <EmptyState title={t.noFailures} />
  return (
    <ul class="rows">
      {failures.map(({ id, accountId, kind, mediaType, sizeBytes, attempt, failureCode, createdAt, endedAt }) => (
        <li key={id} class="row">
          <div>
            <p class="row-title">
              <code>{failureCode ?? t.noCode}</code>
              <span class="quiet">
                <Time at={endedAt ?? createdAt} relative />
              </span>
            </p>
            <p>
              {t.kinds[kind]} · {mediaType}
              {sizeBytes !== null && ` · ${bytes(sizeBytes)}`} · {t.attempts(attempt)}
            </p>
            <p class="quiet">
              {t.analysis} <code>{id}</code> · {t.account} <AccountLink id={accountId} />
            </p>
          </div>
        </li>
      ))}
    </ul>
  )
}
