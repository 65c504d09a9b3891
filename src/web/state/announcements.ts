import { signal } from '@preact/signals'

/** What screen readers are told beside what stands on the page; drawn once, in the layout. */
export const announcements = { polite: signal(''), assertive: signal('') }

/**
 * Tells those who hear the page what those who see it have seen: progress, a verdict that came in.
 * @param urgency `assertive` interrupts, for what went wrong
 */
export function announce(text: string, urgency: keyof typeof announcements = 'polite'): void {
  const region = announcements[urgency]
  // The same words twice would be no change, and so not said again.
  region.value = region.peek() === text ? `${text}\u00A0` : text
}
