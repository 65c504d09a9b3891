/** @import { Event } from '../../events/event.ts' */

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** How many ids of events are remembered, to tell a repeat. */
const REMEMBERED = 1_000

/**
 * Follows the account's events over one stream, through every break.
 *
 * @param {object} listener
 * @param {(event: Event) => void} listener.heard each event once
 * @param {() => void} listener.reload something may have been missed: load anew
 * @param {(live: boolean) => void} listener.live whether events come in right now
 * @returns {() => void} ends it
 */
export function followEvents({ heard, reload, live }) {
  /** @type {EventSource} */
  let source
  /** @type {number | undefined} */
  let timer
  let pauseMs = FIRST_PAUSE_MS
  /** @type {Set<string>} */
  const seen = new Set()

  function connect() {
    source = new EventSource('/v1/events')
    source.addEventListener('open', () => {
      pauseMs = FIRST_PAUSE_MS
      live(true)
    })
    source.addEventListener('message', ({ data }) => {
      /** @type {Event} */
      const event = JSON.parse(data)
      if (seen.has(event.id)) return
      seen.add(event.id)
      if (seen.size > REMEMBERED) for (const oldest of [...seen].slice(0, REMEMBERED / 2)) seen.delete(oldest)
      heard(event)
    })
    // `ready` also begins the first stream: between the list and it, something may have happened.
    source.addEventListener('ready', reload)
    source.addEventListener('reset', reload)
    source.addEventListener('error', () => {
      live(false)
      // After a break the browser connects again by itself; after an answer that is no stream it never does.
      if (source.readyState !== EventSource.CLOSED) return
      timer = window.setTimeout(connect, pauseMs * (0.75 + Math.random() / 2))
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
    })
  }

  connect()
  return () => {
    clearTimeout(timer)
    source.close()
  }
}
