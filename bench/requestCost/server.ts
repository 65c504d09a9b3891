/** One cheap route, served with authentication and limits, and beside that without. Sends both addresses, the latter first. */
import { Registry } from '@prometheus-io/client'
import Fastify, { type FastifyInstance } from 'fastify'
import { authenticate } from '../../src/accounts/authenticate.ts'
import { findCallers } from '../../src/accounts/callers.ts'
import { sessionCookie } from '../../src/accounts/cookies.ts'
import { limits } from '../../src/limits/rates.ts'
import { createMeasures } from '../../src/observability/measures.ts'
import { answerProblems } from '../../src/platform/errors.ts'
import { connectPostgres } from '../../src/platform/postgres.ts'
import { connectRedis } from '../../src/platform/redis.ts'

const { DATABASE_URL: databaseUrl = '', REDIS_URL: redisUrl = '' } = process.env

async function serve(prepare: (app: FastifyInstance) => Promise<void>): Promise<string> {
  const app = Fastify()
  answerProblems(app, () => undefined)
  await prepare(app)
  app.get('/v1/session', async () => ({ accountId: 'bench', plan: 'PREMIUM' }))
  return app.listen({ host: '127.0.0.1', port: 0 })
}

const guarded = await serve(async (app) => {
  const { db } = connectPostgres({ url: databaseUrl, max: 4, log: app.log })
  const redis = connectRedis(redisUrl, app.log)
  await app.register(limits, { db, redis, anonymousPerMinute: 1 })
  await app.register(authenticate, { callers: findCallers({ db, redis, measures: createMeasures(new Registry()), log: app.log }), cookie: sessionCookie(undefined) })
})
const bare = await serve(async () => undefined)
process.send?.({ address: `${bare} ${guarded}` })
