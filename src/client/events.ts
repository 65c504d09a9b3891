import type { Event } from './openapi.ts'
import { messagesIn } from './messages.ts'
import { Problem } from './problem.ts'
import { openStream } from './request.ts'
import { pause } from './retry.ts'

/** The service gives a sign of life every 15 seconds. */
const SILENCE_MS = 40_000
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** How many ids of events are remembered, to tell a repeat; the service replays no more. */
const REMEMBERED = 1_000

/**
 * What comes from the stream: events, and two words about the stream itself. `ready`: from here on nothing is missed.
 * `reset`: something was, and can't be had again, so look at your analyses anew. `lastEventId` is the place to go on from.
 */
export type StreamedEvent = (Event | { type: 'ready' } | { type: 'reset' }) & { lastEventId: string }

export interface EventStreamOptions {
  signal?: AbortSignal | undefined
  /** Where an earlier stream was: what has come since is replayed. */
  lastEventId?: string | undefined
}

/**
 * The events of an account, each once, through every break, until the loop over them ends or the signal fires.
 * @throws {Problem} when it is refused for good, as with a wrong key
 * @throws the signal's reason
 */
export async function* streamEvents(
  url: URL,
  { headers, signal, lastEventId, silenceMs = SILENCE_MS }: EventStreamOptions & { headers: Record<string, string>; silenceMs?: number }
): AsyncGenerator<StreamedEvent, never> {
  const seen = new Set<string>()
  let place = lastEventId
  let retryMs = FIRST_PAUSE_MS
  for (let breaks = 0; ; breaks++) {
    let askedMs = 0
    try {
      const asked = { ...headers, accept: 'text/event-stream', ...(place !== undefined && { 'last-event-id': place }) }
      const { body } = await openStream(url, { headers: asked, signal, silenceMs })
      for await (const { id, name, data } of messagesIn(body!, (ms) => (retryMs = ms))) {
        breaks = 0
        if (id !== '') place = id
        if (name === 'ready' || name === 'reset') yield { type: name, lastEventId: id }
        if (name !== 'message') continue
        const event = JSON.parse(data) as Event
        if (seen.has(event.id)) continue
        seen.add(event.id)
        if (seen.size > REMEMBERED) seen.delete(seen.values().next().value as string)
        yield { ...event, lastEventId: id }
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof Problem && error.isPassing)) throw error
      askedMs = 1_000 * (error.retryAfterSeconds ?? 0)
    }
    const pauseMs = Math.min(retryMs * 2 ** breaks, LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2)
    await pause(Math.max(pauseMs, askedMs), signal)
  }
}
