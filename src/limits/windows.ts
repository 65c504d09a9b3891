import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Redis } from '../platform/redis.ts'
import { within } from '../platform/within.ts'
import { subjectOf } from './subject.ts'

/** Everything that is limited "a minute" is counted in windows of one, which begins with the first that is counted. */
export const WINDOW_MS = 60_000
/** So many accounts and addresses a machine counts by itself. */
const SUBJECTS = 20_000
/** Redis answers in a millisecond or two; no request waits longer than this for a limit. */
const REDIS_TIMEOUT_MS = 1_000
/** After a failure of Redis this machine counts for itself for so long before it asks again. */
const REDIS_REST_MS = 2_000

/** What a window holds, after it was counted or looked at. */
export interface Counted {
  used: number
  /** Until it opens anew; 0 when nothing is counted yet. */
  resetMs: number
  /** Whether what was asked for fitted in. Of what did not, nothing is counted that matters: the window is full. */
  fits: boolean
}

/**
 * Counts for whoever makes a request.
 * @param cost how much of it
 * @param look whether it is only asked if that would fit
 */
export type Count = (request: FastifyRequest, cost: number, look: boolean) => Promise<Counted>

/** Where a limit is counted: in Redis for all machines, or on this one alone. */
export interface Window {
  shared: Count
  own: Count
}

/** What is counted one at a time, by `@fastify/rate-limit`. */
export async function countedOnes(
  app: FastifyInstance,
  redis: Redis,
  name: string,
  maxOf: (request: FastifyRequest) => number
): Promise<Window> {
  const settings = {
    global: false,
    timeWindow: WINDOW_MS,
    cache: SUBJECTS,
    max: maxOf,
    keyGenerator: (request: FastifyRequest) => windowKey(request, name)
  }
  return { shared: await limiter({ ...settings, redis, nameSpace: '' }), own: await limiter(settings) }

  /** In a scope of its own: the plugin has one store a scope. */
  async function limiter(options: object): Promise<Count> {
    let take: ReturnType<FastifyInstance['createRateLimit']> | undefined
    await app.register(async (scope) => {
      await scope.register(rateLimit, options)
      take = scope.createRateLimit()
    })
    return async (request, _one, look) => {
      const found = await take?.(request, { increment: !look })
      if (found === undefined || found.isAllowed) throw new Error('Nobody is let off this limit')
      const { max, remaining, ttl, isExceeded } = found
      return { used: max - remaining, resetMs: ttl, fits: look ? remaining > 0 : !isExceeded }
    }
  }
}

/** Counts only what fits, so that the rest of a window stays for something smaller. */
const takeScript = `
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local fits = used + tonumber(ARGV[1]) <= tonumber(ARGV[2])
if fits and ARGV[4] == 'take' then
  local first = used == 0
  used = redis.call('INCRBY', KEYS[1], ARGV[1])
  if first then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
end
return { used, math.max(0, redis.call('PTTL', KEYS[1])), fits and 1 or 0 }`

/** What is counted by many at once: the bytes of a file, the files of a request. */
export function countedAmounts(redis: Redis, name: string, maxOf: (request: FastifyRequest) => number): Window {
  const windows = new LRUCache<string, { used: number; endsAt: number }>({ max: SUBJECTS })
  return {
    async shared(request, cost, look) {
      const key = windowKey(request, name)
      const answer = await redis.eval(takeScript, 1, key, cost, maxOf(request), WINDOW_MS, look ? 'look' : 'take')
      const [used, resetMs, fits] = answer as [number, number, number]
      return { used, resetMs, fits: fits === 1 }
    },
    async own(request, cost, look) {
      const key = windowKey(request, name)
      const now = Date.now()
      let window = windows.get(key)
      if (window === undefined || window.endsAt <= now) window = { used: 0, endsAt: now + WINDOW_MS }
      const fits = window.used + cost <= maxOf(request)
      if (fits && !look) windows.set(key, { ...window, used: window.used + cost })
      return { used: window.used + (fits && !look ? cost : 0), resetMs: window.used === 0 && look ? 0 : window.endsAt - now, fits }
    }
  }
}

const windowKey = (request: FastifyRequest, name: string) => `${subjectOf(request).key}:rate:${name}`

/** Asks Redis, as long as it answers at once; else this machine counts for itself. */
export interface Fallback {
  count(window: Window, request: FastifyRequest, cost: number, look: boolean): Promise<Counted>
  /** Whether limits are those of all machines at the moment. */
  readonly shared: boolean
}

export function fallBack(onAway: (error: unknown) => void): Fallback {
  let awayUntil = 0
  return {
    async count(window, request, cost, look) {
      if (performance.now() < awayUntil) return window.own(request, cost, look)
      try {
        return await within(REDIS_TIMEOUT_MS, window.shared(request, cost, look), 'Redis does not answer in time')
      } catch (error) {
        awayUntil = performance.now() + REDIS_REST_MS
        onAway(error)
        return window.own(request, cost, look)
      }
    },
    get shared() {
      return performance.now() >= awayUntil
    }
  }
}
