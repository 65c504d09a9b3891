import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Database } from '../platform/postgres.ts'
import type { Redis } from '../platform/redis.ts'
import { rateLimitHeaders, rateNames, type RateName, type Standing } from './headers.ts'
import { lookFiles } from './files.ts'
import { plans, type Plan } from './plans.ts'
import { tooMuch } from './refusals.ts'
import { streamLeases } from './streams.ts'
import { subjectOf } from './subject.ts'
import { countedAmounts, countedOnes, fallBack, type Window } from './windows.ts'

/**
 * The limits of a minute, and looks at what else may refuse a file. Each is that of the caller's plan at this moment.
 * What was counted stands in `RateLimit` and `RateLimit-Policy` of the answer. When Redis is away, this machine counts
 * for itself.
 */
export interface Limits {
  /** Counts a request, by the caller's account, else by the client's address. @throws {Problem} `rate_limit_exceeded` */
  takeRequest(request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** Counts a request that carries files, once for all of them. @throws {Problem} `rate_limit_exceeded` */
  takeUpload(request: FastifyRequest): Promise<void>
  /** Counts one file that is to be analysed. @throws {Problem} `rate_limit_exceeded` */
  takeFile(request: FastifyRequest): Promise<void>
  /** Counts bytes of files that have come in: every few MB, and at the end of each file. @throws {Problem} `rate_limit_exceeded` */
  takeBytes(request: FastifyRequest, bytes: number): Promise<void>
  /** Counts nothing: refuses before anything is read what `takeBytes` would refuse later. @throws {Problem} `rate_limit_exceeded` */
  lookBytes(request: FastifyRequest, bytes: number): Promise<void>
  /**
   * Counts nothing: refuses before anything is read what `queueAnalysis` would refuse later, for want of quota or for
   * too many files in flight.
   * @throws {Problem} `quota_exceeded`, `rate_limit_exceeded`
   */
  lookFiles(request: FastifyRequest): Promise<void>
  /**
   * Counts an event stream that is to be opened.
   * @returns a function to call once when it is closed
   * @throws {Problem} `rate_limit_exceeded`
   */
  takeStream(request: FastifyRequest): Promise<() => void>
  /** How many streams an account has open on this machine. */
  streamsHere(accountId: string): number
  /** How the limits of a minute stand, nothing counted. */
  standings(request: FastifyRequest): Promise<Standing[]>
  /** Whether they are counted for all machines at the moment; else for this one alone. */
  readonly shared: boolean
}

declare module 'fastify' {
  interface FastifyInstance {
    limits: Limits
  }
  interface FastifyRequest {
    /** What was counted for this request, and the answer that says so; undefined where nothing is limited. */
    counted: { reply: FastifyReply; standings: Map<RateName, Standing> } | undefined
  }
}

export interface LimitsOptions {
  db: Database
  redis: Redis
  /** Requests that an address may make in a minute where no account pays for them. */
  anonymousPerMinute: number
}

/** Decorates the app with its `limits`. */
export const limits = fp<LimitsOptions>(async (app, { db, redis, anonymousPerMinute }) => {
  const maxOf = (name: RateName) => (request: FastifyRequest) => {
    const { plan } = subjectOf(request)
    return plan === undefined ? anonymousPerMinute : perMinute(plans[plan])[name]
  }
  const windows: Record<RateName, Window> = {
    requests: await countedOnes(app, redis, 'requests', maxOf('requests')),
    uploads: await countedOnes(app, redis, 'uploads', maxOf('uploads')),
    analyses: await countedOnes(app, redis, 'analyses', maxOf('analyses')),
    bytes: countedAmounts(redis, 'bytes', maxOf('bytes'))
  }
  // That Redis is away is told once, by its connection.
  const onAway = (error: unknown) => app.log.debug({ err: error }, 'This machine counts its limits for itself')
  const fallback = fallBack(onAway)
  const streams = streamLeases(redis, onAway)
  app.addHook('onClose', async () => streams.close())
  app.decorateRequest('counted')

  async function count(name: RateName, request: FastifyRequest, cost: number, look: boolean): Promise<void> {
    const { used, resetMs, fits } = await fallback.count(windows[name], request, cost, look)
    const { counted } = request
    if (counted !== undefined) {
      counted.standings.set(name, standing(name, request, used, resetMs))
      counted.reply.headers(rateLimitHeaders([...counted.standings.values()]))
    }
    if (!fits) throw tooMuch(name, subjectOf(request).plan, resetMs)
  }

  function standing(name: RateName, request: FastifyRequest, used: number, resetMs: number): Standing {
    return { name, max: maxOf(name)(request), used, resetMs, ...(name === 'bytes' && { unit: 'content-bytes' }) }
  }

  app.decorate('limits', {
    takeRequest(request, reply) {
      request.counted = { reply, standings: new Map() }
      return count('requests', request, 1, false)
    },
    takeUpload: (request) => count('uploads', request, 1, false),
    takeFile: (request) => count('analyses', request, 1, false),
    takeBytes: (request, bytes) => count('bytes', request, bytes, false),
    // What is larger than a minute allows at all may flow over several: it is let in when the minute is fresh.
    lookBytes: (request, bytes) => count('bytes', request, Math.min(bytes, maxOf('bytes')(request)), true),
    lookFiles: (request) => lookFiles(db, request.caller),
    takeStream: (request) => streams.open(request.caller, request.headers['last-event-id'] !== undefined),
    streamsHere: (accountId) => streams.here(accountId),
    standings: (request) =>
      Promise.all(
        rateNames.map(async (name) => {
          const { used, resetMs } = await fallback.count(windows[name], request, 0, true)
          return standing(name, request, used, resetMs)
        })
      ),
    get shared() {
      return fallback.shared
    }
  } satisfies Limits)
}, { name: 'limits' })

const perMinute = (plan: Plan): Record<RateName, number> => ({
  requests: plan.requestsPerMinute,
  uploads: plan.uploadsPerMinute,
  analyses: plan.analysesPerMinute,
  bytes: plan.bytesPerMinute
})
