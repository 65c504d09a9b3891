import { Queue } from 'bullmq'
import type { FastifyBaseLogger } from 'fastify'
import type { Redis } from '../platform/redis.ts'

/** The braces keep all keys of the ledger on one node of a Redis Cluster. */
export const LEDGER_PREFIX = '{ledger}'
export const LEDGER_NAME = 'analyses'

const LONGEST_RETRY_MS = 60_000

/** The pause before the next attempt, after so many: each twice as long as the one before, up to a minute. */
export const retryDelayMs = (firstMs: number, attemptsMade: number) =>
  Math.min(firstMs * 2 ** Math.max(0, attemptsMade - 1), LONGEST_RETRY_MS)

/**
 * Where a job comes from, so that what is logged and traced of its attempts is found together with the upload. Nothing depends on it: a job
 * that was lost is added again without.
 */
export interface Origin {
  /** Of the upload. */
  requestId?: string
  /** W3C Trace Context, of the span that added it. */
  traceparent?: string
}

/**
 * What is to be worked on next. It can be emptied at any time: the rows know what there is to do, and the reconciler
 * writes it anew. So nothing here fails for want of Redis.
 */
export interface Ledger {
  /** Adds a job for a queued row; one that is there already stays as it is. */
  add(id: string, priority: number, origin?: Origin): Promise<void>
  /** Takes a job out that nobody works on; one that is being worked on finds its row gone. */
  forget(id: string): Promise<void>
  /** Whether a job stands for the row, to be worked on now or later. One that has ended does not: it blocks its id. */
  stateOf(id: string): Promise<'open' | 'ended' | 'missing'>
  /** Takes out whatever bears this id, so that it can be added again. @returns where it came from */
  remove(id: string): Promise<Origin>
  /** Ends the pause of a job that waits for its next attempt; any other is left as it is. */
  hasten(id: string): Promise<void>
  /** How many jobs are in each state; null while Redis is away. */
  counts(): Promise<Record<string, number> | null>
  /** Gives a job that waits another priority. */
  hurry(id: string, priority: number): Promise<void>
  close(): Promise<void>
}

/** @param redis a connection that fails fast */
export function openLedger(redis: Redis, log: FastifyBaseLogger): Ledger {
  const queue = new Queue<Origin>(LEDGER_NAME, {
    connection: redis,
    prefix: LEDGER_PREFIX,
    skipWaitingForReady: true,
    skipVersionCheck: true
  })
  queue.on('error', (error) => log.debug({ err: error }, 'The ledger lost Redis'))

  return {
    async add(id, priority, origin = {}) {
      try {
        await addJob(id, priority, origin)
      } catch (error) {
        log.warn({ err: error, analysisId: id }, 'Not in the ledger yet; the reconciler will put it there')
      }
    },
    async forget(id) {
      try {
        await queue.remove(id)
      } catch (error) {
        log.debug({ err: error, analysisId: id }, 'A job could not be taken out; it will find its row gone')
      }
    },
    async stateOf(id) {
      const state = await queue.getJobState(id)
      if (state === 'unknown') return 'missing'
      return state === 'completed' || state === 'failed' ? 'ended' : 'open'
    },
    async remove(id) {
      const job = await queue.getJob(id)
      await queue.remove(id)
      return job?.data ?? {}
    },
    async hasten(id) {
      const job = await queue.getJob(id)
      if (job !== undefined && (await job.isDelayed())) await job.promote()
    },
    async hurry(id, priority) {
      const job = await queue.getJob(id)
      await job?.changePriority({ priority })
    },
    async counts() {
      try {
        return await queue.getJobCounts('prioritized', 'waiting', 'active', 'delayed', 'failed')
      } catch (error) {
        log.debug({ err: error }, 'The jobs could not be counted')
        return null
      }
    },
    async close() {
      await queue.close()
    }
  }

  async function addJob(id: string, priority: number, origin: Origin): Promise<void> {
    if (redis.status !== 'ready') throw new Error('Redis is away')
    await queue.add(LEDGER_NAME, origin, {
      jobId: id,
      priority,
      // The row counts the attempts, and the claim ends the last one; the job only keeps coming back.
      attempts: Number.MAX_SAFE_INTEGER,
      backoff: { type: 'custom' },
      // An ended job would block its id.
      removeOnComplete: true,
      removeOnFail: true
    })
  }
}
