import { Worker, type Job } from 'bullmq'
import type { FastifyBaseLogger } from 'fastify'
import { claimAnalysis, claimUnlessVanished, lastAttemptVanished, type Claim } from '../analyses/moves.ts'
import { watched } from '../observability/watched.ts'
import type { Redis } from '../platform/redis.ts'
import type { Repeating } from '../platform/repeat.ts'
import { runAttempt, type AttemptOptions } from './attempt.ts'
import { mediaRoom } from './mediaRoom.ts'
import { createQuarantine } from './quarantine.ts'
import { LEDGER_NAME, LEDGER_PREFIX, retryDelayMs, type Origin } from './queue.ts'

export interface ProcessorOptions extends Omit<AttemptOptions, 'room' | 'handBack'> {
  /** A connection of its own, which waits for Redis as long as it takes. */
  redis: Redis
  relay: Repeating
  lockMs: number
  retryMs: number
  log: FastifyBaseLogger
}

/** Analyses that may wait for providers beside those that threads are at. Four machines have 100 in flight. */
const PROVIDER_LANE = 25

/**
 * Memory for the files of all analyses under way where there are providers: each file is held twice, for its thread
 * and for the providers, until both are done with it. The whole lane has room with photographs of nearly 10 MB; of the
 * largest files two are held at a time, and the next ones wait unread. Without providers it is one file a thread.
 */
const MEDIA_BYTES = 512_000_000

/** A processor that takes jobs from the ledger. */
export interface Processor {
  /** Takes no more jobs, and waits for those under way. */
  close(): Promise<void>
  /** Breaks off those under way: their rows go back, for another machine to take. */
  handBack(): void
}

/**
 * Takes jobs from the ledger, as many at once as the engine has threads, and works on the analyses that they name.
 * Where there are providers it takes more, so that the threads have work while answers are waited for.
 *
 * A suspect waits for all of them and holds up the next ones: some seconds for each process that died, which is little
 * beside a second crash that takes 25 others' attempts with it.
 */
export function startProcessor(options: ProcessorOptions): Processor {
  const { db, engine, providers, relay, redis, measures, lockMs, retryMs, tracing } = options
  const quarantine = createQuarantine()
  const room = mediaRoom(providers.length > 0 ? MEDIA_BYTES : Infinity)
  const over = new AbortController()

  async function process(job: Job<Origin>): Promise<void> {
    const id = job.id as string
    const { requestId, traceparent } = job.data
    const ids = { analysisId: id, ...(requestId !== undefined && { requestId }) }
    const log = options.log.child(ids)
    const attempt = async (claimed: Promise<Claim | undefined>) => {
      const claim = await claimed
      relay.nudge()
      if (claim === undefined) return false
      const { accountId, attempt } = claim
      const attributes = { 'faketect.analysis.id': id, 'faketect.account.id': accountId, 'faketect.attempt': attempt }
      const attemptEnded = measures.attemptBegan(claim)
      try {
        await tracing.continued(traceparent, 'attempt', attributes, async () => {
          if (attempt === 1) tracing.record('wait in the ledger', {}, job.timestamp, Date.now())
          const traceId = tracing.traceId()
          const attemptLog = log.child({ accountId, attempt, ...(traceId !== undefined && { traceId }) })
          await runAttempt({ ...watched(options, tracing, attemptLog), room, handBack: over.signal, log: attemptLog }, claim)
        })
      } finally {
        attemptEnded()
        relay.nudge()
      }
      return true
    }
    if (await quarantine.together(() => attempt(claimUnlessVanished(db, id)))) return
    // A suspect, or at its end, or nothing to work on.
    const suspect = await lastAttemptVanished(db, id)
    if (suspect) log.error('The attempt before has ended without a word: its process has died, or is stalled')
    const last = () => attempt(claimAnalysis(db, id, (failed, failure) => measures.analysisFailed(failed, failure)))
    await (suspect ? quarantine.alone(last) : quarantine.together(last))
  }

  const worker = new Worker<Origin>(LEDGER_NAME, process, {
    connection: redis,
    prefix: LEDGER_PREFIX,
    concurrency: engine.threads + (providers.length > 0 ? PROVIDER_LANE : 0),
    lockDuration: lockMs,
    stalledInterval: lockMs,
    // A job whose worker dies comes back as often as it takes: the row counts, and ends what never ends.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    settings: { backoffStrategy: (attemptsMade) => retryDelayMs(retryMs, attemptsMade) }
  })
  worker.on('error', (error) => options.log.debug({ err: error }, 'The processor lost Redis'))
  worker.on('failed', (job, error) => options.log.debug({ err: error, analysisId: job?.id }, 'The job comes back later'))

  return {
    close: () => worker.close(),
    handBack: () => over.abort(new Error('The process ends'))
  }
}
