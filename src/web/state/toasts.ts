import { signal } from '@preact/signals'

/** Short notices at the foot of the page. */
export interface Toast {
  id: number
  text: string
  tone: 'plain' | 'problem'
  action: { label: string; run: () => void } | undefined
  /** Called once, when it goes without its action having been taken: what could be undone now holds. */
  expired: (() => void) | undefined
}

const SHOWN_MS = 6_000
/** Whoever wants to undo something has to read, find and reach the button. */
const WITH_ACTION_MS = 10_000
let count = 0

export const toasts = signal<Toast[]>([])
const timers = new Map<number, ReturnType<typeof setTimeout>>()

/**
 * Shows a notice for a while. With `action` it can be answered, which is how deleting is undone:
 * `toast(t.deleted, { action: { label: t.undo, run: putBack }, expired: deleteForGood })`.
 * It stays while the pointer or the focus is on it, and goes at once, `expired` with it, when the page is left.
 */
export function toast(text: string, options: Partial<Pick<Toast, 'tone' | 'action' | 'expired'>> = {}): void {
  const { tone = 'plain', action, expired } = options
  const shown: Toast = { id: ++count, text, tone, action, expired }
  toasts.value = [...toasts.value, shown]
  resume(shown)
}

/** Takes a notice away. @param acted whether its action was taken */
export function dismiss(toast: Toast, acted = false): void {
  if (!toasts.peek().includes(toast)) return
  hold(toast)
  toasts.value = toasts.peek().filter((other) => other !== toast)
  if (acted) toast.action?.run()
  else toast.expired?.()
}

/** Stops the clock of a notice that somebody is at. */
export function hold({ id }: Toast): void {
  clearTimeout(timers.get(id))
  timers.delete(id)
}

export function resume(toast: Toast): void {
  hold(toast)
  timers.set(toast.id, setTimeout(() => dismiss(toast), toast.action === undefined ? SHOWN_MS : WITH_ACTION_MS))
}

addEventListener('pagehide', () => {
  for (const toast of toasts.peek()) dismiss(toast)
})
