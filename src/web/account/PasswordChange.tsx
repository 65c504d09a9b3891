import { useSignal } from '@preact/signals'
import { ask } from '../api.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { PasswordField } from '../parts/Field.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../passwordRule.ts'
import { toast } from '../state/toasts.ts'

/** Another password, by whoever knows the one before. Everybody else is signed out. */
export function PasswordChange({ email }: { email: string }) {
  const { account: t } = texts.value
  const changes = useSignal(0)
  const change = useAction(async (given: Given) => {
    await ask('/v1/account/password', {
      method: 'POST',
      json: { currentPassword: given.text('currentPassword'), password: given.text('password') }
    })
    // An empty form, in which neither password stands any longer.
    changes.value++
    toast(t.passwordChanged)
  })
  return (
    <section class="sheet part">
      <h2>{t.passwordTitle}</h2>
      <Form key={changes.value} action={change} about={{ wrong_password: 'currentPassword', weak_password: 'password' }}>
        {(errors) => (
          <>
            {/* So that password managers know whose it is. */}
            <input type="text" hidden readOnly autocomplete="username" value={email} />
            <PasswordField
              label={t.currentPassword}
              name="currentPassword"
              required
              maxLength={MAX_PASSWORD_LENGTH}
              autocomplete="current-password"
              error={errors.currentPassword}
            />
            <PasswordField
              label={t.newPassword}
              name="password"
              required
              minLength={MIN_PASSWORD_LENGTH}
              maxLength={MAX_PASSWORD_LENGTH}
              autocomplete="new-password"
              hint={t.newPasswordHint(MIN_PASSWORD_LENGTH)}
              error={errors.password}
            />
            <Button type="submit" busy={change.busy.value}>
              {t.changePassword}
            </Button>
          </>
        )}
      </Form>
    </section>
  )
}
