import { AccountPages } from '../account/AccountPages.tsx'
import { PasswordChange } from '../account/PasswordChange.tsx'
import { Profile, type AccountResource } from '../account/Profile.tsx'
import { Removal } from '../account/Removal.tsx'
import { Retention } from '../account/Retention.tsx'
import { texts } from '../language/texts.ts'
import { ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { useReading } from '../state/reading.ts'

/** `/account`: who one is here, the password, what is kept; and all that is held, to have it and to have it removed. */
export function Account() {
  const { account: t } = texts.value
  const { value, problem, reload } = useReading<AccountResource>('/v1/account')
  const account = value.value
  return (
    <AccountPages>
      <PageTitle>{t.title}</PageTitle>
      <ProblemNotice problem={problem.value} />
      {account === undefined && problem.value === undefined && <Spinner said />}
      {account !== undefined && (
        <>
          <Profile account={account} onChanged={reload} />
          {account.email !== null && <PasswordChange email={account.email} />}
          <Retention account={account} onChanged={reload} />
          <section class="sheet part">
            <h2>{t.exportTitle}</h2>
            <p>{t.exportIntro}</p>
            <a class="button" href="/v1/account/export" download="faketect-export.json">
              {t.export}
            </a>
          </section>
          <Removal account={account} />
        </>
      )}
    </AccountPages>
  )
}
