import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Redis } from 'ioredis'
import type { Database } from '../platform/postgres.ts'
import { filesInFlight } from './files.ts'
import { planNames, plans, type Plan } from './plans.ts'
import { quotaUsed } from './quota.ts'
import { limitNames, nextMonth, type LimitName } from './refusals.ts'
import { openStreams } from './streams.ts'
import { WINDOW_MS } from './windows.ts'

const planNumbers = {
  requestsPerMinute: 'Requests of any kind',
  uploadsPerMinute: 'Requests that carry files',
  analysesPerMinute: 'Files sent in for analysis',
  bytesPerMinute: 'Bytes of files',
  filesInFlight: 'Files coming in, queued or being worked on at the same time',
  filesPerBatch: 'Files in one request',
  fileBytes: 'The largest file, in bytes',
  analysesPerMonth: 'Analyses in a calendar month (UTC)',
  retentionDays: 'Days for which an analysis and its file are kept after its end',
  eventStreams: 'Event streams open at the same time'
} satisfies Partial<Record<keyof Plan, string>>

const PlanSchema = Type.Object({
  plan: Type.Enum(planNames),
  ...(Object.fromEntries(
    Object.entries(planNumbers).map(([name, description]) => [name, Type.Integer({ description })])
  ) as Record<keyof typeof planNumbers, ReturnType<typeof Type.Integer>>)
})

const LimitSchema = Type.Object({
  name: Type.Enum(limitNames),
  limit: Type.Integer(),
  used: Type.Integer(),
  left: Type.Integer(),
  windowSeconds: Type.Union([Type.Integer(), Type.Null()], { description: 'For what is limited a minute' }),
  resetsAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'When it is counted anew; null when nothing is counted yet, and for what is only limited at the same time'
  })
})

const UsageSchema = Type.Object({
  plan: Type.Enum(planNames),
  shared: Type.Boolean({
    description: 'False while the limits of a minute, and the event streams, are those of the machine that answers, not of all'
  }),
  limits: Type.Array(LimitSchema)
})

/** `GET /v1/plans`: the table; `GET /v1/usage`: what of it the caller has used. */
export const limitRoutes: FastifyPluginAsyncTypebox<{ db: Database; redis: Redis }> = async (app, { db, redis }) => {
  const tags = ['Limits']

  app.get(
    '/v1/plans',
    {
      config: { public: true },
      schema: { operationId: 'listPlans', summary: 'The plans and their limits', tags, response: { 200: Type.Object({ plans: Type.Array(PlanSchema) }) } }
    },
    async () => ({ plans: planNames.map((plan) => ({ plan, ...plans[plan] })) })
  )

  app.get(
    '/v1/usage',
    {
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
