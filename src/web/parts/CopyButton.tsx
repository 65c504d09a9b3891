import { useSignal } from '@preact/signals'
import { texts } from '../language/texts.ts'
import { announce } from '../state/announcements.ts'
import { toast } from '../state/toasts.ts'
import { Button } from './Button.tsx'

const SHOWN_MS = 2_000

/**
 * Copies a text with one click, and says so.
 * @param props.describes what is copied, for those who hear the button alone
 */
export function CopyButton({ text, describes }: { text: string; describes: string }) {
  const copied = useSignal(false)
  const { parts: t } = texts.value

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      // Without TLS there is no clipboard, or the person has not allowed it.
      return toast(t.copyFailed, { tone: 'problem' })
    }
    copied.value = true
    announce(`${t.copied}: ${describes}`)
    setTimeout(() => (copied.value = false), SHOWN_MS)
  }

  const said = copied.value ? t.copied : t.copy
  return (
    <Button onClick={() => void copy()} aria-label={`${said}: ${describes}`}>
      {said}
    </Button>
  )
}
