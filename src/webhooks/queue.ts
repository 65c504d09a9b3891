import { Queue } from 'bullmq'
import type { FastifyBaseLogger } from 'fastify'
import type { Redis } from '../platform/redis.ts'

/** The braces keep all keys of the queue on one node of a Redis Cluster. */
export const QUEUE_PREFIX = '{webhooks}'
export const QUEUE_NAME = 'deliveries'

/**
 * Which deliveries are due: a job is a delivery's id, and nothing more. When they are due is up to the rows, and so is
 * everything else: the queue can be emptied at any time.
 */
export interface DeliveryQueue {
  /** Whether Redis is there, as far as one can tell without asking. */
  isOpen(): boolean
  /** @throws when Redis is away */
  add(ids: string[]): Promise<void>
  /** Adds those again for which no open job stands. @returns how many @throws when Redis is away */
  addLost(ids: string[]): Promise<number>
  close(): Promise<void>
}

/** @param redis a connection that fails fast */
export function openDeliveryQueue(redis: Redis, log: FastifyBaseLogger): DeliveryQueue {
  const queue = new Queue(QUEUE_NAME, {
    connection: redis,
    prefix: QUEUE_PREFIX,
    skipWaitingForReady: true,
    skipVersionCheck: true
  })
  queue.on('error', (error) => log.debug({ err: error }, 'The queue of deliveries lost Redis'))

  async function add(ids: string[]): Promise<void> {
    if (ids.length === 0) return
    if (redis.status !== 'ready') throw new Error('Redis is away')
    // An ended job would block its id.
    const opts = { removeOnComplete: true, removeOnFail: true }
    await queue.addBulk(ids.map((jobId) => ({ name: QUEUE_NAME, data: {}, opts: { ...opts, jobId } })))
  }

  return {
    isOpen: () => redis.status === 'ready',
    add,
    async addLost(ids) {
      const lost: string[] = []
      for (const id of ids) {
        const state = await queue.getJobState(id)
        if (state === 'completed' || state === 'failed') await queue.remove(id)
        if (state === 'completed' || state === 'failed' || state === 'unknown') lost.push(id)
      }
      await add(lost)
      return lost.length
    },
    close: () => queue.close()
  }
}
