import { useSignal } from '@preact/signals'
import { ask, Problem } from '../api.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { useAction } from '../parts/Form.tsx'
import { Notice, ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { forgetFragment, useMailToken } from '../state/fragment.ts'
import { renewSession, session } from '../state/session.ts'

/** `/confirm#token=…`: where the link in the first mail leads. */
export function Confirm() {
  const { confirm: t } = texts.value
  const done = useSignal(false)
  const token = useMailToken().value

  const confirm = useAction(async () => {
    await ask('/v1/account/confirm-email', { method: 'POST', json: { token } })
    forgetFragment()
    done.value = true
    await renewSession()
  })
  const problem = confirm.problem.value

  if (done.value) {
    return (
      <section class="narrow">
        <PageTitle takesFocus>{t.title}</PageTitle>
        <Notice tone="good">{t.done}</Notice>
        <a class="button" data-look="strong" href="/">
          {t.goOn}
        </a>
      </section>
    )
  }
  return (
    <section class="narrow">
      <PageTitle>{t.title}</PageTitle>
      {token === null && <Notice>{t.noToken}</Notice>}
      {token !== null && (
        <>
          <p>{t.opened}</p>
          <Button look="strong" busy={confirm.busy.value} onClick={() => void confirm.run()}>
            {t.submit}
          </Button>
        </>
      )}
      {problem instanceof Problem && problem.code === 'invalid_token' ? <Expired /> : <ProblemNotice problem={problem} />}
    </section>
  )
}

/** Of a link that has been used or is too old: whoever is signed in can have another one sent, right here. */
function Expired() {
  const { confirm: t, layout } = texts.value
  const sent = useSignal(false)
  const send = useAction(async () => {
    await ask('/v1/account/confirmation', { method: 'POST' })
    sent.value = true
  })
  return (
    <>
      <Notice tone="problem">{t.expired}</Notice>
      {!session.value && (
        <a class="button" href="/sign-in">
          {layout.signIn}
        </a>
      )}
      {session.value && !sent.value && (
        <Button busy={send.busy.value} onClick={() => void send.run()}>
          {t.another}
        </Button>
      )}
      {sent.value && <Notice tone="good">{t.sent}</Notice>}
      <ProblemNotice problem={send.problem.value} />
    </>
  )
}
