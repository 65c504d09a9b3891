import type { Answer } from '../../client/requests.ts'
import { Problem } from '../api.ts'
import { dateTime, number } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { EmptyState } from '../parts/EmptyState.tsx'
import { ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { Progress } from '../parts/Progress.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { useReading } from '../state/reading.ts'
import { AccountChanges } from './AccountChanges.tsx'
import { AuditList, type AuditEntry } from './AuditList.tsx'

export type AccountDetail = Answer<'GET /v1/admin/accounts/{id}'>

const SHOWN = 10

/** One account: what it uses, what was done to it, and what an admin may do. */
export function AccountView({ id }: { id: string }) {
  const { admin: t } = texts.value
  const { value, problem, reload } = useReading<AccountDetail>(`/v1/admin/accounts/${encodeURIComponent(id)}`)
  const account = value.value
  const isGone = problem.value instanceof Problem && problem.value.code === 'not_found'
  return (
    <>
      <p>
        <a href="/admin/accounts">← {t.toAccounts}</a>
      </p>
      <PageTitle takesFocus>{account?.email ?? (account?.name || t.account)}</PageTitle>
      {isGone ? (
        <EmptyState title={t.goneAccount}>
          <p>
            <a href={`/admin/audit?account=${id}`}>{t.history}</a>
          </p>
        </EmptyState>
      ) : (
        <ProblemNotice problem={problem.value} />
      )}
      {account === undefined && problem.value === undefined && <Spinner said />}
      {account !== undefined && <Known account={account} onChanged={reload} />}
    </>
  )
}

function Known({ account, onChanged }: { account: AccountDetail; onChanged: () => Promise<void> }) {
  const { admin: t, plan } = texts.value
  const log = useReading<{ entries: AuditEntry[] }>(`/v1/admin/audit-log?accountId=${account.id}&limit=${SHOWN}`)
  const { usage, suspendedAt, planGranted, emailConfirmedAt } = account
  return (
    <>
      <section class="sheet part">
        <dl class="known">
          <dt>{t.accountId}</dt>
          <dd>
            <code>{account.id}</code>
          </dd>
          <dt>{t.state}</dt>
          <dd>
            <span class="mark" data-tone={suspendedAt === null ? 'good' : 'problem'}>
              {suspendedAt === null ? t.active : t.suspendedSince(dateTime(suspendedAt))}
            </span>
          </dd>
          {account.email !== null && (
            <>
              <dt>{t.email}</dt>
              <dd>
                {account.email} <span class="quiet">{emailConfirmedAt === null ? t.unconfirmed : t.confirmedAt(dateTime(emailConfirmedAt))}</span>
              </dd>
            </>
          )}
          <dt>{t.role}</dt>
          <dd>{t.roles[account.role]}</dd>
          <dt>{t.plan}</dt>
          <dd>
            {plan.names[account.plan]}{' '}
            <span class="quiet">
              {t.planSince(dateTime(account.planSince))}
              {planGranted !== null && ` · ${t.granted(plan.names[planGranted])}`}
            </span>
          </dd>
          <dt>{t.retention}</dt>
          <dd>{t.retentions[account.retention]}</dd>
          <dt>{t.created}</dt>
          <dd>{dateTime(account.createdAt)}</dd>
          <dt>{t.inUse}</dt>
          <dd>{t.uses(account.sessions, account.apiKeys, account.filesInFlight)}</dd>
          {account.stripeCustomerId !== null && (
            <>
              <dt>{t.customer}</dt>
              <dd>
                <code>{account.stripeCustomerId}</code>
              </dd>
            </>
          )}
        </dl>
        <Progress
          label={plan.limits['analyses-per-month']}
          share={Math.min(1, usage.used / usage.limit)}
          value={plan.of(number(usage.used), number(usage.limit))}
        />
      </section>
      <AccountChanges
        account={account}
        onChanged={async () => {
          await onChanged()
          await log.reload()
        }}
      />
      <section class="part">
        <h2>
          <a href={`/admin/audit?account=${account.id}`}>{t.history}</a>
        </h2>
        <ProblemNotice problem={log.problem.value} />
        {log.value.value !== undefined && <AuditList ofOne entries={log.value.value.entries} />}
      </section>
    </>
  )
}
