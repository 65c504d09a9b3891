import type { Redis } from '../platform/redis.ts'
import type { Hub } from './hub.ts'
import { allEntries, entriesAfter, newestPosition, type Entry, type HeardEntry } from './stream.ts'

/** What a client is sent: an event, or a word about the stream itself. */
export type Message =
  | { id: string; event: 'ready' | 'reset' }
  /** `data` is the event's JSON. */
  | { id: string; event: undefined; data: string }

/** How many new events wait behind a replay; with more, the client comes back for them. */
const MAX_HELD = 1_000

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
  /** Resolves when the client has taken what was sent. A replay waits for that; what is live does not. */
  taken: () => Promise<void>
  /** Called when the replay after a broken connection fails: the client should connect anew. */
  lost: (error: unknown) => void
  /** Called when the account's access has changed, or may have unheard. */
  accessChanged: () => void
}): Promise<() => void> {
  const { redis, hub, accountId, send, taken, lost, accessChanged } = options
  let position = options.lastEventId
  /** Entries that came while a replay is under way, or due; undefined when live. */
  let held: HeardEntry[] | undefined = []
  /** How often the connection was lost: with each time something is missing before what comes in after it. */
  let breaks = 0

  function deliver({ id, event }: Entry): void {
    position = id
    send({ id, event: undefined, data: event })
  }

  function hear(entry: HeardEntry): void {
    if (held === undefined && entry.previous === position) deliver(entry)
    // Something is missing before it, or it was read already.
    else if (held === undefined) replayAgain({ quiet: true })
    else if (held.length < MAX_HELD) held.push(entry)
    else lost(new Error('More comes in than the client takes'))
  }

  /**
   * @param gaps how many breaks it makes up for: after another one it is not this replay that may go live
   * @param quiet whether a client that has missed nothing is not told so
   */
  async function replay(gaps: number, quiet = false): Promise<void> {
    // What came in before now stands in the stream, and will be read from there.
    held = []
    const seen = new Set<string>()
    const missed = position === undefined ? undefined : await entriesAfter(redis, accountId, position)
    if (missed === undefined) {
      const event = position === undefined ? 'ready' : 'reset'
      // When the stream was emptied under a client that was there, all that it holds has come in since.
      const since = quiet ? await allEntries(redis, accountId) : []
      position = await newestPosition(redis, accountId)
      send({ id: position, event })
      for (const entry of since) {
        seen.add(entry.id)
        deliver(entry)
        await taken()
      }
    } else {
      for (const entry of missed) {
        seen.add(entry.id)
        deliver(entry)
        await taken()
      }
      if (seen.size === 0 && !quiet) send({ id: position as string, event: 'ready' })
    }
    for (;;) {
      if (breaks !== gaps) return
      const entry = held.shift()
      if (entry === undefined) break
      if (seen.has(entry.id)) continue
      if (entry.previous !== position) return replay(gaps, true)
      deliver(entry)
      await taken()
    }
    held = undefined
  }

  let replayed: Promise<void> = Promise.resolve()
  function replayAgain({ quiet }: { quiet: boolean }): void {
    held ??= []
    const gaps = breaks
    replayed = replayed.then(() => replay(gaps, quiet)).catch(lost)
  }

  /** Away is as good as nothing missed: it is looked for again. */
  async function lookForMissed(): Promise<void> {
    if (held !== undefined || position === undefined) return
    const missed = await entriesAfter(redis, accountId, position).catch(() => [])
    if (missed?.length !== 0 && held === undefined) replayAgain({ quiet: true })
  }

  const leave = await hub.listen(accountId, {
    entry: hear,
    accessChanged,
    broken: () => {
      breaks++
      held ??= []
    },
    resumed: () => {
      accessChanged()
      replayAgain({ quiet: false })
    },
    mayHaveMissed: () => void lookForMissed()
  })
  try {
    replayed = replay(breaks)
    await replayed
  } catch (error) {
    leave()
    throw error
  }
  return leave
}
