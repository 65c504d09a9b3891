import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { Notice } from '../parts/Notice.tsx'
import { addAddress, addFiles } from '../state/sending.ts'
import { incomingOf, isAddress, namedByTime, type Incoming } from './incoming.ts'

/** The ways in: files that are chosen, dropped anywhere on the page or pasted, and addresses. */
export function Intake() {
  const { analyse: t } = texts.value
  const input = useRef<HTMLInputElement>(null)
  const isOver = useSignal(false)
  const problem = useSignal<string | undefined>(undefined)

  function take({ files, address, hasFolder }: Incoming): void {
    problem.value = hasFolder ? texts.value.analyse.folder : undefined
    if (files.length > 0) void addFiles(files)
    else if (address !== undefined) addAddress(address)
    else if (!hasFolder) problem.value = texts.value.analyse.noFile
  }

  useEffect(() => {
    const left = new AbortController()
    const { signal } = left
    // On the whole page: a file that misses the field would make the browser leave for it.
    document.addEventListener('dragover', (event) => {
      event.preventDefault()
      isOver.value = true
    }, { signal })
    document.addEventListener('dragleave', ({ relatedTarget }) => {
      if (relatedTarget === null) isOver.value = false
    }, { signal })
    document.addEventListener('drop', (event) => {
      event.preventDefault()
      isOver.value = false
      if (event.dataTransfer !== null) take(incomingOf(event.dataTransfer))
    }, { signal })
    document.addEventListener('paste', (event) => {
      if (event.clipboardData === null || isWriting(event.target)) return
      const { files, address } = incomingOf(event.clipboardData)
      if (files.length === 0 && address === undefined) return
      event.preventDefault()
      take({ files: files.map((file) => namedByTime(file)), address, hasFolder: false })
    }, { signal })
    return () => left.abort()
  }, [])

  return (
    <section class="intake" data-over={isOver.value} aria-label={t.intake}>
      <div class="drop">
        <p class="drop-title">{isOver.value ? t.letGo : t.drop}</p>
        <Button look="strong" onClick={() => input.current?.click()}>
          {t.choose}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={t.choose}
          onChange={({ currentTarget }) => {
            take({ files: [...(currentTarget.files ?? [])], address: undefined, hasFolder: false })
            // So that the same file can be chosen again.
            currentTarget.value = ''
          }}
        />
        <p class="quiet">{t.ways}</p>
      </div>
      <AddressField />
      {problem.value !== undefined && <Notice tone="problem">{problem.value}</Notice>}
    </section>
  )
}

/** Whoever pastes into a field wants it there. */
const isWriting = (target: EventTarget | null) => target instanceof HTMLElement && target.matches('input, textarea')

function AddressField() {
  const { analyse: t } = texts.value
  const error = useSignal<string | undefined>(undefined)

  function submit(event: SubmitEvent): void {
    event.preventDefault()
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem('url') as HTMLInputElement
    const address = field.value.trim()
    error.value = isAddress(address) ? undefined : texts.value.analyse.noAddress
    if (error.value !== undefined) return field.focus()
    addAddress(address)
    field.value = ''
  }

  return (
    <form class="address" noValidate onSubmit={submit}>
      <label for="address">{t.address}</label>
      <div class="with-button">
        <input
          id="address"
          name="url"
          type="url"
          inputMode="url"
          autocomplete="off"
          spellcheck={false}
          placeholder="https://"
          aria-invalid={error.value !== undefined || undefined}
          aria-describedby={error.value === undefined ? undefined : 'address-error'}
        />
        <Button type="submit">{t.fetch}</Button>
      </div>
      {error.value !== undefined && (
        <p class="error" id="address-error" role="alert">
          {error.value}
        </p>
      )}
    </form>
  )
}
