import { useSignal } from '@preact/signals'
import { ask, Problem } from '../api.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { PasswordField, TextField } from '../parts/Field.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { Notice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../passwordRule.ts'
import { session, signIn } from '../state/session.ts'

/** Makes an account, and signs in to it at once: that shows nothing of whether the address had one before. */
export function Register() {
  const { register: t } = texts.value
  const made = useSignal<{ email: string; signedIn: boolean } | undefined>(undefined)

  const register = useAction(async (given: Given) => {
    const email = given.text('email').trim()
    const password = given.text('password')
    await ask('/v1/accounts', { method: 'POST', json: { name: given.text('name').trim(), email, password } })
    const signedIn = await signIn({ email, password }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Problem) return false
        throw error
      }
    )
    made.value = { email, signedIn }
  })

  if (made.value !== undefined) return <Made {...made.value} />
  return (
    <section class="narrow">
      <PageTitle>{t.title}</PageTitle>
      <Form action={register} about={{ weak_password: 'password', invalid_email: 'email' }}>
        {(errors) => (
          <>
            <TextField label={t.email} name="email" type="email" required maxLength={254} autocomplete="username" error={errors.email} />
            <PasswordField
              label={t.password}
              name="password"
              required
              minLength={MIN_PASSWORD_LENGTH}
              maxLength={MAX_PASSWORD_LENGTH}
              autocomplete="new-password"
              hint={t.passwordHint(MIN_PASSWORD_LENGTH)}
              error={errors.password}
            />
            <TextField label={t.name} name="name" maxLength={100} autocomplete="name" hint={t.nameHint} error={errors.name} />
            <Button type="submit" look="strong" busy={register.busy.value}>
              {t.submit}
            </Button>
          </>
        )}
      </Form>
      {!session.value && (
        <p>
          {t.haveOne} <a href="/sign-in">{t.signIn}</a>
        </p>
      )}
    </section>
  )
}

function Made({ email, signedIn }: { email: string; signedIn: boolean }) {
  const { register: t } = texts.value
  return (
    <section class="narrow">
      <PageTitle takesFocus>{t.doneTitle}</PageTitle>
      <p>{t.done(email)}</p>
      {signedIn ? (
        <>
          <p>{t.meanwhile}</p>
          <a class="button" data-look="strong" href="/">
            {t.begin}
          </a>
        </>
      ) : (
        <>
          <Notice>{t.signInFailed}</Notice>
          <a class="button" href="/sign-in">
            {t.signIn}
          </a>
        </>
      )}
    </section>
  )
}
