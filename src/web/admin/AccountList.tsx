import { useLocation } from 'preact-iso'
import type { Answer } from '../../client/requests.ts'
import { date } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { EmptyState } from '../parts/EmptyState.tsx'
import { Field, TextField } from '../parts/Field.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { More } from '../parts/More.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { useListing } from '../state/listing.ts'

type Account = Answer<'GET /v1/admin/accounts'>['accounts'][number]

export const planNames = ['FREE', 'PRO', 'PREMIUM'] as const satisfies Array<Account['plan']>
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** Accounts, newest first, found by a part of the address or by the id, by plan, and by whether they are suspended. */
export function AccountList() {
  const { admin: t, plan } = texts.value
  const { query, route } = useLocation()
  const { email = '', plan: ofPlan = '', suspended = '' } = query
  const filters = Object.entries({ [uuid.test(email) ? 'id' : 'email']: email, plan: ofPlan, suspended }).filter(([, value]) => value !== '')
  const listing = useListing<Account>(`/v1/admin/accounts?${new URLSearchParams(filters).toString()}`, 'accounts')
  const { items } = listing
  const find = useAction(async (given: Given) => {
    const wanted = ['email', 'plan', 'suspended'].map((name): [string, string] => [name, given.text(name).trim()]).filter(([, value]) => value !== '')
    route(`/admin/accounts?${new URLSearchParams(wanted).toString()}`)
  })
  return (
    <>
      <PageTitle>{t.accounts}</PageTitle>
      <Form action={find}>
        {() => (
          <div class="search-fields">
            <TextField label={t.search} name="email" maxLength={320} autocomplete="off" spellcheck={false} defaultValue={email} />
            <Field label={t.plan}>
              {(control) => (
                <select {...control} name="plan">
                  <option value="">{t.any}</option>
                  {planNames.map((name) => (
                    <option key={name} value={name} selected={name === ofPlan}>
                      {plan.names[name]}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <Field label={t.state}>
              {(control) => (
                <select {...control} name="suspended">
                  <option value="">{t.any}</option>
                  <option value="true" selected={suspended === 'true'}>
                    {t.suspended}
                  </option>
                  <option value="false" selected={suspended === 'false'}>
                    {t.active}
                  </option>
                </select>
              )}
            </Field>
            <Button type="submit" look="strong">
              {t.find}
            </Button>
          </div>
        )}
      </Form>
      {items.value?.length === 0 && <EmptyState title={t.noAccounts} />}
      {items.value !== undefined && items.value.length > 0 && (
        <ul class="rows">
          {items.value.map(({ id, email, name, role, plan: has, suspendedAt, createdAt }) => (
            <li key={id} class="row">
              <div>
                <p class="row-title">
                  <a href={`/admin/accounts?account=${id}`}>{email ?? (name === '' ? id : name)}</a>
                  {role === 'admin' && <span class="mark">{t.roles.admin}</span>}
                  {suspendedAt !== null && (
                    <span class="mark" data-tone="problem">
                      {t.suspended}
                    </span>
                  )}
                </p>
                <p class="quiet">
                  {plan.names[has]} · {t.madeAt(date(createdAt))} · <code>{id}</code>
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
      <More listing={listing} />
    </>
  )
}
