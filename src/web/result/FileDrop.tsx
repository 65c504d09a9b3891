import { useSignal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import { texts } from '../language/texts.ts'

/** A place for one file, chosen or dropped. */
export function FileDrop({ label, hint, accept, onFile }: { label: string; hint: string; accept?: string; onFile: (file: File) => void }) {
  const { verify: t } = texts.value
  const input = useRef<HTMLInputElement>(null)
  const isOver = useSignal(false)
  const id = useId()

  function take(files: FileList | null | undefined): void {
    const file = files?.[0]
    if (file !== undefined) onFile(file)
    if (input.current !== null) input.current.value = ''
  }

  return (
    <div
      class="file-drop"
      data-over={isOver.value}
      onDragOver={(event) => {
        event.preventDefault()
        isOver.value = true
      }}
      onDragLeave={() => (isOver.value = false)}
      onDrop={(event) => {
        event.preventDefault()
        isOver.value = false
        take(event.dataTransfer?.files)
      }}
    >
      <label for={id}>{label}</label>
      <p class="quiet" id={`${id}-hint`}>
        {hint} {t.orDrop}
      </p>
      <input ref={input} id={id} type="file" accept={accept} aria-describedby={`${id}-hint`} onChange={({ currentTarget }) => take(currentTarget.files)} />
    </div>
  )
}
