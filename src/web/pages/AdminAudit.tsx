import { useLocation } from 'preact-iso'
import { AdminPages } from '../admin/AdminPages.tsx'
import { AuditList, type AuditEntry } from '../admin/AuditList.tsx'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { TextField } from '../parts/Field.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { More } from '../parts/More.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { useListing } from '../state/listing.ts'

/** `/admin/audit?account=…`: what was done to accounts, and by whom; of all, or of one. */
export function AdminAudit() {
  const { admin: t } = texts.value
  const { query, route } = useLocation()
  const account = query.account ?? ''
  const filter = account === '' ? '' : `?${new URLSearchParams({ accountId: account }).toString()}`
  const listing = useListing<AuditEntry>(`/v1/admin/audit-log${filter}`, 'entries')
  const { items } = listing
  const narrow = useAction(async (given: Given) => {
    const id = given.text('account').trim()
    route(id === '' ? '/admin/audit' : `/admin/audit?${new URLSearchParams({ account: id }).toString()}`)
  })
  return (
    <AdminPages>
      <PageTitle>{t.audit}</PageTitle>
      <p>{t.auditIntro}</p>
      <Form key={account} action={narrow}>
        {() => (
          <div class="search-fields">
            <TextField label={t.accountId} name="account" maxLength={36} autocomplete="off" spellcheck={false} defaultValue={account} />
            <Button type="submit">{t.show}</Button>
            {account !== '' && (
              <a class="button" href="/admin/audit">
                {t.showAll}
              </a>
            )}
          </div>
        )}
      </Form>
      {items.value !== undefined && <AuditList ofOne={account !== ''} entries={items.value} />}
      <More listing={listing} />
    </AdminPages>
  )
}
