import { lazy, useLocation } from 'preact-iso'
import type { FunctionComponent } from 'preact'
import { useEffect } from 'preact/hooks'
import { NotFound } from './pages/NotFound.tsx'
import { NotLoaded } from './pages/NotLoaded.tsx'
import { Start } from './pages/Start.tsx'
import { Spinner } from './parts/Spinner.tsx'
import type { Path } from './paths.ts'
import { session, type Session } from './state/session.ts'

type Page = FunctionComponent

/** The pages by their addresses. All but the first are loaded when somebody goes there, with their own styles. */
const pages: Partial<Record<Path, Page>> = {
  '/': Start,
  '/sign-in': load(async () => (await import('./pages/SignIn.tsx')).SignIn),
  '/register': load(async () => (await import('./pages/Register.tsx')).Register),
  '/confirm': load(async () => (await import('./pages/Confirm.tsx')).Confirm),
  '/reset': load(async () => (await import('./pages/Reset.tsx')).Reset),
  '/history': forPeople(load(async () => (await import('./pages/History.tsx')).History)),
  '/batches/:id': forPeople(load(async () => (await import('./pages/Batch.tsx')).Batch)),
  '/analyses/:id': forPeople(load(async () => (await import('./pages/Result.tsx')).Result)),
  '/account': forPeople(load(async () => (await import('./pages/Account.tsx')).Account)),
  '/account/keys': forPeople(load(async () => (await import('./pages/Keys.tsx')).Keys)),
  '/account/webhooks': forPeople(load(async () => (await import('./pages/Webhooks.tsx')).Webhooks)),
  '/account/sessions': forPeople(load(async () => (await import('./pages/Sessions.tsx')).Sessions)),
  '/account/plan': forPeople(load(async () => (await import('./pages/Plan.tsx')).Plan)),
  '/admin': forAdmins(load(async () => (await import('./pages/Admin.tsx')).Admin)),
  '/admin/accounts': forAdmins(load(async () => (await import('./pages/AdminAccounts.tsx')).AdminAccounts)),
  '/admin/queue': forAdmins(load(async () => (await import('./pages/AdminQueue.tsx')).AdminQueue)),
  '/admin/failures': forAdmins(load(async () => (await import('./pages/AdminFailures.tsx')).AdminFailures)),
  '/admin/audit': forAdmins(load(async () => (await import('./pages/AdminAudit.tsx')).AdminAudit)),
  '/shared/:token': load(async () => (await import('./pages/Shared.tsx')).Shared),
  '/verify': load(async () => (await import('./pages/Verify.tsx')).Verify)
}

export const routes = Object.entries(pages).map(([path, page]) => ({ path, page }))

/** A page that is loaded when it is wanted; one that can't be loaded says so. */
export function load(module: () => Promise<Page>): Page {
  return lazy(() => module().catch(() => NotLoaded))
}

/** A page for people who are signed in: `forPeople(load(async () => (await import('./pages/History.tsx')).History))`. */
export function forPeople(page: Page): Page {
  return behind(page, () => true)
}

/** A page for admins; nobody else is told that it is there. */
export function forAdmins(page: Page): Page {
  return behind(page, ({ role }) => role === 'admin')
}

function behind(Page: Page, may: (who: Session) => boolean): Page {
  return function Behind() {
    const who = session.value
    if (who === undefined) return <Spinner said />
    if (who === null) return <ToSignIn />
    // Of another account nothing stays.
    return may(who) ? <Page key={who.accountId} /> : <NotFound />
  }
}

/** Leads to the page for signing in, which leads back. */
function ToSignIn() {
  const { url, route } = useLocation()
  useEffect(() => route(`/sign-in?to=${encodeURIComponent(url)}`, true), [])
  return <Spinner said />
}
