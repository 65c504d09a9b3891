import Fastify, { type FastifyInstance } from 'fastify'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { countAttempts } from './accounts/attempts.ts'
import { authenticate } from './accounts/authenticate.ts'
import { findCallers } from './accounts/callers.ts'
import { deviceCookie, sessionCookie } from './accounts/cookies.ts'
import { accountDataRoutes } from './accounts/dataRoutes.ts'
import { pageLink } from './accounts/mails.ts'
import { hashPasswords } from './accounts/passwords.ts'
import { accountRoutes } from './accounts/routes.ts'
import { adminRoutes } from './admin/routes.ts'
import { batchRoutes } from './analyses/batchRoutes.ts'
import { analysisRoutes } from './analyses/routes.ts'
import { billingRoutes } from './billing/routes.ts'
import { openBilling } from './billing/stripe.ts'
import type { ServiceConfig } from './config.ts'
import { createEngine } from './engine/pool.ts'
import { loadProviders, versionWith } from './engine/providers/provider.ts'
import { createHub } from './events/hub.ts'
import { startRelay } from './events/relay.ts'
import { eventRoutes } from './events/routes.ts'
import { feedbackRoutes } from './feedback/routes.ts'
import { idempotency } from './intake/idempotency/idempotency.ts'
import { intakeRoutes } from './intake/routes.ts'
import { startProcessor } from './ledger/processor.ts'
import { openLedger } from './ledger/queue.ts'
import { startHousekeeping } from './ledger/housekeeping.ts'
import { startReconciler } from './ledger/reconciler.ts'
import { limits } from './limits/rates.ts'
import { limitRoutes } from './limits/routes.ts'
import { createMailer } from './mail/mailer.ts'
import { logTransport, smtpTransport } from './mail/transport.ts'
import { healthRoutes } from './observability/health.ts'
import { metrics } from './observability/metrics.ts'
import { documentation } from './openapi.ts'
import { answerProblem, answerProblems, onClientError, refuseWhenClosing } from './platform/errors.ts'
import { connectPostgres } from './platform/postgres.ts'
import { connectBlockingRedis, connectRedis } from './platform/redis.ts'
import { createOutbound } from './platform/outbound/outbound.ts'
import { together } from './platform/repeat.ts'
import { openStorage } from './platform/storage/open.ts'
import { closeSilentConnections } from './platform/silentConnections.ts'
import { closeSlowBodies } from './platform/slowBodies.ts'
import { finishUnreadBodies } from './platform/unreadBodies.ts'
import { webPages } from './web/pages.ts'
import { startDeliverer } from './webhooks/deliverer.ts'
import { startDispatcher } from './webhooks/dispatcher.ts'
import { openDeliveryQueue } from './webhooks/queue.ts'
import { webhookRoutes } from './webhooks/routes.ts'

/** How long a client may take: for the headers, for the whole request, and without a byte. */
const HEADERS_TIMEOUT_MS = 15_000
const REQUEST_TIMEOUT_MS = 15 * 60_000
const IDLE_TIMEOUT_MS = 90_000
/** The part of an analysis's time that a provider may take: what is left is for the verdict without it. */
const PROVIDER_SHARE = 2 / 3
/** The hub asks more often than that whether its connection lives. */
const SUBSCRIBER_SILENCE_MS = 8_000
/** The part of the time to shut down in which analyses may still finish by themselves. */
const HAND_BACK_AFTER = 0.8
/** JSON bodies are small; a file has the limit of its plan. */
const JSON_BODY_BYTES = 64 * 1024

/**
 * Puts the service together: everything that one process does, by its roles. Nothing listens yet, and nothing needs
 * to be reachable yet. `close()` takes no more work, waits for what runs, then lets go of everything.
 */
