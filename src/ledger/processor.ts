import { Worker } from 'bullmq'
import type { FastifyBaseLogger } from 'fastify'
import type { Redis } from 'ioredis'
import { claimAnalysis, lastAttemptVanished } from '../analyses/moves.ts'
import type { Repeating } from '../platform/repeat.ts'
import { runAttempt, type AttemptOptions } from './attempt.ts'
import { createQuarantine } from './quarantine.ts'
import { LEDGER_NAME, LEDGER_PREFIX, retryDelayMs } from './queue.ts'

export interface ProcessorOptions extends AttemptOptions {
  /** A connection of its own, which waits for Redis as long as it takes. */
  redis: Redis
  relay: Repeating
  lockMs: number
  retryMs: number
  log: FastifyBaseLogger
}

/** A processor that takes jobs from the ledger. */
export interface Processor {
  /** Takes no more jobs, and waits for those under way. */
  close(): Promise<void>
}

/**
 * Takes jobs from the ledger, as many at once as the engine has threads, and works on the analyses that they name.
 */
export function startProcessor(options: ProcessorOptions): Processor {
  const { db, engine, relay, redis, lockMs, retryMs } = options
  const quarantine = createQuarantine()

  async function process(id: string): Promise<void> {
    const log = options.log.child({ analysisId: id })
    const suspect = await lastAttemptVanished(db, id)
    const attempt = async () => {
      const claim = await claimAnalysis(db, id)
      relay.nudge()
      if (claim === undefined) return
      try {
        await runAttempt({ ...options, log: log.child({ attempt: claim.attempt }) }, claim)
      } finally {
        relay.nudge()
      }
    }
    await (suspect ? quarantine.alone(attempt) : quarantine.together(attempt))
  }

  const worker = new Worker(LEDGER_NAME, (job) => process(job.id as string), {
    connection: redis,
    prefix: LEDGER_PREFIX,
    concurrency: engine.threads,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    // A job whose worker dies comes back as often as it takes: the row counts, and ends what never ends.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    settings: { backoffStrategy: (attemptsMade) => retryDelayMs(retryMs, attemptsMade) }
  })
  worker.on('error', (error) => options.log.debug({ err: error }, 'The processor lost Redis'))
  worker.on('failed', (job, error) => options.log.debug({ err: error, analysisId: job?.id }, 'The job comes back later'))

  return {
    close: () => worker.close()
  }
}
