import type { Answer } from '../../client/requests.ts'
import { texts } from '../language/texts.ts'
import { EmptyState } from '../parts/EmptyState.tsx'
import { Time } from '../parts/Time.tsx'
import { AccountLink } from './AccountLink.tsx'

export type AuditEntry = Answer<'GET /v1/admin/audit-log'>['entries'][number]

/** What was done, by whom, to which account. @param props.ofOne of one account alone, which need not be named again */
export function AuditList({ entries, ofOne = false }: { entries: AuditEntry[]; ofOne?: boolean }) {
  const { admin: t } = texts.value
  if (entries.length === 0) return <EmptyState title={t.noEntries} />
  return (
    <ul class="rows">
      {entries.map(({ id, at, action, actorId, accountId, detail }) => (
        <li key={id} class="row">
          <div>
            <p class="row-title">
              {t.actions[action as keyof typeof t.actions] ?? action}
              <span class="quiet">
                <Time at={at} />
              </span>
            </p>
            <Detail detail={detail} />
            <p class="quiet">
              {accountId !== null && !ofOne && (
                <>
                  {t.account} <AccountLink id={accountId} /> ·{' '}
                </>
              )}
              {t.by} {actorId === null ? t.byMachine : actorId === accountId ? t.byItself : <AccountLink id={actorId} />}
            </p>
          </div>
        </li>
      ))}
    </ul>
  )
}

function Detail({ detail }: Pick<AuditEntry, 'detail'>) {
  const { admin: t } = texts.value
  const order = Object.keys(t.details)
  const known = Object.entries(detail).toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
  if (known.length === 0) return null
  return (
    <p>
      {known.map(([name, value]) => (
        <span key={name} class="detail">
          <span class="quiet">{t.details[name as keyof typeof t.details] ?? name}</span> {typeof value === 'string' ? value : JSON.stringify(value)}
        </span>
      ))}
    </p>
  )
}
