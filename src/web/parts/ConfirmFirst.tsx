import { ask } from '../api.ts'
import { texts } from '../language/texts.ts'
import { toast } from '../state/toasts.ts'
import { Button } from './Button.tsx'
import { useAction } from './Form.tsx'
import { Notice, ProblemNotice } from './Notice.tsx'

/** Reminds of the mail with the link, until the address is confirmed. */
export function ConfirmFirst() {
  const { layout: t } = texts.value
  const send = useAction(async () => {
    await ask('/v1/account/confirmation', { method: 'POST' })
    toast(t.sentAgain)
  })
  return (
    <Notice>
      <p>{t.confirmFirst}</p>
      <Button busy={send.busy.value} onClick={() => void send.run()}>
        {t.sendAgain}
      </Button>
      <ProblemNotice problem={send.problem.value} />
    </Notice>
  )
}
