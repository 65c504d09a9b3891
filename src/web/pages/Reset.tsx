import { useSignal } from '@preact/signals'
import { ask, Problem } from '../api.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { PasswordField, TextField } from '../parts/Field.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { Notice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../passwordRule.ts'
import { forgetFragment, useMailToken } from '../state/fragment.ts'
import { renewSession } from '../state/session.ts'

/** `/reset`: has a link sent; `/reset#token=…`, where that link leads: takes another password. */
export function Reset() {
  const token = useMailToken()
  return token.value === null ? <AskForLink /> : <ChooseAnother key={token.value} token={token.value} onExpired={() => (token.value = null)} />
}

function AskForLink() {
  const { reset: t } = texts.value
  const asked = useSignal<string | undefined>(undefined)
  const askForLink = useAction(async (given: Given) => {
    const email = given.text('email').trim()
    await ask('/v1/password-resets', { method: 'POST', json: { email } })
    asked.value = email
  })
  if (asked.value !== undefined) {
    return (
      <section class="narrow">
        <PageTitle takesFocus>{t.askedTitle}</PageTitle>
        <p>{t.asked(asked.value)}</p>
      </section>
    )
  }
  return (
    <section class="narrow">
      <PageTitle>{t.askTitle}</PageTitle>
      <p>{t.askIntro}</p>
      <Form action={askForLink} about={{ invalid_email: 'email' }}>
        {(errors) => (
          <>
            <TextField label={t.email} name="email" type="email" required maxLength={254} autocomplete="username" error={errors.email} />
            <Button type="submit" look="strong" busy={askForLink.busy.value}>
              {t.ask}
            </Button>
          </>
        )}
      </Form>
    </section>
  )
}

function ChooseAnother({ token, onExpired }: { token: string; onExpired: () => void }) {
  const { reset: t } = texts.value
  const done = useSignal(false)
  const choose = useAction(async (given: Given) => {
    await ask('/v1/password-resets/complete', { method: 'POST', json: { token, password: given.text('password') } })
    forgetFragment()
    done.value = true
    // Whoever was signed in here no longer is.
    await renewSession()
  })
  const problem = choose.problem.value
  const isExpired = problem instanceof Problem && problem.code === 'invalid_token'

  function another(): void {
    forgetFragment()
    onExpired()
  }

  if (done.value) {
    return (
      <section class="narrow">
        <PageTitle takesFocus>{t.title}</PageTitle>
        <Notice tone="good">{t.done}</Notice>
        <a class="button" data-look="strong" href="/sign-in">
          {t.signIn}
        </a>
      </section>
    )
  }
  return (
    <section class="narrow">
      <PageTitle>{t.title}</PageTitle>
      {isExpired && (
        <>
          <Notice tone="problem">{t.expired}</Notice>
          <Button onClick={another}>{t.another}</Button>
        </>
      )}
      {!isExpired && (
        <Form action={choose} about={{ weak_password: 'password' }}>
          {(errors) => (
            <>
              <PasswordField
                label={t.password}
                name="password"
                required
                minLength={MIN_PASSWORD_LENGTH}
                maxLength={MAX_PASSWORD_LENGTH}
                autocomplete="new-password"
                hint={t.hint(MIN_PASSWORD_LENGTH)}
                error={errors.password}
              />
              <Button type="submit" look="strong" busy={choose.busy.value}>
                {t.submit}
              </Button>
            </>
          )}
        </Form>
      )}
    </section>
  )
}
