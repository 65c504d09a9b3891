import type { ButtonHTMLAttributes } from 'preact'
import { Spinner } from './Spinner.tsx'

type Look = 'plain' | 'strong' | 'danger' | 'quiet'

/**
 * A button, which submits nothing unless it says so. While `busy` it stays in the tab order and says that it waits, so
 * that nobody loses their place; whoever listens to it ignores presses meanwhile.
 */
export function Button({ look = 'plain', busy = false, children, type = 'button', ...rest }: ButtonHTMLAttributes & { look?: Look; busy?: boolean }) {
  return (
    <button {...rest} type={type} data-look={look} aria-disabled={busy || rest['aria-disabled']}>
      {busy && <Spinner />}
      {children}
    </button>
  )
}
