/** @import { AnalysisResource } from '../../analyses/resource.ts' */
/** @import { Event } from '../../events/event.ts' */
import { ask, messageOf, Refusal } from './api.js'
import { byId } from './element.js'
import { followEvents } from './events.js'
import { hasEnded, Row } from './row.js'
import { upload } from './upload.js'
import { headline, shortHeadline } from './words.js'

const PAGE = 20
/** The most that the service gives at once. */
const LARGEST_PAGE = 100
const POLL_MS = 3_000
/** How long after a failure the list is loaded again. */
const RETRY_MS = 5_000

/**
 * What a person who is signed in works with: the files on their way, and the list of analyses.
 *
 * @param {object} options
 * @param {() => void} options.signedOut called when the session is no longer valid
 * @returns {{ add: (files: File[]) => void, close: () => void }}
 */
export function openDesk({ signedOut }) {
  const list = byId('analyses')
  /**
   * In the order of the page.
   * @type {Row[]}
   */
  let rows = []
  /**
   * Ids of analyses that are gone: an answer on its way may still hold them.
   * @type {Set<string>}
   */
  const deleted = new Set()
  /**
   * The address of the next page of earlier ones.
   * @type {string | null}
   */
  let next = null
  /** What the title says while nothing is under way. */
  let lastWord = ''
  let closed = false

  const rowOf = (/** @type {string} */ id) => rows.find(({ analysis }) => analysis?.id === id)
  const underWay = () => rows.filter((row) => row.shown.stage !== 'refused' && !(row.analysis && hasEnded(row.analysis)))

  // --- Files on their way ---

  /**
   * Rows whose files wait to be sent, one after the other.
   * @type {Row[]}
   */
  const waiting = []
  /** @type {Map<Row, { file: File, abort: AbortController }>} */
  const sending = new Map()
  /** Settled when the file that has just been sent is answered for. */
  let answered = Promise.resolve()
  let isSending = false

  /** @param {File[]} files */
  function add(files) {
    const added = files.map((file) => {
      const row = new Row(file.name, { cancel, retry, remove: (row) => void remove(row) })
      sending.set(row, { file, abort: new AbortController() })
      return row
    })
    // One that comes alone is to be read at once; of many, the list tells the verdicts.
    if (added.length === 1) added[0]?.open(true)
    rows = [...added, ...rows]
    list.prepend(...added.map(({ element }) => element))
    waiting.push(...added)
    changed()
    void sendAll()
  }

  async function sendAll() {
    if (isSending) return
    isSending = true
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) await send(row)
    isSending = false
  }

  /** @param {Row} row */
  async function send(row) {
    const job = sending.get(row)
    if (job === undefined) return
    /** @type {PromiseWithResolvers<void>} */
    const answer = Promise.withResolvers()
    announce(`${row.fileName}: being sent`)
    try {
      row.show({ stage: 'sending', sentBytes: 0, totalBytes: job.file.size })
      changed()
      const analysis = await upload(job.file, {
        signal: job.abort.signal,
        onProgress(sentBytes, totalBytes) {
          row.show({ stage: 'sending', sentBytes, totalBytes })
          if (sentBytes === totalBytes) answered = answer.promise
          changed()
        }
      })
      sending.delete(row)
      // The news of it may have come first.
      const twin = rowOf(analysis.id)
      if (twin !== undefined) take(twin)
      showAnalysis(row, analysis)
      if (twin?.analysis) showAnalysis(row, twin.analysis)
    } catch (error) {
      if (job.abort.signal.aborted) return
      if (needsSignIn(error)) return
      const retry = error instanceof Refusal && error.passing
      const reason = messageOf(error)
      row.show({ stage: 'refused', reason, retry })
      announce(`${row.fileName}: ${reason}`)
    } finally {
      answer.resolve()
      changed()
    }
  }

  /** @param {Row} row */
  function retry(row) {
    row.show({ stage: 'waiting' })
    waiting.push(row)
    changed()
    void sendAll()
  }

  /** @param {Row} row */
  function cancel(row) {
    const { analysis } = row
    if (analysis !== undefined) {
      void attempt(async () => showAnalysis(row, await ask(`${analysis.links.self}/cancel`, { method: 'POST' })))
      return
    }
    sending.get(row)?.abort.abort()
    if (waiting.includes(row)) waiting.splice(waiting.indexOf(row), 1)
    announce(`${row.fileName}: cancelled`)
    takeAndMoveFocus(row)
  }

  // --- The list ---

  /** @param {Row} row */
  async function remove(row) {
    const { analysis } = row
    if (analysis === undefined) return takeAndMoveFocus(row)
    if (!(await confirmDeletion(row.fileName))) return row.focus()
    await attempt(async () => {
      await ask(analysis.links.self, { method: 'DELETE' }).catch((error) => {
        if (!(error instanceof Refusal && error.status === 404)) throw error
      })
      deleted.add(analysis.id)
      announce(`${row.fileName}: deleted`)
      takeAndMoveFocus(row)
    })
  }

  /**
   * Takes a row out of the page.
   * @param {Row} row
   */
  function take(row) {
    sending.delete(row)
    rows = rows.filter((other) => other !== row)
    row.element.remove()
    changed()
  }

  /**
   * The same, for a row that somebody was in.
   * @param {Row} row
   */
  function takeAndMoveFocus(row) {
    // The news of its deletion may have taken it out already.
    const after = rows.includes(row) ? rows[rows.indexOf(row) + 1] : undefined
    take(row)
    if (after?.analysis && hasEnded(after.analysis)) after.focus()
    else byId('analyses-title').focus()
  }

  /** @param {AnalysisResource} analysis */
  function put(analysis) {
    // One that is still coming in is shown by the page that sends it, and here when it is whole.
    if (closed || deleted.has(analysis.id) || analysis.state === 'uploading') return
    const known = rowOf(analysis.id)
    if (known) return showAnalysis(known, analysis)
    const row = new Row(analysis.fileName, { cancel, retry, remove: (row) => void remove(row) })
    row.show({ stage: 'known', analysis })
    // Ids are in order of creation; the newest stands first, behind what is still on its way.
    const at = rows.findIndex((other) => other.analysis !== undefined && other.analysis.id < analysis.id)
    const behind = at === -1 ? undefined : rows[at]
    list.insertBefore(row.element, behind?.element ?? null)
    rows.splice(at === -1 ? rows.length : at, 0, row)
    changed()
  }

  /**
   * @param {Row} row
   * @param {AnalysisResource} analysis
   */
  function showAnalysis(row, analysis) {
    if (deleted.has(analysis.id)) return take(row)
    const before = row.analysis
    if (!row.show({ stage: 'known', analysis })) return
    if (hasEnded(analysis) && !(before && hasEnded(before))) {
      lastWord = `${shortHeadline(analysis)}: ${row.fileName}`
      announce(`${row.fileName}: ${headline(analysis)}. ${analysis.summary ?? analysis.failure?.detail ?? ''}`)
    }
    changed()
  }

  let reloading = false
  let reloadAgain = false
  /** Loads anew whatever is shown, and whatever has come since; one at a time. */
  async function reload() {
    reloadAgain = true
    if (reloading) return
    reloading = true
    while (reloadAgain) {
      reloadAgain = false
      await refresh(reloadOnce)
    }
    reloading = false
  }

  async function reloadOnce() {
    await answered
    if (closed) return
    const shown = rows.flatMap(({ analysis }) => (analysis ? [analysis.id] : []))
    const oldest = shown.at(-1)
    /** @type {Set<string>} */
    const found = new Set()
    let address = `/v1/analyses?limit=${Math.min(LARGEST_PAGE, Math.max(PAGE, shown.length))}`
    for (;;) {
      const page = await askPage(address)
      for (const { id } of page.analyses) found.add(id)
      page.analyses.forEach(put)
      next = page.next
      const last = page.analyses.at(-1)
      if (next === null || oldest === undefined || last === undefined || last.id <= oldest) break
      address = next
    }
    for (const id of shown) {
      const row = found.has(id) ? undefined : rowOf(id)
      if (row) take(row)
    }
    clearTimeout(retrying)
    loadProblem = ''
    changed()
  }

  /**
   * @param {string} address
   * @returns {Promise<{ analyses: AnalysisResource[], next: string | null }>}
   */
  const askPage = (address) => ask(address)

  const showMore = () =>
    attempt(async () => {
      if (next === null) return
      const page = await askPage(next)
      page.analyses.forEach(put)
      next = page.next
      changed()
    })

  // --- News ---

  /** @param {Event} event */
  async function heard({ type, data }) {
    if (!type.startsWith('analysis.') || !('id' in data)) return
    const { id } = data
    if (type === 'analysis.deleted') {
      deleted.add(id)
      const row = rowOf(id)
      if (row) take(row)
      return
    }
    // It may be the file that has just been sent, and has its row already.
    if (rowOf(id) === undefined) await answered
    await refresh(async () => {
      const analysis = await ask(`/v1/analyses/${id}`).catch((error) => {
        if (error instanceof Refusal && error.status === 404) return undefined
        throw error
      })
      if (analysis !== undefined) put(analysis)
    })
  }

  let isLive = true
  /** @type {number | undefined} */
  let polling
  /** @param {boolean} live */
  function live(live) {
    if (live === isLive) return
    isLive = live
    clearInterval(polling)
    if (!live) polling = window.setInterval(() => void poll(), POLL_MS)
    sayConnection()
  }

  async function poll() {
    if (underWay().some(({ analysis }) => analysis !== undefined)) await reload()
    // A stream that is refused for want of a session doesn't say so.
    else await refresh(() => ask('/v1/session'))
  }

  let loadProblem = ''
  /** @type {number | undefined} */
  let retrying
  /**
   * Does what nobody asked for by hand; when it fails, everything is loaded anew after a while.
   *
   * @param {() => Promise<void>} work
   */
  async function refresh(work) {
    try {
      await work()
    } catch (error) {
      if (closed || needsSignIn(error)) return
      clearTimeout(retrying)
      loadProblem = `${messageOf(error)} It is tried again every few seconds.`
      retrying = window.setTimeout(() => void reload(), RETRY_MS)
    }
    sayConnection()
  }

  function sayConnection() {
    if (closed) return
    byId('connection').textContent =
      loadProblem || (isLive ? '' : 'Live news is interrupted. What is under way is asked for every few seconds.')
  }

  /** @type {(() => void) | undefined} */
  let unfollow
  /**
   * A browser has few connections for all tabs together (six with HTTP/1.1): a hidden one that waits for nothing lets
   * go of its own.
   */
  function follow() {
    const wanted = !closed && (document.visibilityState === 'visible' || underWay().length > 0)
    if (wanted && unfollow === undefined) {
      unfollow = followEvents({ heard: (event) => void heard(event), reload: () => void reload(), live })
    } else if (!wanted && unfollow !== undefined) {
      unfollow()
      unfollow = undefined
      live(true)
    }
  }

  // --- The page around the rows ---

  /**
   * Does what somebody asked for by hand, and says why it failed.
   *
   * @param {() => Promise<void>} work
   */
  async function attempt(work) {
    problem('')
    try {
      await work()
    } catch (error) {
      if (closed || needsSignIn(error)) return
      problem(messageOf(error))
    }
  }

  /** @param {unknown} error */
  function needsSignIn(error) {
    const needed = error instanceof Refusal && error.status === 401
    if (needed && !closed) signedOut()
    return needed
  }

  function changed() {
    if (closed) return
    byId('nothing-yet').hidden = rows.length > 0
    byId('more').hidden = next === null
    document.title = [title(), 'FakeTect'].filter(Boolean).join(' – ')
  }

  function title() {
    const active = underWay()
    const { shown } = active.find((row) => row.shown.stage === 'sending') ?? {}
    if (shown?.stage === 'sending') return `Sending ${Math.floor((100 * shown.sentBytes) / Math.max(1, shown.totalBytes))} %`
    if (active.length > 0) return active.length === 1 ? `Examining ${active[0]?.fileName}` : `Examining ${active.length} files`
    return lastWord
  }

  const leaving = new AbortController()
  const { signal } = leaving
  byId('more').addEventListener('click', () => void showMore(), { signal })
  document.addEventListener('visibilitychange', follow, { signal })
  window.addEventListener('beforeunload', (event) => {
    // What the service has received goes on without us; what is on its way does not.
    if (sending.size > 0 && [...sending.keys()].some(({ shown }) => shown.stage !== 'refused')) event.preventDefault()
  }, { signal })

  follow()
  void reload()

  return {
    add,
    close() {
      closed = true
      leaving.abort()
      unfollow?.()
      clearInterval(polling)
      clearTimeout(retrying)
      waiting.length = 0
      for (const { abort } of sending.values()) abort.abort()
      list.replaceChildren()
      byId('connection').textContent = ''
      problem('')
      announce('')
    }
  }
}

/**
 * Says something to those who hear the page.
 * @param {string} text
 */
function announce(text) {
  byId('announcement').textContent = text
}

/** @param {string} text */
function problem(text) {
  byId('list-problem').textContent = text
}

/** @param {string} fileName */
function confirmDeletion(fileName) {
  const dialog = byId('delete-dialog', HTMLDialogElement)
  byId('delete-name').textContent = fileName
  dialog.returnValue = 'keep'
  dialog.showModal()
  /** @type {PromiseWithResolvers<boolean>} */
  const { promise, resolve } = Promise.withResolvers()
  dialog.addEventListener('close', () => resolve(dialog.returnValue === 'delete'), { once: true })
  return promise
}
