import type { Redis } from 'ioredis'
import type { Hub } from './hub.ts'
import { entriesAfter, newestPosition, type Entry } from './stream.ts'

/** What a client is sent: an event, or a word about the stream itself. */
export type Message =
  | { id: string; event: 'ready' | 'reset' }
  /** `data` is the event's JSON. */
  | { id: string; event: undefined; data: string }

/**
 * Follows an account's events: subscribed first, then replayed from where the client was, then live. When that place
 * can't be found again, the client gets a `reset` and reloads. Nothing is left out; a repeat is possible.
 * @param lastEventId where the client was; undefined for a new one, which is told its place by `ready`
 * @param send called in order, one message after the other
 * @returns a function that ends it
 * @throws when Redis is away
 */
export async function followEvents(options: {
  redis: Redis
  hub: Hub
  accountId: string
  lastEventId: string | undefined
  send: (message: Message) => void
  /** Called when the replay after a broken connection fails: the client should connect anew. */
  lost: (error: unknown) => void
}): Promise<() => void> {
  const { redis, hub, accountId, send, lost } = options
  let position = options.lastEventId
  /** Entries that came while a replay is under way; undefined when live. */
  let held: Entry[] | undefined = []

  function deliver({ id, event }: Entry): void {
    position = id
    send({ id, event: undefined, data: event })
  }

  async function replay(): Promise<void> {
    held ??= []
    const seen = new Set<string>()
    const missed = position === undefined ? undefined : await entriesAfter(redis, accountId, position)
    if (missed === undefined) {
      const event = position === undefined ? 'ready' : 'reset'
      position = await newestPosition(redis, accountId)
      send({ id: position, event })
    } else {
      for (const entry of missed) {
        seen.add(entry.id)
        deliver(entry)
      }
      if (seen.size === 0) send({ id: position as string, event: 'ready' })
    }
    const waiting = held
    held = undefined
    for (const entry of waiting) if (!seen.has(entry.id)) deliver(entry)
  }

  let replayed: Promise<void> = Promise.resolve()
  const leave = await hub.listen(accountId, {
    entry: (entry) => (held === undefined ? deliver(entry) : held.push(entry)),
    resumed: () => {
      replayed = replayed.then(replay).catch(lost)
    }
  })
  try {
    replayed = replay()
    await replayed
  } catch (error) {
    leave()
    throw error
  }
  return leave
}
