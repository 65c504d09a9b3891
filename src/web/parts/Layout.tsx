import type { ComponentChildren } from 'preact'
import { liveState } from '../state/live.ts'
import { session } from '../state/session.ts'
import { texts } from '../language/texts.ts'
import { Announcer } from './Announcer.tsx'
import { ConfirmFirst } from './ConfirmFirst.tsx'
import { Header } from './Header.tsx'
import { Toasts } from './Toasts.tsx'

/** What stands around every page. */
export function Layout({ loading, children }: { loading: boolean; children: ComponentChildren }) {
  const { layout: t } = texts.value
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        {t.skip}
      </a>
      {loading && <div class="page-loading" role="progressbar" aria-label={t.loading} />}
      <Header />
      <main id="main" tabIndex={-1} aria-busy={loading}>
        {session.value?.emailConfirmed === false && <ConfirmFirst />}
        {session.value && (
          <p class="quiet" role="status" hidden={liveState.value !== 'polling'}>
            {liveState.value === 'polling' && t.polling}
          </p>
        )}
        {children}
      </main>
      <footer class="page-foot">
        <p>FakeTect · {t.motto}</p>
        <nav aria-label="FakeTect">
          <a href="/verify">{t.verify}</a>
          <a href="/docs" target="_self" rel="external">
            {t.reference}
          </a>
        </nav>
      </footer>
      <Toasts />
      <Announcer />
    </>
  )
}

/** By hand: the address is the router's, and a fragment in it would stay. */
function skip(event: MouseEvent): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}
