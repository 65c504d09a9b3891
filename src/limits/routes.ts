import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { PUBLIC_FOR_MINUTES } from '../platform/caching.ts'
import type { Database } from '../platform/postgres.ts'
import type { Redis } from '../platform/redis.ts'
import { filesInFlight } from './files.ts'
import { planNames, plans } from './plans.ts'
import { quotaUsed } from './quota.ts'
import { nextMonth, type LimitName } from './refusals.ts'
import { PlanSchema, UsageSchema } from './resource.ts'
import { openStreams } from './streams.ts'
import { WINDOW_MS } from './windows.ts'

/** `GET /v1/plans`: the table; `GET /v1/usage`: what of it the caller has used. */
export const limitRoutes: FastifyPluginAsyncTypebox<{ db: Database; redis: Redis }> = async (app, { db, redis }) => {
  const tags = ['Limits']

  app.get(
    '/v1/plans',
    {
      config: { public: true, cache: PUBLIC_FOR_MINUTES },
      schema: { operationId: 'listPlans', summary: 'The plans and their limits', tags, response: { 200: Type.Object({ plans: Type.Array(PlanSchema) }) } }
    },
    async () => ({ plans: planNames.map((plan) => ({ plan, ...plans[plan] })) })
  )

  app.get(
    '/v1/usage',
    {
      // It is another with each request.
      config: { cache: 'no-store' },
      schema: {
        operationId: 'getUsage',
        summary: 'Every limit of your account, and what is left of it',
        description: 'This request counts as one itself. Over all keys and sessions of the account.',
        tags,
        response: { 200: UsageSchema }
      }
    },
    async (request) => {
      const { accountId, plan } = request.caller
      const most = plans[plan]
      const [rates, streams, inFlight, month] = await Promise.all([
        app.limits.standings(request),
        openStreams(redis, accountId).catch(() => undefined),
        filesInFlight(db, accountId, ['uploading', 'queued', 'processing']),
        quotaUsed(db, accountId)
      ])
      const perMinute = rates.map(({ name, max, used, resetMs }) => ({
        ...line(name, max, used, resetMs > 0 ? new Date(Date.now() + resetMs) : null),
        windowSeconds: WINDOW_MS / 1_000
      }))
      return {
        plan,
        shared: app.limits.shared && streams !== undefined,
        limits: [
          ...perMinute,
          line('files-in-flight', most.filesInFlight, inFlight),
          line('event-streams', most.eventStreams, streams ?? app.limits.streamsHere(accountId)),
          line('analyses-per-month', most.analysesPerMonth, month, nextMonth())
        ]
      }
    }
  )
}

const line = (name: LimitName, limit: number, used: number, resetsAt: Date | null = null) => ({
  name,
  limit,
  used,
  left: Math.max(0, limit - used),
  windowSeconds: null,
  resetsAt: resetsAt?.toISOString() ?? null
})
