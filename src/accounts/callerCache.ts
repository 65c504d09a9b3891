import type { Redis } from '../platform/redis.ts'
import type { Caller } from './apiKeys.ts'

/**
 * Callers that were found lately, in Redis for all machines, by the SHA-256 of their key or cookie. What is kept holds
 * only while nothing has changed since it was read: `readAt` is when PostgreSQL began to read it, and the account's
 * `notbefore` is when its access last changed, both by PostgreSQL's clock. So even an entry that is written after the
 * change, from a row read before it, is not believed.
 */

/** How long an entry may serve; what is not told by a change of access is known after it. */
const KEEP_MS = 30_000
/** Longer than any entry from before the change can still come in and serve. */
const NOT_BEFORE_MS = 5 * 60_000

/** One hash tag: the script finds out only from the entry whose `notbefore` it needs. */
const entryKey = (hash: string) => `{auth}:${hash}`
const notBeforePrefix = '{auth}:notbefore:'

const findScript = `
local entry = redis.call('HMGET', KEYS[1], 'accountId', 'readAt', 'caller')
if not entry[1] then return nil end
local notBefore = redis.call('GET', ARGV[1] .. entry[1])
if notBefore and tonumber(entry[2]) <= tonumber(notBefore) then return nil end
return entry[3]`

/** @throws when Redis is away */
export async function findCachedCaller(redis: Redis, hash: string): Promise<Caller | undefined> {
  const found = (await redis.eval(findScript, 1, entryKey(hash), notBeforePrefix)) as string | null
  return found === null ? undefined : (JSON.parse(found) as Caller)
}

/**
 * Keeps a caller for the next requests.
 * @param readAt by PostgreSQL's clock, in microseconds, before it looked
 * @param validMs how long the key or session itself still counts
 */
export async function cacheCaller(
  redis: Redis,
  hash: string,
  found: { caller: Caller; readAt: number; validMs: number }
): Promise<void> {
  const { caller, readAt, validMs } = found
  const keepMs = Math.floor(Math.min(KEEP_MS, validMs))
  if (keepMs < 1) return
  const key = entryKey(hash)
  const entry = { accountId: caller.accountId, readAt, caller: JSON.stringify(caller) }
  await redis.multi().hset(key, entry).pexpire(key, keepMs).exec()
}

/** Only ever later: two changes may be told in either order. */
const notBeforeScript = `
local known = redis.call('GET', KEYS[1])
if known and tonumber(known) >= tonumber(ARGV[1]) then return end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])`

/** From now on no entry of an account counts that was read before. @throws when Redis is away */
export async function refuseCallersReadBefore(redis: Redis, accountId: string, at: number): Promise<void> {
  await redis.eval(notBeforeScript, 1, notBeforePrefix + accountId, at, NOT_BEFORE_MS)
}
