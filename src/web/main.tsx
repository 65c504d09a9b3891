/**
 * The browser app: Preact, signals, and a router.
 *
 * - `paths.ts` lists the addresses, `routes.tsx` says which page of `pages/` is shown at each; pages are loaded when
 *   somebody goes there. `parts/` are the components that pages share.
 * - `state/` holds what outlives a page, as signals: who is signed in, what happens live, notices, the theme.
 * - `api.ts` asks the service, and throws a `Problem` whose message people can read.
 * - `language/` holds everything that the page says, a catalogue for each language, and formats for numbers and times.
 * - `style/` is plain CSS over the custom properties of `tokens.css`. Nothing comes from elsewhere, and markup is never
 *   made of text: the Content-Security-Policy (`pages.ts`, which serves the built app) would not let it.
 */
import { render } from 'preact'
import { App } from './app.tsx'
import './language/format.ts' // Every language needs it: it comes with the page's own script, not after the texts.
import { loadTexts } from './language/texts.ts'
import { loadStart } from './pages/Start.tsx'
import './state/focus.ts'
import { loadSession } from './state/session.ts'
import './state/theme.ts'

const app = document.getElementById('app')
if (app === null) throw new Error('The page has no place for the app')

/** Longer than this nobody should look at nothing. */
const PATIENCE_MS = 400

// What is drawn at first is drawn once, with who is signed in and what that person sees, unless those take too long.
// A limit, not a wait: the race is over as soon as all of it is there.
const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))
const started = Promise.race([loadSession().then(loadStart), patience])
// Not awaited here: the texts' file imports the one that holds this, and each would wait for the other.
void Promise.all([loadTexts(), started]).then(() => render(<App />, app))
