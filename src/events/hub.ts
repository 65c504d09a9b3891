import type { Redis } from 'ioredis'
import { within } from '../platform/within.ts'
import { parseMessage, streamKey, type HeardEntry } from './stream.ts'

/** Hears of an account's new events on this machine. */
export interface Listener {
  entry(entry: HeardEntry): void
  /** Somebody's access to the account has changed: who listens for a caller looks whether that one still may. */
  accessChanged?(): void
  /** The connection to Redis was lost: from now on something may be missed. */
  broken?(): void
  /** The connection is back, and so are the entries: some may have come before this is called. */
  resumed(): void
  /** Something may have been missed although the connection holds: the newest entry of all, so that no later one tells. */
  mayHaveMissed?(): void
}

/** The events that reach this machine, over one connection for all its clients. */
export interface Hub {
  /** Listens to one account until the returned function is called. Fails when Redis is away. */
  listen(accountId: string, listener: Listener): Promise<() => void>
}

const SUBSCRIBE_TIMEOUT_MS = 2_000
const ASK_EVERY_MS = 5_000
const LOOK_EVERY_MS = 10_000

/**
 * @param subscriber a connection used for nothing else; it subscribes again by itself after a break
 * @param options.mayLose whether something can be lost on its way to the subscriber and nobody hears of it, as between
 * the nodes of a cluster: then it is looked for
 */
export function createHub(subscriber: Redis, { mayLose }: { mayLose: boolean }): Hub {
  const listeners = new Map<string, Set<Listener>>()
  let broken = false

  subscriber.on('message', (channel: string, message: string) => {
    const entry = parseMessage(message)
    for (const listener of listeners.get(channel) ?? []) {
      if (entry === undefined) listener.accessChanged?.()
      else listener.entry(entry)
    }
  })
  subscriber.on('close', () => {
    if (broken) return
    broken = true
    for (const group of listeners.values()) for (const listener of group) listener.broken?.()
  })
  subscriber.on('ready', () => {
    if (!broken) return
    broken = false
    void resume().catch(() => undefined) // The connection broke again: the next `ready` does it.
  })

  async function resume(): Promise<void> {
    // Subscribing again is under way, on this same connection: a command after it is answered after it.
    await subscriber.subscribe(...listeners.keys())
    for (const group of listeners.values()) for (const listener of group) listener.resumed()
  }

  // Nobody hears that a silent connection is dead, unless it is asked something.
  const asking = setInterval(() => void subscriber.ping().catch(() => undefined), ASK_EVERY_MS)
  const looking = setInterval(() => {
    if (!mayLose || broken) return
    for (const group of listeners.values()) for (const listener of group) listener.mayHaveMissed?.()
  }, LOOK_EVERY_MS)
  subscriber.once('end', () => {
    clearInterval(asking)
    clearInterval(looking)
  })

  return {
    async listen(accountId, listener) {
      const channel = streamKey(accountId)
      const group = listeners.get(channel) ?? new Set()
      listeners.set(channel, group)
      group.add(listener)
      const leave = () => {
        group.delete(listener)
        if (group.size > 0 || listeners.get(channel) !== group) return
        listeners.delete(channel)
        // Away is as good as unsubscribed: only what is listened to is subscribed to again.
        void subscriber.unsubscribe(channel).catch(() => undefined)
      }
      try {
        if (subscriber.status !== 'ready') throw new Error('Redis is away')
        await within(SUBSCRIBE_TIMEOUT_MS, subscriber.subscribe(channel), 'Redis does not answer')
      } catch (error) {
        leave()
        throw error
      }
      return leave
    }
  }
}
