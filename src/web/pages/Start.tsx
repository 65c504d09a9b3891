import { lazy } from 'preact-iso'
import { Spinner } from '../parts/Spinner.tsx'
import { session } from '../state/session.ts'
import { NotLoaded } from './NotLoaded.tsx'
import { Welcome } from './Welcome.tsx'

const Analyse = lazy(async () => {
  const page = await import('./Analyse.tsx').catch(() => undefined)
  return page?.Analyse ?? NotLoaded
})

/** Loads what `/` is for whoever is signed in, while nothing is drawn yet. */
export const loadStart = async (): Promise<unknown> => (session.value && location.pathname === '/' ? Analyse.preload() : undefined)

/** `/`: for strangers what this is, for people who are signed in the place where files go. */
export function Start() {
  const who = session.value
  if (who === undefined) return <Spinner said />
  return who === null ? <Welcome /> : <Analyse key={who.accountId} />
}
