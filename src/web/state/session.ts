import { signal } from '@preact/signals'
import type { Session } from '../../client/openapi.ts'
import { ask, onUnauthorized, Problem } from '../api.ts'

/** Who is signed in, and what they may do: `GET /v1/session`. */
export type { Session }

/** Undefined until the service has said it; null for nobody. */
export const session = signal<Session | null | undefined>(undefined)

/** Why it could not be found out. */
export const sessionProblem = signal<unknown>(undefined)

/** Signing in or out in one tab does so in the others, which show what only its owner may see. */
const tabs = new BroadcastChannel('session')
tabs.addEventListener('message', () => void loadSession())
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches its own origin only
const tellTabs = () => tabs.postMessage('changed')

/** Asks who is signed in. */
export async function loadSession(): Promise<void> {
  sessionProblem.value = undefined
  try {
    session.value = await ask<Session>('/v1/session')
  } catch (error) {
    if (error instanceof Problem && error.status === 401) session.value = null
    else sessionProblem.value = error
  }
}

/** The same, when something has changed that the other tabs don't know of. */
export async function renewSession(): Promise<void> {
  await loadSession()
  tellTabs()
}

/** @throws {Problem} `unauthorized`, `rate_limit_exceeded`, `too_busy`, `account_suspended` */
export async function signIn(given: { email: string; password: string } | { key: string }): Promise<void> {
  session.value = await ask<Session>('/v1/session', { method: 'POST', json: given })
  tellTabs()
}

/** @throws {Problem} when it failed: somebody who believes to be signed out and is not would be worse off than one who knows */
export async function signOut(): Promise<void> {
  try {
    await ask('/v1/session', { method: 'DELETE' })
  } catch (error) {
    if (!(error instanceof Problem && error.status === 401)) throw error
  }
  session.value = null
  tellTabs()
}

onUnauthorized(() => {
  // A wrong password is answered with 401 as well: then nobody was signed in before.
  if (session.peek()) session.value = null
})
