import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Redis } from 'ioredis'
import type { Engine } from '../engine/pool.ts'
import type { Postgres } from '../platform/postgres.ts'
import type { Storage } from '../platform/storage/storage.ts'

export interface HealthOptions {
  postgres: Postgres
  redis: Redis
  storage: Storage
  /** Absent on a machine that works on nothing. */
  engine: Engine | undefined
}

const CHECK_TIMEOUT_MS = 2_000
/** Checkers come often and many at a time; the answer stays good for so long. */
const KEEP_MS = 1_000

const PartSchema = Type.Enum(['up', 'down'])
const ReadinessSchema = Type.Object({
  status: Type.Enum(['ready', 'degraded', 'unavailable']),
  postgres: PartSchema,
  redis: PartSchema,
  storage: PartSchema,
  engine: Type.Optional(PartSchema)
})

/**
 * `/healthz`: the process lives. `/readyz`: what it stands on answers. Without Redis the machine is `degraded` and
 * still ready, because uploads and reads go on: a proxy that took all machines out then would make an outage of it.
 */
export const healthRoutes: FastifyPluginAsyncTypebox<HealthOptions> = async (app, options) => {
  const tags = ['Health']
  let kept: { at: number; parts: ReturnType<typeof look> } | undefined

  async function look() {
    const { postgres, redis, storage, engine } = options
    const [postgresPart, redisPart, storagePart, enginePart] = await Promise.all([
      answers(() => postgres.check()),
      answers(() => redis.ping()),
      answers(() => storage.check()),
      engine && answers(() => engine.check())
    ])
    return { postgres: postgresPart, redis: redisPart, storage: storagePart, ...(enginePart && { engine: enginePart }) }
  }

  app.get(
    '/healthz',
    { logLevel: 'warn', schema: { summary: 'The process lives', tags, security: [], response: { 200: Type.Object({ status: Type.Literal('alive') }) } } },
    async () => ({ status: 'alive' as const })
  )

  app.get(
    '/readyz',
    {
      logLevel: 'warn',
      schema: { summary: 'The process can work', tags, security: [], response: { 200: ReadinessSchema, 503: ReadinessSchema } }
    },
    async (_request, reply) => {
      if (kept === undefined || performance.now() - kept.at > KEEP_MS) kept = { at: performance.now(), parts: look() }
      const parts = await kept.parts
      const broken = parts.postgres === 'down' || parts.storage === 'down' || parts.engine === 'down'
      const status = broken ? 'unavailable' : parts.redis === 'down' ? 'degraded' : 'ready'
      return reply.code(broken ? 503 : 200).send({ status, ...parts })
    }
  )
}

async function answers(check: () => Promise<unknown>): Promise<'up' | 'down'> {
  const late = Promise.withResolvers<'down'>()
  const timer = setTimeout(() => late.resolve('down'), CHECK_TIMEOUT_MS)
  const checked = check().then(
    () => 'up' as const,
    () => 'down' as const
  )
  try {
    return await Promise.race([checked, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
