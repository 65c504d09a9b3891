import type { FastifyBaseLogger } from 'fastify'
import { openBilling } from './billing/stripe.ts'
import type { ServiceConfig } from './config.ts'
import { openTrustList } from './engine/credentials/trustList.ts'
import { openModels } from './engine/models/configured.ts'
import { openProviders } from './engine/providers/configured.ts'
import { createHub } from './events/hub.ts'
import { startRelay } from './events/relay.ts'
import { startHousekeeping } from './ledger/housekeeping.ts'
import { openLedger } from './ledger/queue.ts'
import { startReconciler } from './ledger/reconciler.ts'
import { measurePool } from './observability/edges/postgres.ts'
import { measuredProvider } from './observability/edges/provider.ts'
import { measureRedis } from './observability/edges/redis.ts'
import { measuredStorage } from './observability/edges/storage.ts'
import type { Measures } from './observability/measures.ts'
import { openTracing } from './observability/tracing.ts'
import { createOutbound } from './platform/outbound/outbound.ts'
import { connectPostgres } from './platform/postgres.ts'
import { connectRedis, connectSubscriber } from './platform/redis.ts'
import { together } from './platform/repeat.ts'
import { openReplica } from './platform/replica.ts'
import { openStorage } from './platform/storage/open.ts'
import { startDispatcher } from './webhooks/dispatcher.ts'
import { openDeliveryQueue } from './webhooks/queue.ts'

/** The hub asks more often than that whether its connection lives. */
const SUBSCRIBER_SILENCE_MS = 8_000

/** What every process stands on, whatever its roles: see `openParts`. */
export type Parts = Awaited<ReturnType<typeof openParts>>

/**
 * Opens the connections, and starts what is repeated on one machine at a time. Nothing needs to be reachable yet.
 * `close()` is for when nobody uses them any longer.
 */
export async function openParts(config: ServiceConfig, log: FastifyBaseLogger, measures: Measures) {
  const opened = await openProviders(config.providers, (provider, circuit) => {
    log[circuit === 'open' ? 'warn' : 'info']({ provider, circuit }, 'The circuit of a provider has changed')
  })
  const providers = opened.map((provider) => measuredProvider(provider, measures))
  const tracing = await openTracing(config, log)
  const models = await openModels(config)
  const trustList = config.trustList === undefined ? undefined : await openTrustList({ location: config.trustList, dataDir: config.dataDir, log })
  const postgres = connectPostgres({ url: config.databaseUrl, max: config.databasePoolMax, log })
  measurePool(postgres.pool, 'primary', measures)
  const redis = measureRedis(connectRedis(config.redisUrl, log), measures)
  const subscriber = connectSubscriber(config.redisUrl, log, SUBSCRIBER_SILENCE_MS)
  const storage = measuredStorage(openStorage(config.storageUrl), measures)
  const { db } = postgres
  const replica = openReplica({ primaryUrl: config.databaseUrl, replicaUrl: config.databaseReplicaUrl, primary: db, max: config.databasePoolMax, log })
  if (replica.pool !== undefined) measurePool(replica.pool, 'replica', measures)

  const hub = createHub(subscriber, { mayLose: redis.isCluster })
  const outbound = createOutbound({ allowed: config.outboundAllow })
  const ledger = openLedger(redis, log)
  const deliveries = openDeliveryQueue(redis, log)
  const billing = config.stripe && openBilling(config.stripe)
  const { reconcileEveryMs: everyMs, uploadStaleMs, ledgerRetryMs: retryMs, ledgerAgeingMs: ageingMs } = config
  // Whoever commits an event nudges both: it is in the outbox, and may be a delivery as well.
  const relay = together(
    startRelay({ db, redis, log }),
    startDispatcher({ db, queue: deliveries, log, reconcileEveryMs: everyMs })
  )
  const reconciler = startReconciler({ db, ledger, log, everyMs, uploadStaleMs, retryMs, ageingMs })
  const housekeeping = startHousekeeping({ db, redis, billing, storage, log, everyMs })

  async function close(): Promise<void> {
    await Promise.all([relay.close(), reconciler.close(), housekeeping.close(), trustList?.close(), ...providers.map((provider) => provider.close?.())])
    await Promise.all([ledger.close(), deliveries.close()])
    redis.disconnect()
    subscriber.disconnect()
    storage.close()
    await Promise.all([replica.close(), postgres.close()])
    await tracing.close()
  }

  return { config, log, tracing, measures, providers, models, trustList, postgres, db, replica, read: replica.read, redis, storage, hub, outbound, ledger, deliveries, billing, relay, housekeeping, close }
}
