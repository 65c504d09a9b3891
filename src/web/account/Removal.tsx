import { useLocation } from 'preact-iso'
import { useSignal } from '@preact/signals'
import type { localAccountId } from '../../accounts/localAccount.ts'
import { ask } from '../api.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { PasswordField, TextField } from '../parts/Field.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { MAX_PASSWORD_LENGTH } from '../passwordRule.ts'
import { renewSession } from '../state/session.ts'
import { toast } from '../state/toasts.ts'
import type { AccountResource } from './Profile.tsx'

const localId = '00000000-0000-7000-8000-000000000001' satisfies typeof localAccountId

/** The end of an account with everything in it: with the password given again or, where there is none, its id. */
export function Removal({ account: { accountId, email } }: { account: AccountResource }) {
  const { account: t, parts } = texts.value
  const { route } = useLocation()
  const open = useSignal(false)
  const remove = useAction(async (given: Given) => {
    const json = email === null ? { confirm: given.text('confirm').trim() } : { password: given.text('password') }
    await ask('/v1/account', { method: 'DELETE', json })
    open.value = false
    route('/')
    await renewSession()
    toast(t.removed)
  })
  if (accountId === localId) return null
  return (
    <section class="sheet part">
      <h2>{t.removeTitle}</h2>
      <p>{t.removeIntro}</p>
      <Button look="danger" onClick={() => (open.value = true)}>
        {t.remove}
      </Button>
      <Dialog title={t.removeTitle} open={open.value} onClose={() => (open.value = false)}>
        <p>{t.removeWarning}</p>
        <Form action={remove} about={{ wrong_password: 'password', confirmation_needed: 'confirm' }}>
          {(errors) => (
            <>
              {email === null ? (
                <TextField label={t.confirmById} name="confirm" required maxLength={36} autocomplete="off" hint={accountId} error={errors.confirm} />
              ) : (
                <PasswordField
                  label={t.currentPassword}
                  name="password"
                  required
                  maxLength={MAX_PASSWORD_LENGTH}
                  autocomplete="current-password"
                  error={errors.password}
                />
              )}
              <p class="buttons">
                <Button onClick={() => (open.value = false)}>{parts.cancel}</Button>
                <Button type="submit" look="danger" busy={remove.busy.value}>
                  {t.removeForGood}
                </Button>
              </p>
            </>
          )}
        </Form>
      </Dialog>
    </section>
  )
}
