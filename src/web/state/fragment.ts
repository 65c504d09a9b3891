import { useSignal, type Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/** What a link has behind its #, which only the page sees. */
export const fromFragment = (name: string): string | null => new URLSearchParams(location.hash.slice(1)).get(name)

/**
 * What a link in a mail is good for, null where there is none. It is used when somebody presses the button, and not by a
 * program that looks through mails and opens their links.
 */
export function useMailToken(): Signal<string | null> {
  const token = useSignal(fromFragment('token'))
  useEffect(() => {
    // A link that is pasted where the page is open already loads nothing anew.
    const look = () => (token.value = fromFragment('token'))
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  return token
}

/** It is used up, or of no use: nobody needs it in the history. */
export const forgetFragment = (): void => history.replaceState(null, '', location.pathname + location.search)
