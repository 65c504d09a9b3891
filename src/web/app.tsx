import { useSignal } from '@preact/signals'
import { LocationProvider, Route, Router, useLocation } from 'preact-iso'
import type { ComponentChildren } from 'preact'
import { useEffect, useErrorBoundary } from 'preact/hooks'
import { Layout } from './parts/Layout.tsx'
import { Broken } from './pages/Broken.tsx'
import { NotFound } from './pages/NotFound.tsx'
import { OutOfReach } from './pages/OutOfReach.tsx'
import { routes } from './routes.tsx'
import { session, sessionProblem } from './state/session.ts'

export function App() {
  const loading = useSignal(false)
  return (
    <LocationProvider scope={isPage}>
      <Layout loading={loading.value}>
        <Guarded>
          <Router onLoadStart={() => (loading.value = true)} onLoadEnd={() => (loading.value = false)}>
            {routes.map(({ path, page }) => (
              <Route key={path} path={path} component={page} />
            ))}
            <Route default component={NotFound} />
          </Router>
        </Guarded>
      </Layout>
    </LocationProvider>
  )
}

/** What the browser gets from the service itself is no page of the app. */
const isPage = /^(?!\/(?:v1|docs|assets|\.well-known)(?:\/|$))/

/** Shows what has gone wrong instead of nothing, until somebody goes to another page. */
function Guarded({ children }: { children: ComponentChildren }) {
  const [error, forget] = useErrorBoundary()
  const { path } = useLocation()
  useEffect(forget, [path])
  if (error !== undefined) return <Broken error={error} />
  if (session.value === undefined && sessionProblem.value !== undefined) return <OutOfReach problem={sessionProblem.value} />
  return <>{children}</>
}
