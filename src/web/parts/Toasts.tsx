import { texts } from '../language/texts.ts'
import { dismiss, hold, resume, toasts } from '../state/toasts.ts'
import { Button } from './Button.tsx'

/** The notices at the foot of the page, see `state/toasts.ts`. */
export function Toasts() {
  const { parts: t } = texts.value
  return (
    <section class="toasts" aria-label={t.notices}>
      <div role="status" aria-relevant="additions">
        {toasts.value.map((toast) => (
          <div
            key={toast.id}
            class="toast"
            data-tone={toast.tone}
            onPointerEnter={() => hold(toast)}
            onPointerLeave={() => resume(toast)}
            onFocusIn={() => hold(toast)}
            onFocusOut={() => resume(toast)}
          >
            <p>{toast.text}</p>
            {toast.action !== undefined && <Button onClick={() => dismiss(toast, true)}>{toast.action.label}</Button>}
            <Button look="quiet" onClick={() => dismiss(toast)} aria-label={`${t.dismiss}: ${toast.text}`}>
              <span aria-hidden="true">×</span>
            </Button>
          </div>
        ))}
      </div>
    </section>
  )
}
