import { ask, messageOf } from './api.js'
import { byId } from './element.js'

/**
 * The pages that links in mails lead to. What the link is good for stands behind the #, which only this page sees. It is
 * used when somebody presses the button, and not by a program that looks through mails and opens their links.
 */

const form = byId('mailed', HTMLFormElement)
const problem = byId('problem')

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void send()
})

async function send() {
  problem.textContent = ''
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? ''
  try {
    await ask(form.dataset.path ?? '', { method: 'POST', json: { ...Object.fromEntries(new FormData(form)), token } })
  } catch (error) {
    problem.textContent = messageOf(error)
    return
  }
  // It is used up; nobody needs it in the history.
  history.replaceState(null, '', location.pathname)
  form.hidden = true
  byId('done').hidden = false
  byId('done').focus()
}
