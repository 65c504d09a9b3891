import type { Redis } from '../platform/redis.ts'

/**
 * The recent events of an account: a Redis stream, and a channel of the same name on which each new entry is
 * published. Both may vanish; a client is then told to reload.
 */

/** How many entries are kept for replay, and for how long after the last one. */
const MAX_ENTRIES = 1_000
const KEEP_SECONDS = 86_400

/** One entry: its place in the stream, and the event as JSON; a marker has none. */
export interface Entry {
  id: string
  event: string
}

/** One as it is heard live, with the place that was the newest before: by it a gap is seen. */
export interface HeardEntry extends Entry {
  previous: string
}

const MARKER = ''

/** The braces make all keys of an account live on one node of a Redis Cluster. */
export const streamKey = (accountId: string) => `{${accountId}}:events`

/** Appends and publishes in one step, so that a subscriber knows the place of what it hears, and the one before. */
const appendScript = `
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'event', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', KEYS[1], id .. ' ' .. (newest and newest[1] or 'none') .. ' ' .. ARGV[1])
return id`

export async function appendEvent(redis: Redis, accountId: string, event: string): Promise<void> {
  await redis.eval(appendScript, 1, streamKey(accountId), event, MAX_ENTRIES, KEEP_SECONDS)
}

/** Published beside the entries: it has no place in the stream, and no client is shown it. */
const ACCESS_CHANGED = 'access changed'

/** Has the open streams of an account, on all machines, look whether their callers still may listen. */
export async function announceAccessChange(redis: Redis, accountId: string): Promise<void> {
  await redis.publish(streamKey(accountId), ACCESS_CHANGED)
}

/** Reads a published message back into an entry; undefined for the word that access has changed. */
export function parseMessage(message: string): HeardEntry | undefined {
  if (message === ACCESS_CHANGED) return undefined
  const [id = '', previous = ''] = message.split(' ', 2)
  return { id, previous, event: message.slice(id.length + previous.length + 2) }
}

/**
 * The place of the newest entry. An empty stream is given a marker first: only a place that stands in the stream can
 * be recognised later.
 */
export async function newestPosition(redis: Redis, accountId: string): Promise<string> {
  const key = streamKey(accountId)
  const [newest] = await redis.xrevrange(key, '+', '-', 'COUNT', 1)
  if (newest !== undefined) return newest[0]
  const marker = await redis.xadd(key, '*', 'event', MARKER)
  await redis.expire(key, KEEP_SECONDS)
  return marker as string
}

/** All entries after a place; undefined when that place is not in the stream any more (trimmed, expired, emptied). */
export async function entriesAfter(redis: Redis, accountId: string, position: string): Promise<Entry[] | undefined> {
  if (!/^\d{1,20}-\d{1,20}$/.test(position)) return undefined
  const [first, ...rest] = await redis.xrange(streamKey(accountId), position, '+')
  return first?.[0] === position ? eventsOf(rest) : undefined
}

/** Everything that stands in the stream. */
export async function allEntries(redis: Redis, accountId: string): Promise<Entry[]> {
  return eventsOf(await redis.xrange(streamKey(accountId), '-', '+'))
}

const eventsOf = (entries: Array<[id: string, fields: string[]]>): Entry[] =>
  entries.map(([id, fields]) => ({ id, event: fields[1] ?? MARKER })).filter(({ event }) => event !== MARKER)
