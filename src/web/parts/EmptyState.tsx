import type { ComponentChildren } from 'preact'

/** What stands where a list would, when there is nothing in it: what it is for, and how something gets in. */
export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  )
}
