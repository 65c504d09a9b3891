import { useLocation } from 'preact-iso'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Problem } from '../api.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { PasswordField, TextField } from '../parts/Field.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { Notice, ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { Tabs } from '../parts/Tabs.tsx'
import { forgetFragment, fromFragment } from '../state/fragment.ts'
import { session, signIn } from '../state/session.ts'

/** The service of one's own machine prints a link with its key behind the #, which no server is told. */
const isOwnMachine = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname)

/** `/sign-in?to=/history`: with a password, or with an API key. */
export function SignIn() {
  const { signIn: t } = texts.value
  const { query, route } = useLocation()
  const way = useSignal<'password' | 'key'>(isOwnMachine ? 'key' : 'password')

  const byPassword = useAction(async (given: Given) => orSayWhy(signIn({ email: given.text('email').trim(), password: given.text('password') })))
  const byKey = useAction(async (given: Given) => enter(given.text('key')))
  const byLink = useAction(async (key: string) => enter(key))
  const enter = (key: string) => orSayWhy(signIn({ key: key.trim() }))

  // Only there: on any other host somebody could send a link by which others sign in to the sender's account, and have
  // them upload their files to it.
  useEffect(() => {
    const look = () => {
      const key = fromFragment('key')
      if (key === null) return
      forgetFragment()
      if (isOwnMachine) void byLink.run(key)
    }
    look()
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])

  // Whichever way it came about, in another tab too.
  const signedIn = Boolean(session.value)
  useEffect(() => {
    if (signedIn) route(ownPath(query.to), true)
  }, [signedIn])
  if (signedIn) return <Spinner said />

  return (
    <section class="narrow">
      <PageTitle>{t.title}</PageTitle>
      {query.to !== undefined && <Notice>{t.ended}</Notice>}
      <ProblemNotice problem={byLink.problem.value} />
      <Tabs
        label={t.ways}
        tabs={[
          { name: 'password', label: t.byPassword },
          { name: 'key', label: t.byKey }
        ]}
        chosen={way.value}
        onChoose={(name) => (way.value = name)}
      >
        {way.value === 'password' ? (
          <Form key="password" action={byPassword}>
            {(errors) => (
              <>
                <TextField label={t.email} name="email" type="email" required maxLength={254} autocomplete="username" error={errors.email} />
                <PasswordField label={t.password} name="password" required maxLength={256} autocomplete="current-password" error={errors.password} />
                <Button type="submit" look="strong" busy={byPassword.busy.value}>
                  {t.submit}
                </Button>
                <p>
                  <a href="/reset">{t.forgotten}</a>
                </p>
              </>
            )}
          </Form>
        ) : (
          <Form key="key" action={byKey}>
            {(errors) => (
              <>
                <PasswordField
                  label={t.key}
                  name="key"
                  required
                  maxLength={200}
                  autocomplete="off"
                  hint={isOwnMachine ? `${t.keyHint} ${t.localHint}` : t.keyHint}
                  error={errors.key}
                />
                <Button type="submit" look="strong" busy={byKey.busy.value}>
                  {t.submit}
                </Button>
              </>
            )}
          </Form>
        )}
      </Tabs>
      <p>
        {t.noAccount} <a href="/register">{t.register}</a>
      </p>
    </section>
  )
}

/** Of a wrong password the answer's title says only that one is needed. */
async function orSayWhy(signingIn: Promise<void>): Promise<void> {
  await signingIn.catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'unauthorized' && error.detail !== undefined) throw new Error(error.detail, { cause: error })
    throw error
  })
}

/** Where to go on; never to another site, whatever a link says. */
export function ownPath(to: string | undefined): string {
  const url = URL.canParse(to ?? '/', location.origin) ? new URL(to ?? '/', location.origin) : undefined
  return url?.origin === location.origin ? url.pathname + url.search : '/'
}
