/** The bare library: a worker whose jobs are done at once. Says when as many are done as it was told to expect. */
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'

const { REDIS_URL: redisUrl = '', CONCURRENCY: concurrency } = process.env

const connection = new Redis(redisUrl, { maxRetriesPerRequest: null, protocol: 2, replyMapping: 'legacy' })
const worker = new Worker('bare', async () => undefined, { connection, concurrency: Number(concurrency) })
let left = 0
worker.on('completed', () => {
  if (--left === 0) process.send?.({ done: true })
})
process.on('message', ({ expect }: { expect: number }) => (left = expect))
process.once('SIGTERM', () => process.exit(0))
process.send?.({ address: 'ready' })
