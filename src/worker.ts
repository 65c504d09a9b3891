import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { createEngine, type Engine } from './engine/pool.ts'
import { startProcessor } from './ledger/processor.ts'
import type { Parts } from './parts.ts'
import { connectBlockingRedis } from './platform/redis.ts'
import { startDeliverer } from './webhooks/deliverer.ts'

/** The part of an analysis's time that a provider may take: what is left is for the verdict without it. */
const PROVIDER_SHARE = 2 / 3
/** The part of the time to shut down in which analyses may still finish by themselves. */
const HAND_BACK_AFTER = 0.8
/** The part in which what was handed back may still be told to Redis. */
const GIVE_UP_AFTER = 0.1

/** The role `worker`: works on analyses and delivers webhooks, until the app closes. */
export function startWorker(app: FastifyInstance, parts: Parts): Engine {
  const { config, log, tracing, measures, db, storage, providers, trustList, relay, outbound, deliveries } = parts
  const engine = createEngine({
    threads: config.engineThreads,
    deadlineMs: config.analysisDeadlineMs,
    videoDeadlineMs: config.videoDeadlineMs,
    detectors: config.engineDetectors,
    models: parts.models,
    trustList: () => trustList?.current(),
    onAnalyzed: (kind, tookMs) => measures.engineTook(kind, tookMs),
    onError: (error) => log.error({ err: error }, 'An engine thread died while idle'),
    onNotice: ({ level, message, ...details }) => log[level](details, message)
  })
  const blocking = connectBlockingRedis(config.redisUrl, log)
  const processor = startProcessor({
    db,
    storage,
    engine,
    providers,
    providerTimeoutMs: config.analysisDeadlineMs * PROVIDER_SHARE,
    videoProviderTimeoutMs: config.videoDeadlineMs * PROVIDER_SHARE,
    relay,
    redis: blocking,
    lockMs: config.ledgerLockMs,
    retryMs: config.ledgerRetryMs,
    tracing,
    measures,
    log
  })
  const deliverer = startDeliverer({ db, outbound, queue: deliveries, relay, redis: blocking, lockMs: config.ledgerLockMs, measures, log })
  app.addHook('onClose', async () => {
    const finished = Promise.all([processor.close(), deliverer.close()])
    await Promise.race([finished, sleep(config.shutdownMs * HAND_BACK_AFTER, undefined, { ref: false })])
    // What still runs is broken off here, and its rows are handed back to the other machines.
    processor.handBack()
    deliverer.handBack()
    await Promise.race([finished, sleep(config.shutdownMs * GIVE_UP_AFTER, undefined, { ref: false })])
    // Without Redis a worker would wait for it to say how far it came. The rows say so.
    blocking.disconnect()
    await finished
    await engine.close()
  })
  return engine
}
