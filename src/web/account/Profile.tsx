import type { Answer } from '../../client/requests.ts'
import { ask } from '../api.ts'
import { date } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { CopyButton } from '../parts/CopyButton.tsx'
import { TextField } from '../parts/Field.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { toast } from '../state/toasts.ts'

export type AccountResource = Answer<'GET /v1/account'>

/** Who one is here: name, address, and since when. */
export function Profile({ account, onChanged }: { account: AccountResource; onChanged: () => Promise<void> }) {
  const { account: t, plan } = texts.value
  const { accountId, name, email, emailConfirmed, createdAt } = account
  const save = useAction(async (given: Given) => {
    await ask('/v1/account', { method: 'PATCH', json: { name: given.text('name').trim() } })
    await onChanged()
    toast(t.saved)
  })
  return (
    <section class="sheet part">
      <h2>{t.profileTitle}</h2>
      <dl class="known">
        <dt>{t.email}</dt>
        <dd>
          {email ?? t.noEmail}{' '}
          {email !== null && (
            <span class="mark" data-tone={emailConfirmed ? 'good' : 'problem'}>
              {emailConfirmed ? t.confirmed : t.unconfirmed}
            </span>
          )}
        </dd>
        <dt>{t.plan}</dt>
        <dd>
          <a href="/account/plan">{plan.names[account.plan]}</a>
        </dd>
        <dt>{t.since}</dt>
        <dd>{date(createdAt)}</dd>
        <dt>{t.id}</dt>
        <dd class="with-button">
          <code>{accountId}</code>
          <CopyButton text={accountId} describes={t.id} />
        </dd>
      </dl>
      <Form action={save}>
        {(errors) => (
          <>
            <TextField label={t.name} name="name" maxLength={100} autocomplete="name" defaultValue={name} hint={t.nameHint} error={errors.name} />
            <Button type="submit" busy={save.busy.value}>
              {t.saveName}
            </Button>
          </>
        )}
      </Form>
    </section>
  )
}
