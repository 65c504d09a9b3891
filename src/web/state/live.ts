import { effect, signal } from '@preact/signals'
import type { Event } from '../../client/openapi.ts'
import { session } from './session.ts'

/**
 * What happens to the account's analyses, as it happens: one stream of server-sent events for all tabs of a browser,
 * through every break. Browsers allow six connections to a server (HTTP/1.1), so tabs take turns: one holds the stream
 * (a Web Lock) and tells the others. Where there is no stream to be had, listeners are asked to look for themselves.
 */

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** A proxy that holds back a stream never says so: without a word for so long it does not work. */
const SILENCE_MS = 8_000
/** A break that is over by then is nothing to speak of: what was missed is replayed. */
const BREAK_MS = 2_000
const POLL_MS = 4_000
/** A tab that was out of sight for so long may have slept through something. */
const ASLEEP_MS = 60_000
/** How many ids of events are remembered, to tell a repeat. */
const REMEMBERED = 1_000

interface Listener {
  /** Each event once. */
  heard?: (event: Event) => void
  /** Something may have been missed: ask the service anew. Called every few seconds while there is no stream. */
  reload?: () => void
}

/** `hello` is what a tab that has just been opened says; the one with the stream answers how it is. */
type News = { event: Event } | { word: 'reload' | 'live' | 'polling' | 'hello' }

/** `live` while events come in; `polling` while listeners look for themselves. */
export const liveState = signal<'connecting' | 'live' | 'polling'>('connecting')

const listeners = new Set<Listener>()
const seen = new Set<string>()

/** @returns ends it */
export function listen(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function take(news: News): void {
  if ('event' in news) {
    if (seen.has(news.event.id)) return
    seen.add(news.event.id)
    if (seen.size > REMEMBERED) for (const oldest of [...seen].slice(0, REMEMBERED / 2)) seen.delete(oldest)
    for (const { heard } of listeners) heard?.(news.event)
  } else if (news.word === 'reload') {
    for (const { reload } of listeners) reload?.()
  } else if (news.word !== 'hello') {
    liveState.value = news.word
  }
}

/** Follows the events of whoever is signed in, until somebody else is, or nobody. */
effect(() => {
  const accountId = session.value?.accountId
  if (accountId === undefined) return undefined
  const ended = new AbortController()
  const tabs = new BroadcastChannel(`live ${accountId}`)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches its own origin only
  const post = (news: News) => ended.signal.aborted || tabs.postMessage(news)
  const tell = (news: News) => {
    take(news)
    post(news)
  }
  let holds = false
  const hold = () => {
    holds = true
    return holdStream(tell, ended.signal)
  }
  tabs.addEventListener('message', ({ data }: MessageEvent<News>) => {
    const state = liveState.peek()
    if ('word' in data && data.word === 'hello' && holds && state !== 'connecting') post({ word: state })
    else take(data)
  })
  post({ word: 'hello' })
  // Without TLS there are no locks: then each tab has a stream of its own.
  const held = 'locks' in navigator ? navigator.locks.request(`live ${accountId}`, { signal: ended.signal }, hold) : hold()
  held.catch(() => undefined) // Ended while it waited for its turn.
  return () => {
    ended.abort()
    tabs.close()
    liveState.value = 'connecting'
  }
})

/** Keeps a stream open. @returns when the signal is aborted */
async function holdStream(tell: (news: News) => void, ended: AbortSignal): Promise<void> {
  let source: EventSource | undefined
  let pauseMs = FIRST_PAUSE_MS
  let again: ReturnType<typeof setTimeout> | undefined
  /** Ends the patience with a stream from which nothing comes. */
  let silence: ReturnType<typeof setTimeout> | undefined
  let patientUntil = Infinity
  let polling: ReturnType<typeof setInterval> | undefined

  function poll(): void {
    if (polling !== undefined) return
    tell({ word: 'polling' })
    tell({ word: 'reload' })
    polling = setInterval(() => tell({ word: 'reload' }), POLL_MS)
  }

  /** A new attempt is no reason to wait longer. */
  function waitAtMost(ms: number): void {
    if (Date.now() + ms >= patientUntil) return
    patientUntil = Date.now() + ms
    clearTimeout(silence)
    silence = setTimeout(poll, ms)
  }

  function live(): void {
    pauseMs = FIRST_PAUSE_MS
    clearTimeout(silence)
    patientUntil = Infinity
    clearInterval(polling)
    polling = undefined
    tell({ word: 'live' })
  }

  function connect(): void {
    source?.close()
    source = new EventSource('/v1/events')
    waitAtMost(SILENCE_MS)
    // Each stream begins with a word. `ready` begins the first one too: between a list and it, something may have happened.
    for (const word of ['ready', 'reset']) {
      source.addEventListener(word, () => {
        live()
        tell({ word: 'reload' })
      })
    }
    source.addEventListener('message', ({ data }: MessageEvent<string>) => {
      live()
      tell({ event: JSON.parse(data) as Event })
    })
    source.addEventListener('error', () => {
      waitAtMost(BREAK_MS)
      // After a break the browser connects again by itself, and says where it was (Last-Event-ID); after an answer that
      // is no stream it never does.
      if (source?.readyState !== EventSource.CLOSED) return
      clearTimeout(again)
      again = setTimeout(connect, pauseMs * (0.75 + Math.random() / 2))
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
    })
  }

  connect()
  // A laptop that wakes up, or a network that is back, need not wait.
  addEventListener('online', connect, { signal: ended })
  const { promise, resolve } = Promise.withResolvers<void>()
  ended.addEventListener('abort', () => resolve())
  await promise
  source?.close()
  clearTimeout(again)
  clearTimeout(silence)
  clearInterval(polling)
}

let hiddenAt = 0
document.addEventListener('visibilitychange', () => {
  if (document.hidden) hiddenAt = Date.now()
  else if (Date.now() - hiddenAt > ASLEEP_MS) take({ word: 'reload' })
})
