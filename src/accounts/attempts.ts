import { LRUCache } from 'lru-cache'
import type { Redis } from '../platform/redis.ts'
import { within } from '../platform/within.ts'

/**
 * Attempts of which only a few are free, and before each further one there is a wait that doubles. An attempt counts
 * from when it begins, as if it were to fail, so that a hundred at once are no way around; one that succeeds is taken
 * back. The count is that of all machines, in Redis; while Redis is away each machine counts for itself.
 */

export interface AttemptRule {
  /** So many are without a wait. */
  free: number
  firstWaitMs: number
  maxWaitMs: number
  /** So long after the last one all of them are forgotten. */
  forgetMs: number
}

/** What is counted under one name. */
export interface Attempted {
  name: string
  rule: AttemptRule
}

export interface Attempts {
  /** Counts one more under each name. @returns 0, or how long to wait under one of them: then nothing was counted */
  count(attempted: Attempted[]): Promise<number>
  /** Takes one back. */
  takeBack(attempted: Attempted): Promise<void>
  /** Forgets all of them. */
  forget(attempted: Attempted): Promise<void>
}

const REDIS_TIMEOUT_MS = 300
/** So many names a machine counts by itself. */
const NAMES = 20_000

/** One hash tag: an attempt is counted under several names in one step. */
const keyOf = ({ name }: Attempted) => `{attempts}:${name}`

/** @returns how long to wait from now after so many */
export function waitAfter(count: number, { free, firstWaitMs, maxWaitMs }: AttemptRule): number {
  return count < free ? 0 : Math.min(maxWaitMs, firstWaitMs * 2 ** Math.min(count - free, 40))
}

/** ARGV holds four numbers for each key: free, firstWaitMs, maxWaitMs, forgetMs. The wait is that of `waitAfter`. */
const countScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait = 0
for i, key in ipairs(KEYS) do
  wait = math.max(wait, tonumber(redis.call('HGET', key, 'until') or '0') - now)
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  local free, first, most, forget = unpack(ARGV, i * 4 - 3, i * 4)
  local count = redis.call('HINCRBY', key, 'count', 1)
  if count >= tonumber(free) then
    local pause = math.min(tonumber(most), first * 2 ^ math.min(count - free, 40))
    redis.call('HSET', key, 'until', string.format('%.0f', now + pause))
  end
  redis.call('PEXPIRE', key, forget)
end
return 0`

/** The wait goes as well: only an attempt that was let in can be taken back, so there was none before it. */
const takeBackScript = `
if redis.call('EXISTS', KEYS[1]) == 0 then return end
redis.call('HDEL', KEYS[1], 'until')
if redis.call('HINCRBY', KEYS[1], 'count', -1) <= 0 then redis.call('DEL', KEYS[1]) end`

export function countAttempts(redis: Redis): Attempts {
  const own = countOwn()
  const orOwn = async <T>(shared: () => Promise<unknown>, otherwise: () => T): Promise<T> =>
    within(REDIS_TIMEOUT_MS, shared() as Promise<T>, 'Redis does not answer in time').catch(otherwise)

  return {
    count: (attempted) =>
      orOwn(
        () => redis.eval(countScript, attempted.length, ...attempted.map(keyOf), ...attempted.flatMap(numbers)),
        () => own.count(attempted)
      ),
    takeBack: (attempted) =>
      orOwn(
        () => redis.eval(takeBackScript, 1, keyOf(attempted)),
        () => own.takeBack(attempted)
      ),
    forget: (attempted) =>
      orOwn(
        () => redis.del(keyOf(attempted)),
        () => own.forget(attempted)
      )
  }
}

const numbers = ({ rule: { free, firstWaitMs, maxWaitMs, forgetMs } }: Attempted) => [free, firstWaitMs, maxWaitMs, forgetMs]

/** The same, of this machine alone. */
function countOwn() {
  const counts = new LRUCache<string, { count: number; until: number }>({ max: NAMES })
  return {
    count(attempted: Attempted[]): number {
      const now = Date.now()
      const wait = Math.max(...attempted.map(({ name }) => (counts.get(name)?.until ?? 0) - now))
      if (wait > 0) return wait
      for (const { name, rule } of attempted) {
        const count = (counts.get(name)?.count ?? 0) + 1
        counts.set(name, { count, until: now + waitAfter(count, rule) }, { ttl: rule.forgetMs })
      }
      return 0
    },
    takeBack({ name, rule }: Attempted): void {
      const { count = 0 } = counts.get(name) ?? {}
      if (count > 1) counts.set(name, { count: count - 1, until: 0 }, { ttl: rule.forgetMs })
      else counts.delete(name)
    },
    forget({ name }: Attempted): void {
      counts.delete(name)
    }
  }
}
