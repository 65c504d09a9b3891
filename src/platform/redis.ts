import { Redis, type RedisOptions } from 'ioredis'
import type { FastifyBaseLogger } from 'fastify'

/**
 * Opens a connection for requests: when Redis is away it fails at once instead of queueing, so that a request can
 * take its other path.
 */
export function connectRedis(url: string, log: FastifyBaseLogger, options: RedisOptions = {}): Redis {
  return open(url, log, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    // A machine that vanished says nothing, not even that: then this connection is given up, and another one made.
    socketTimeout: 4_000,
    ...options
  })
}

/** Opens a connection that waits for Redis as long as it takes: for a worker's blocking reads and for subscriptions. */
export function connectBlockingRedis(url: string, log: FastifyBaseLogger, options: RedisOptions = {}): Redis {
  // Longer than any blocking command of a worker lasts.
  return open(url, log, { maxRetriesPerRequest: null, socketTimeout: 20_000, ...options })
}

/**
 * Mends what ioredis forgets when it is disconnected without a connection (redis/ioredis#2169): between two tries to
 * connect it never says that it has ended, and what was under way when the connection broke is never answered. BullMQ's
 * worker waits for both when it closes, and would wait forever.
 */
function ending(redis: Redis): Redis {
  const [disconnect, duplicate] = [redis.disconnect.bind(redis), redis.duplicate.bind(redis)]
  redis.disconnect = (reconnect = false) => {
    // With this status it closes properly.
    if (redis.status === 'reconnecting' && !reconnect) redis.status = 'wait'
    disconnect(reconnect)
  }
  redis.duplicate = (options) => ending(duplicate(options))
  redis.on('end', () => {
    const { prevCommandQueue } = redis as unknown as { prevCommandQueue: { toArray(): Array<{ command: { reject(error: Error): void } }> } | null }
    for (const { command } of prevCommandQueue?.toArray() ?? []) command.reject(new Error('Connection is closed.'))
  })
  return redis
}

function open(url: string, log: FastifyBaseLogger, options: RedisOptions): Redis {
  const settings: RedisOptions = {
    // BullMQ is written and tested against RESP2 answers.
    protocol: 2,
    retryStrategy: (attempt: number) => Math.min(attempt * 100, 2_000),
    // A replica after a failover answers READONLY: connect anew, to the new primary.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    ...options
  }
  const redis = ending(new Redis(url, { ...settings, replyMapping: 'legacy' }))
  let away = false
  redis.on('error', (error) => {
    if (!away) log.warn({ err: error }, 'Redis is away')
    away = true
  })
  redis.on('ready', () => {
    if (away) log.info('Redis is back')
    away = false
  })
  return redis
}
