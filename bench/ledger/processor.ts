/**
 * The processor of the service with its relay and dispatcher, put together as `parts.ts` and `worker.ts` do. The engine
 * and the storage are stand-ins that take no time: what is left is the ledger.
 */
import { Readable } from 'node:stream'
import { Registry } from '@prometheus-io/client'
import pino from 'pino'
import type { Engine } from '../../src/engine/pool.ts'
import type { Report } from '../../src/engine/types.ts'
import { startRelay } from '../../src/events/relay.ts'
import { quoted } from '../../src/language/sentence.ts'
import { startProcessor } from '../../src/ledger/processor.ts'
import { createMeasures } from '../../src/observability/measures.ts'
import { noTracing } from '../../src/observability/tracing.ts'
import { connectPostgres } from '../../src/platform/postgres.ts'
import { connectBlockingRedis, connectRedis } from '../../src/platform/redis.ts'
import { together } from '../../src/platform/repeat.ts'
import type { Storage } from '../../src/platform/storage/storage.ts'
import { startDispatcher } from '../../src/webhooks/dispatcher.ts'
import { openDeliveryQueue } from '../../src/webhooks/queue.ts'

const { DATABASE_URL: databaseUrl = '', REDIS_URL: redisUrl = '', CONCURRENCY: concurrency } = process.env

const log = pino({ level: 'warn' })
const { db } = connectPostgres({ url: databaseUrl, max: 20, log })
const redis = connectRedis(redisUrl, log)
const relay = together(
  startRelay({ db, redis, log }),
  startDispatcher({ db, queue: openDeliveryQueue(redis, log), log, reconcileEveryMs: 5_000 })
)

const report: Report = {
  engineVersion: 'bench',
  verdict: 'inconclusive',
  score: null,
  summary: quoted('Nothing was found.'),
  signals: [],
  notChecked: [],
  media: { mediaType: 'image/jpeg', width: 1, height: 1 },
  evidence: [],
  durationsMs: {},
  beganAt: {}
}
const engine: Engine = {
  version: report.engineVersion,
  threads: Number(concurrency),
  busy: 0,
  waiting: 0,
  analyze: async () => report,
  check: async () => undefined,
  close: async () => undefined
}
/** Every file is one byte. */
const storage = { get: async () => Readable.from([Buffer.alloc(1)]) } as unknown as Storage

startProcessor({
  db,
  storage,
  engine,
  providers: [],
  providerTimeoutMs: 20_000,
  relay,
  redis: connectBlockingRedis(redisUrl, log),
  lockMs: 15_000,
  retryMs: 5_000,
  tracing: noTracing,
  measures: createMeasures(new Registry()),
  log
})
// A profile is written when a process ends by itself.
process.once('SIGTERM', () => process.exit(0))
process.send?.({ address: 'ready' })
