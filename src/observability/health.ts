import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Readiness } from './readiness.ts'

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
export const healthRoutes: FastifyPluginAsyncTypebox<{ readiness: () => Promise<Readiness> }> = async (app, { readiness }) => {
  const tags = ['Health']

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
      const { status, parts } = await readiness()
      return reply.code(status === 'unavailable' ? 503 : 200).send({ status, ...parts })
    }
  )
}
