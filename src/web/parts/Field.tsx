import { useSignal } from '@preact/signals'
import type { ComponentChildren, InputHTMLAttributes, JSX } from 'preact'
import { useId } from 'preact/hooks'
import { texts } from '../language/texts.ts'

interface Labelled {
  label: string
  hint?: ComponentChildren
  /** What is wrong with what stands in it. */
  error?: string | undefined
}

/** What the control of a field carries, so that label, hint and error are said with it. */
interface ControlAttributes {
  id: string
  'aria-describedby'?: string
  'aria-invalid'?: true
}

/** A label, a hint, an error, and any control between them: `<Field label="…">{(control) => <select {...control}>…</select>}</Field>`. */
export function Field({ label, hint, error, children }: Labelled & { children: (control: ControlAttributes) => JSX.Element }) {
  const id = useId()
  const described = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, ...(described !== '' && { 'aria-describedby': described }), ...(error !== undefined && { 'aria-invalid': true }) })}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  )
}

/** A field of one line. */
export function TextField({ label, hint, error, ...input }: Labelled & InputHTMLAttributes) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => <input type="text" {...input} {...control} />}
    </Field>
  )
}

interface Secret extends Labelled {
  name: string
  required?: boolean
  minLength?: number
  maxLength: number
  autocomplete: 'current-password' | 'new-password' | 'off'
}

const asText = { type: 'text' } as const
const asSecret = { type: 'password' } as const

/** A field for a secret, which can be looked at while it is typed. */
export function PasswordField({ label, hint, error, ...input }: Secret) {
  const shown = useSignal(false)
  const { parts: t } = texts.value
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <div class="with-button">
          <input spellcheck={false} autocapitalize="none" {...input} {...control} {...(shown.value ? asText : asSecret)} />
          <button type="button" data-look="quiet" aria-pressed={shown.value} aria-label={t.showPasswordOf(label)} onClick={() => (shown.value = !shown.value)}>
            {shown.value ? t.hidePassword : t.showPassword}
          </button>
        </div>
      )}
    </Field>
  )
}
