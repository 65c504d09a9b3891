import { useSignal } from '@preact/signals'
import { texts } from '../language/texts.ts'
import { Deliveries } from './Deliveries.tsx'
import { RotateSecret } from './RotateSecret.tsx'

/** The addresses that requests bring along: their common secret, and what was sent to them. */
export function Callbacks({ onSecret }: { onSecret: (secret: string) => void }) {
  const { webhooks: t } = texts.value
  const listed = useSignal(false)
  return (
    <section class="sheet part">
      <h2>{t.callbacks}</h2>
      <p>{t.callbacksIntro}</p>
      <p class="buttons">
        <RotateSecret path="/v1/webhooks/callbacks" describes={t.callbacks} onSecret={onSecret} />
      </p>
      <Deliveries path="/v1/webhooks/callbacks/deliveries" describes={t.callbacks} listed={listed} sent={0} canResend />
    </section>
  )
}