export async function buildApp(config: ServiceConfig, logger: FastifyBaseLogger): Promise<FastifyInstance> {
  const providers = await loadProviders(config.engineProviders)
  const app = Fastify({
    loggerInstance: logger,
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

  const postgres = connectPostgres({ url: config.databaseUrl, max: config.databasePoolMax, log: app.log })
  const redis = connectRedis(config.redisUrl, app.log)
  const subscriber = connectBlockingRedis(config.redisUrl, app.log, { socketTimeout: SUBSCRIBER_SILENCE_MS })
  const storage = openStorage(config.storageUrl)
  const { db } = postgres

  const hub = createHub(subscriber)
  const outbound = createOutbound({ allowed: config.outboundAllow })
  const deliveries = openDeliveryQueue(redis, app.log)
  const { reconcileEveryMs } = config
  // Whoever commits an event nudges both: it is in the outbox, and may be a delivery as well.
  const relay = together(
    startRelay({ db, redis, log: app.log }),
    startDispatcher({ db, queue: deliveries, log: app.log, reconcileEveryMs })
  )
  const ledger = openLedger(redis, app.log)
  const billing = config.stripe && openBilling(config.stripe)
  const housekeeping = startHousekeeping({ db, redis, billing, storage, log: app.log, everyMs: reconcileEveryMs })
  const reconciler = startReconciler({
    db,
    ledger,
    log: app.log,
    everyMs: reconcileEveryMs,
    uploadStaleMs: config.uploadStaleMs,
    retryMs: config.ledgerRetryMs,
    ageingMs: config.ledgerAgeingMs
  })
  // Last in, first out: what others still need is let go of last.
  app.addHook('onClose', async () => {
    await Promise.all([relay.close(), reconciler.close(), housekeeping.close()])
    await Promise.all([ledger.close(), deliveries.close()])
    redis.disconnect()
    subscriber.disconnect()
    storage.close()
    await postgres.close()
  })

  answerProblems(app)
  refuseWhenClosing(app)
  closeSilentConnections(app)
  finishUnreadBodies(app)
  closeSlowBodies(app)
  await app.register(metrics, { host: config.host, port: config.metricsPort })
  await app.register(documentation)

  const engine = config.roles.has('worker')
    ? createEngine({
        threads: config.engineThreads,
        deadlineMs: config.analysisDeadlineMs,
        detectors: config.engineDetectors,
        onError: (error) => app.log.error({ err: error }, 'An engine thread died while idle')
      })
    : undefined
  if (engine !== undefined) {
    const blocking = connectBlockingRedis(config.redisUrl, app.log)
    const processor = startProcessor({
      db,
      storage,
      engine,
      providers,
      providerTimeoutMs: config.analysisDeadlineMs * PROVIDER_SHARE,
      relay,
      redis: blocking,
      lockMs: config.ledgerLockMs,
      retryMs: config.ledgerRetryMs,
      log: app.log
    })
    const deliverer = startDeliverer({ db, outbound, queue: deliveries, relay, redis: blocking, lockMs: config.ledgerLockMs, log: app.log })
    app.addHook('onClose', async () => {
      const finished = Promise.all([processor.close(), deliverer.close()])
      await Promise.race([finished, sleep(config.shutdownMs * HAND_BACK_AFTER, undefined, { ref: false })])
      // What still runs is broken off here, and its rows are handed back to the other machines.
      processor.handBack()
      deliverer.handBack()
      await finished
      await engine.close()
      blocking.disconnect()
    })
  }

  await app.register(healthRoutes, { postgres, redis, storage, engine })
  if (config.roles.has('api')) {
    const cookie = sessionCookie(config.publicUrl)
    await app.register(limits, { db, redis, anonymousPerMinute: config.anonymousPerMinute })
    const callers = findCallers({ db, redis, log: app.log })
    const transport = config.smtpUrl === undefined ? logTransport(app.log) : smtpTransport(config.smtpUrl, config.mailFrom)
    const mailer = createMailer({ transport, log: app.log })
    app.addHook('onClose', () => mailer.close())
    await app.register(authenticate, { callers, cookie })
    await app.register(idempotency, { db, staleMs: config.uploadStaleMs })
    const access = { db, redis, log: app.log }
    const passwords = hashPasswords()
    const attempts = countAttempts(redis)
    await app.register(accountRoutes, {
      ...access,
      callers,
      passwords,
      attempts,
      mailer,
      // What a request says of its host is its own word: a link is made of what is configured, or listened on.
      link: pageLink(() => config.publicUrl?.href ?? app.listeningOrigin),
      cookie,
      device: deviceCookie(config.publicUrl)
    })
    await app.register(intakeRoutes, {
      db,
      storage,
      ledger,
      relay,
      hub,
      outbound,
      engineVersion: versionWith(providers),
      lifeSignEveryMs: config.uploadStaleMs / 6,
      fetchTimeoutMs: config.fetchTimeoutMs
    })
    await app.register(batchRoutes, { db, ledger, relay, hub })
    await app.register(analysisRoutes, { db, storage, ledger, relay, hub })
    await app.register(eventRoutes, { redis, hub, isStillValid: (caller) => callers.isStillValid(caller) })
    await app.register(limitRoutes, { db, redis })
    await app.register(accountDataRoutes, { ...access, passwords, attempts, cookie, housekeeping })
    await app.register(adminRoutes, { ...access, ledger })
    await app.register(billingRoutes, { ...access, billing, publicUrl: config.publicUrl })
    await app.register(feedbackRoutes, { db, storage })
    await app.register(webhookRoutes, { db, relay, outbound })
    await app.register(webPages)
  }
  return app
}

/** A caller's own id is kept when it is harmless in a log, so that both sides can find the request again. */
function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID()
}
