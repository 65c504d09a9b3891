import { useEffect, useRef } from 'preact/hooks'
import { texts } from '../language/texts.ts'
import { Button } from './Button.tsx'
import { CopyButton } from './CopyButton.tsx'
import { Notice } from './Notice.tsx'

/** A secret that has just been made, and that nobody can show again. It takes the focus, and stays until it is put away. */
export function ShownOnce({ label, secret, onDone }: { label: string; secret: string; onDone: () => void }) {
  const { parts: t } = texts.value
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [secret])
  return (
    <Notice tone="good">
      <label class="shown-once">
        {label}
        <input ref={field} readOnly value={secret} spellcheck={false} onFocus={({ currentTarget }) => currentTarget.select()} />
      </label>
      <p>{t.shownOnce}</p>
      <p class="buttons">
        <CopyButton text={secret} describes={label} />
        <Button onClick={onDone}>{t.haveIt}</Button>
      </p>
    </Notice>
  )
}
