import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { planNames } from '../limits/plans.ts'
import type { Database } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import { findCallerByKey } from './apiKeys.ts'
import { refuseCrossSite, type SessionCookie } from './authenticate.ts'
import { closeSession, openSession } from './sessions.ts'

const SessionSchema = Type.Object(
  { accountId: Type.String({ format: 'uuid' }), plan: Type.Enum(planNames) },
  { $id: 'Session' }
)

/** `/v1/session`: a browser exchanges a key for a cookie, because EventSource sends no headers. */
export const sessionRoutes: FastifyPluginAsyncTypebox<{ db: Database; cookie: SessionCookie }> = async (
  app,
  { db, cookie }
) => {
  const tags = ['Session']

  app.post(
    '/v1/session',
    {
      config: { public: true },
      schema: {
        operationId: 'openSession',
        summary: 'Exchange an API key for a session cookie',
        tags,
        body: Type.Object({ key: Type.String({ maxLength: 200 }) }),
        response: { 201: SessionSchema }
      }
    },
    async (request, reply) => {
      // Signing somebody in from another site would let its owner watch what they upload.
      if (request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined) refuseCrossSite(request)
      const caller = await findCallerByKey(db, request.body.key)
      if (caller === undefined) throw new Problem('unauthorized', 'This key is not one of ours, or no longer valid.')
      const secret = await openSession(db, caller)
      return cookie
        .set(reply, secret)
        .code(201)
        .send({ accountId: caller.accountId, plan: caller.plan })
    }
  )

  app.get(
    '/v1/session',
    { schema: { operationId: 'getSession', summary: 'Who you are', tags, response: { 200: SessionSchema } } },
    async ({ caller }) => ({ accountId: caller.accountId, plan: caller.plan })
  )

  app.delete(
    '/v1/session',
    { schema: { operationId: 'closeSession', summary: 'Sign out', tags, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const secret = cookie.read(request)
      if (secret !== undefined) await closeSession(db, secret)
      return cookie.clear(reply).code(204).send(null)
    }
  )
}
