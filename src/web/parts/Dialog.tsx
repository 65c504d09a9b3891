import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { Button } from './Button.tsx'
import { texts } from '../language/texts.ts'

interface DialogProps {
  title: string
  open: boolean
  /** Called when it is closed, by Escape too. The browser gives the focus back to where it was. */
  onClose: () => void
  children: ComponentChildren
}

/** A question or a form that comes first, before everything else on the page. */
export function Dialog({ title, open, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => {
    if (open && dialog.current?.open === false) dialog.current.showModal()
    else if (!open) dialog.current?.close()
  }, [open])
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      {open && (
        <>
          <h2 id={id}>{title}</h2>
          {children}
          <button type="button" class="dialog-close" data-look="quiet" aria-label={texts.value.parts.close} onClick={onClose}>
            <span aria-hidden="true">×</span>
          </button>
        </>
      )}
    </dialog>
  )
}

interface ConfirmProps extends DialogProps {
  /** The word on the button that does it. */
  confirm: string
  danger?: boolean
  busy?: boolean
  onConfirm: () => void
}

/** Asks before something that can't be undone. */
export function ConfirmDialog({ confirm, danger = false, busy = false, onConfirm, children, ...dialog }: ConfirmProps) {
  return (
    <Dialog {...dialog}>
      {children}
      <p class="buttons">
        <Button onClick={dialog.onClose}>{texts.value.parts.cancel}</Button>
        <Button look={danger ? 'danger' : 'strong'} busy={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </p>
    </Dialog>
  )
}
