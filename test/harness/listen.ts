import { createParser } from 'eventsource-parser'
import type { Test } from 'tap'
import type { Event } from '../../src/events/event.ts'
import { eventually } from './eventually.ts'

export interface EventListener {
  /** What came, in order: events, and `ready` or `reset`. */
  messages: Array<{ id: string | undefined; name: string; event: Event | undefined }>
  events(): Event[]
  /** The types of the events of one analysis, in order. */
  typesOf(analysisId: string): string[]
  hears(analysisId: string, type: Event['type'], timeoutMs?: number): Promise<void>
  lastEventId(): string | undefined
  retry(): number | undefined
  status: number
  ended: Promise<void>
  close(): void
}

/** Listens to an account's event stream, as a program would. Resolves once the stream has said where it begins. */
export async function listen(t: Test, url: string, key: string, lastEventId?: string): Promise<EventListener> {
  const stop = new AbortController()
  t.teardown(() => stop.abort())
  const response = await fetch(`${url}/v1/events`, {
    signal: stop.signal,
    headers: { authorization: `Bearer ${key}`, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) }
  })
  const messages: EventListener['messages'] = []
  let retry: number | undefined
  const parser = createParser({
    onEvent: ({ id, event, data }) =>
      messages.push({ id, name: event ?? 'message', event: event === undefined ? (JSON.parse(data) as Event) : undefined }),
    onRetry: (ms) => (retry = ms)
  })
  const events = () => messages.flatMap(({ event }) => (event === undefined ? [] : [event]))
  const typesOf = (id: string) => events().filter(({ data }) => 'id' in data && data.id === id).map(({ type }) => type)

  async function read(): Promise<void> {
    const decoder = new TextDecoder()
    try {
      for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }))
    } catch (error) {
      if (!stop.signal.aborted) messages.push({ id: undefined, name: `broken: ${String(error)}`, event: undefined })
    }
  }
  const ended = read()
  if (response.ok) await eventually(() => messages.length > 0)
  return {
    messages,
    events,
    typesOf,
    hears: (id, type, timeoutMs) => eventually(() => typesOf(id).includes(type), timeoutMs),
    lastEventId: () => messages.findLast(({ id }) => id !== undefined)?.id,
    retry: () => retry,
    status: response.status,
    ended,
    close: () => stop.abort()
  }
}
