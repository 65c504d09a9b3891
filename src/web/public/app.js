import { ask, messageOf, Refusal } from './api.js'
import { openDesk } from './desk.js'
import { byId } from './element.js'
import { takeFiles } from './intake.js'

/** The page: signed out, or at the desk. */

/** Signing out in one tab signs out the others, which show what only its owner may see. */
const tabs = new BroadcastChannel('session')

const key = byId('key', HTMLInputElement)
const signInProblem = byId('sign-in-problem')
/** @type {ReturnType<typeof openDesk> | undefined} */
let desk

/** @param {'sign-in' | 'desk' | 'out-of-reach'} section */
function show(section) {
  for (const id of ['sign-in', 'desk', 'out-of-reach']) byId(id).hidden = id !== section
  byId('sign-out').hidden = section !== 'desk'
}

function showSignIn(reason = '') {
  desk?.close()
  desk = undefined
  show('sign-in')
  document.title = 'Sign in – FakeTect'
  sayKeyProblem(reason)
  key.focus()
}

function showDesk() {
  show('desk')
  desk = openDesk({ signedOut: () => showSignIn('The session has ended. Please sign in again.') })
}

/** @param {string} reason */
function sayKeyProblem(reason) {
  signInProblem.textContent = reason
  key.setAttribute('aria-invalid', String(reason !== ''))
}

async function start() {
  try {
    await ask('/v1/session')
    showDesk()
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return showSignIn()
    byId('out-of-reach-reason').textContent = messageOf(error)
    document.title = 'No answer – FakeTect'
    show('out-of-reach')
  }
}

byId('sign-in-form').addEventListener('submit', (event) => {
  event.preventDefault()
  void signIn()
})

async function signIn() {
  sayKeyProblem('')
  try {
    await ask('/v1/session', { method: 'POST', json: { key: key.value.trim() } })
  } catch (error) {
    const wrongKey = error instanceof Refusal && error.status === 401
    sayKeyProblem((wrongKey && error.detail) || messageOf(error))
    return key.select()
  }
  key.value = ''
  showDesk()
  byId('desk-title').focus()
}

byId('sign-out').addEventListener('click', () => void signOut())

async function signOut() {
  try {
    await ask('/v1/session', { method: 'DELETE' })
  } catch (error) {
    // Somebody who believes to be signed out and is not would be worse off than one who knows.
    if (!(error instanceof Refusal && error.status === 401)) {
      byId('list-problem').textContent = `Signing out failed. ${messageOf(error)}`
      return
    }
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches its own origin only
  tabs.postMessage('signed out')
  showSignIn()
}

tabs.addEventListener('message', () => {
  if (desk !== undefined) showSignIn()
})
byId('try-again').addEventListener('click', () => void start())
takeFiles((files) => desk?.add(files), () => desk !== undefined)
void start()
