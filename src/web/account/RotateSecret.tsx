import { useSignal } from '@preact/signals'
import { ask } from '../api.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { ConfirmDialog } from '../parts/Dialog.tsx'
import { useAction } from '../parts/Form.tsx'
import { ProblemNotice } from '../parts/Notice.tsx'

/** Replaces the secret by which a receiver knows that a call is from here. @param props.path of whose secret it is */
export function RotateSecret({ path, describes, onSecret }: { path: string; describes: string; onSecret: (secret: string) => void }) {
  const { webhooks: t } = texts.value
  const asking = useSignal(false)
  const rotate = useAction(async () => {
    const { secret } = await ask<{ secret: string }>(`${path}/rotate-secret`, { method: 'POST' })
    asking.value = false
    onSecret(secret)
  })
  return (
    <>
      <Button aria-label={`${t.rotate}: ${describes}`} onClick={() => (asking.value = true)}>
        {t.rotate}
      </Button>
      <ConfirmDialog
        title={t.rotateTitle}
        open={asking.value}
        onClose={() => (asking.value = false)}
        confirm={t.rotateIt}
        busy={rotate.busy.value}
        onConfirm={() => void rotate.run()}
      >
        <p>{t.rotateWarning}</p>
        <ProblemNotice problem={rotate.problem.value} />
      </ConfirmDialog>
    </>
  )
}
