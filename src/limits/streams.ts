import { randomUUID } from 'node:crypto'
import type { Caller } from '../accounts/apiKeys.ts'
import type { Redis } from '../platform/redis.ts'
import { plans } from './plans.ts'
import { tooManyAtOnce } from './refusals.ts'

/** A stream whose machine is silent for so long counts no longer: that machine is gone. */
const LEASE_MS = 20_000
const RENEW_EVERY_MS = 5_000

/** The event streams that are open, of an account on all machines together. */
export interface StreamLeases {
  /**
   * Counts a stream that is to be opened.
   * @param isReturning whether its client says that it had one before. It is let in beside as many leases of streams
   * that were lost with their machine, and have not run out yet: else a crash would keep its clients away for as long.
   * @returns a function to call once when it is closed
   * @throws {Problem} `rate_limit_exceeded` when the account has as many as it may have
   */
  open(caller: Caller, isReturning: boolean): Promise<() => void>
  /** How many an account has open on this machine. */
  here(accountId: string): number
  close(): void
}

/** The braces put it beside the account's other keys. Members are streams, scores are when their leases run out. */
const leasesKey = (accountId: string) => `{${accountId}}:streams`

/** By the clock of Redis, which is one for all machines. What is renewed is let in in any case. */
const leaseScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if ARGV[1] ~= 'renew' and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
for i = 3, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`

const countScript = `
local time = redis.call('TIME')
return redis.call('ZCOUNT', KEYS[1], '(' .. time[1] * 1000 + math.floor(time[2] / 1000), '+inf')`

export function streamLeases(redis: Redis, onAway: (error: unknown) => void): StreamLeases {
  /** By account, the streams of this machine. */
  const here = new Map<string, Set<string>>()
  const openHere = (accountId: string) => here.get(accountId)?.size ?? 0

  const renewing = setInterval(() => {
    for (const [accountId, ids] of here) {
      // Without Redis the leases run out, and with it they are there again.
      redis.eval(leaseScript, 1, leasesKey(accountId), 'renew', LEASE_MS, ...ids).catch(() => undefined)
    }
  }, RENEW_EVERY_MS)

  /** Without Redis the streams of this machine are all that is known of. */
  async function fits(accountId: string, id: string, most: number): Promise<boolean> {
    try {
      return (await redis.eval(leaseScript, 1, leasesKey(accountId), most, LEASE_MS, id)) === 1
    } catch (error) {
      onAway(error)
      return openHere(accountId) < most
    }
  }

  return {
    async open({ accountId, plan }, isReturning) {
      const id = randomUUID()
      const most = plans[plan].eventStreams
      if (!(await fits(accountId, id, isReturning ? 2 * most : most))) throw tooManyAtOnce('event-streams', plan, most)
      const ids = here.get(accountId) ?? new Set()
      here.set(accountId, ids.add(id))
      return () => {
        ids.delete(id)
        if (ids.size === 0 && here.get(accountId) === ids) here.delete(accountId)
        redis.zrem(leasesKey(accountId), id).catch(() => undefined) // The lease runs out by itself.
      }
    },
    here: openHere,
    close: () => clearInterval(renewing)
  }
}

/** How many streams an account has open on all machines. @throws when Redis is away */
export async function openStreams(redis: Redis, accountId: string): Promise<number> {
  return (await redis.eval(countScript, 1, leasesKey(accountId))) as number
}
