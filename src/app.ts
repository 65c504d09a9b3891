import { Registry } from '@prometheus-io/client'
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { randomUUID } from 'node:crypto'
import { registerApi } from './api.ts'
import type { ServiceConfig } from './config.ts'
import type { Engine } from './engine/pool.ts'
import { requestLanguage } from './language/requestLanguage.ts'
import { watchCircuits, watchEngine, watchParts, watchPools, watchQueueGauges } from './observability/gauges.ts'
import { healthRoutes } from './observability/health.ts'
import { createMeasures } from './observability/measures.ts'
import { metrics } from './observability/metrics.ts'
import { watchQueue } from './observability/queue.ts'
import { watchReadiness, type Readiness } from './observability/readiness.ts'
import { RequestLines } from './observability/requestLog.ts'
import { documentation } from './openapi.ts'
import { openParts, type Parts } from './parts.ts'
import { refuseBrokenBodies } from './platform/brokenBodies.ts'
import { caching } from './platform/caching.ts'
import { answerProblem, answerProblems, onClientError, refuseWhenClosing } from './platform/errors.ts'
import { closeSilentConnections } from './platform/silentConnections.ts'
import { closeSlowBodies } from './platform/slowBodies.ts'
import { finishUnreadBodies } from './platform/unreadBodies.ts'
import { startWorker } from './worker.ts'

/** How long a client may take: for the headers, for the whole request, and without a byte. */
const HEADERS_TIMEOUT_MS = 15_000
const REQUEST_TIMEOUT_MS = 15 * 60_000
const IDLE_TIMEOUT_MS = 90_000
/** JSON bodies are small; a file has the limit of its plan. */
const JSON_BODY_BYTES = 64 * 1024

/**
 * Puts the service together: everything that one process does, by its roles. Nothing listens yet, and nothing needs
 * to be reachable yet. `close()` takes no more work, waits for what runs, then lets go of everything.
 */
export async function buildApp(config: ServiceConfig, logger: FastifyBaseLogger): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: logger,
    logController: new RequestLines(),
    bodyLimit: JSON_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: IDLE_TIMEOUT_MS,
    // A missing Host is refused by us, with a problem.
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: 5_000, requireHostHeader: false },
    trustProxy: config.trustProxy.length > 0 ? config.trustProxy : false,
    requestIdHeader: false,
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    clientErrorHandler: onClientError,
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply),
    forceCloseConnections: 'idle',
    return503OnClosing: false
  })
  const register = new Registry()
  const measures = createMeasures(register)
  const parts = await openParts(config, app.log, measures)
  // Last in, first out: what others still need is let go of last.
  app.addHook('onClose', () => parts.close())

  await parts.tracing.traceRequests(app)
  await app.register(caching)
  await app.register(requestLanguage)
  answerProblems(app, (problem) => measures.problemAnswered(problem))
  refuseWhenClosing(app)
  closeSilentConnections(app)
  finishUnreadBodies(app)
  refuseBrokenBodies(app)
  closeSlowBodies(app)
  await app.register(metrics, { host: config.host, port: config.metricsPort, register })
  await app.register(documentation)

  const engine = config.roles.has('worker') ? startWorker(app, parts) : undefined
  const readiness = watchReadiness({ ...parts, engine })
  watch(register, parts, engine, readiness)
  await app.register(healthRoutes, { readiness })
  if (config.roles.has('api')) await registerApi(app, parts)
  return app
}

/** What is asked for at each scrape, beside what the parts tell of their work by their `measures`. */
function watch(register: Registry, { db, postgres, replica, providers }: Parts, engine: Engine | undefined, readiness: () => Promise<Readiness>): void {
  watchParts(register, readiness)
  watchQueueGauges(register, watchQueue(db))
  watchPools(register, { primary: postgres.pool, ...(replica.pool && { replica: replica.pool }) })
  watchCircuits(register, providers)
  if (engine !== undefined) watchEngine(register, engine)
}

/** A caller's own id is kept when it is harmless in a log, and no key, so that both sides can find the request again. */
function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^(?!ft_live_)[\w.-]{8,64}$/.test(given) ? given : randomUUID()
}
