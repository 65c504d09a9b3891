/** @import { AnalysisResource } from '../../analyses/resource.ts' */
import { button, element } from './element.js'
import { result } from './result.js'
import { headline, moment, size } from './words.js'

/**
 * What a row shows: a file on its way to the service, or an analysis that the service knows.
 *
 * @typedef {{ stage: 'waiting' }
 *   | { stage: 'sending', sentBytes: number, totalBytes: number }
 *   | { stage: 'refused', reason: string, retry: boolean }
 *   | { stage: 'known', analysis: AnalysisResource }} Shown
 */

/** How far an analysis has come: it never goes back. */
const order = { uploading: 0, queued: 1, processing: 2, completed: 3, failed: 3, cancelled: 3 }

/** @param {AnalysisResource} analysis */
export const hasEnded = ({ state }) => order[state] === 3

let rows = 0

/** One file in the list, from its way in to everything that was found. */
export class Row {
  /** @type {Shown} */
  shown = { stage: 'waiting' }
  #fileName
  #name = element('span', { class: 'name' })
  #state = element('p', { class: 'state' })
  #when = element('p', { class: 'when quiet' })
  #progress = element('progress', { max: 100 })
  #actions = element('div', { class: 'actions' })
  #result = element('div', { id: `row-${++rows}`, class: 'unfolded', hidden: true })
  #toggle = element('button', { type: 'button', class: 'toggle', 'aria-expanded': 'false', 'aria-controls': this.#result.id }, this.#name)
  #title = element('h3', {}, this.#toggle)
  element = element('li', { class: 'row' }, this.#title, this.#state, this.#when, this.#progress, this.#actions, this.#result)
  /** The analysis whose result stands in the page. */
  #rendered = ''
  #wantsOpen = false

  /**
   * @param {string} fileName
   * @param {{ cancel: (row: Row) => void, retry: (row: Row) => void, remove: (row: Row) => void }} actions
   */
  constructor(fileName, actions) {
    this.#fileName = fileName
    this.actions = actions
    this.#progress.setAttribute('aria-label', `Progress of ${fileName}`)
    this.#toggle.addEventListener('click', () => this.open(!this.#wantsOpen))
    this.show(this.shown)
  }

  /** Undefined until the service has answered. */
  get analysis() {
    return this.shown.stage === 'known' ? this.shown.analysis : undefined
  }

  get fileName() {
    return this.analysis?.fileName ?? this.#fileName
  }

  /**
   * Shows the result, or hides it; one that is still to come is shown when it is there.
   *
   * @param {boolean} open
   */
  open(open) {
    this.#wantsOpen = open
    this.#render()
  }

  focus() {
    this.#toggle.focus()
  }

  /**
   * @param {Shown} shown
   * @returns {boolean} false for what is older than what is shown already
   */
  show(shown) {
    const known = this.analysis
    if (known && shown.stage === 'known' && order[shown.analysis.state] < order[known.state]) return false
    this.shown = shown
    this.#render()
    return true
  }

  #render() {
    const { shown, analysis } = this
    this.element.dataset.stage = analysis?.state ?? shown.stage
    this.element.dataset.verdict = analysis?.verdict ?? ''
    setText(this.#name, this.fileName)
    setText(this.#state, this.#words())
    this.#state.classList.toggle('problem', shown.stage === 'refused')
    setText(this.#when, analysis ? moment(analysis.createdAt) : '')
    this.#when.hidden = analysis === undefined
    this.#renderProgress()
    this.#renderActions()
    this.#renderResult()
  }

  #words() {
    const { shown } = this
    switch (shown.stage) {
      case 'waiting':
        return 'Waiting to be sent'
      case 'sending':
        return shown.sentBytes < shown.totalBytes ? `Sending: ${size(shown.sentBytes)} of ${size(shown.totalBytes)}` : 'Sent; being stored'
      case 'refused':
        return shown.reason
      default:
        return headline(shown.analysis)
    }
  }

  #renderProgress() {
    const { shown, analysis } = this
    this.#progress.hidden = shown.stage === 'waiting' || shown.stage === 'refused' || (analysis !== undefined && hasEnded(analysis))
    if (shown.stage === 'sending' && shown.sentBytes < shown.totalBytes) this.#progress.value = Math.floor((100 * shown.sentBytes) / shown.totalBytes)
    else this.#progress.removeAttribute('value')
  }

  #renderActions() {
    const { shown, analysis, fileName, actions } = this
    const ended = analysis ? hasEnded(analysis) : shown.stage === 'refused'
    /** @type {[string, () => void][]} */
    const wanted = ended ? [[analysis ? 'Delete' : 'Remove', () => actions.remove(this)]] : [['Cancel', () => actions.cancel(this)]]
    if (shown.stage === 'refused' && shown.retry) wanted.unshift(['Try again', () => actions.retry(this)])
    // Left alone where nothing changes: a button keeps its focus.
    if (wanted.map(([label]) => label).join() === [...this.#actions.children].map(({ textContent }) => textContent).join()) return
    const hadFocus = this.#actions.contains(document.activeElement)
    this.#actions.replaceChildren(...wanted.map(([label, pressed]) => button(label, pressed, { describes: fileName })))
    if (hadFocus) (this.#toggle.disabled ? /** @type {HTMLElement} */ (this.#actions.firstChild) : this.#toggle).focus()
  }

  #renderResult() {
    const { analysis } = this
    const ended = analysis !== undefined && hasEnded(analysis)
    const open = ended && this.#wantsOpen
    this.#toggle.disabled = !ended
    this.#toggle.setAttribute('aria-expanded', String(open))
    this.#result.hidden = !open
    if (!open) return
    const content = JSON.stringify(analysis)
    if (content === this.#rendered) return
    this.#rendered = content
    this.#result.replaceChildren(result(analysis))
  }
}

/**
 * @param {Element} node
 * @param {string} text
 */
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}
