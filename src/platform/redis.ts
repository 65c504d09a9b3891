import type { FastifyBaseLogger } from 'fastify'
import { Redis as RedisNode, type Cluster, type ClusterOptions, type RedisOptions } from 'ioredis'
import { parseClusterAddress } from './redisAddress.ts'
import { openCluster, tlsOptions } from './redisCluster.ts'

/**
 * A connection to Redis, be it a single one or a cluster. In a cluster a command, a script, a pipeline or a transaction
 * finds only keys that lie together: those with the same part in braces, which every key of the service has.
 */
export type Redis = RedisNode | Cluster

/**
 * Opens a connection for requests: when Redis is away it fails at once instead of queueing, so that a request can
 * take its other path.
 */
export function connectRedis(url: string, log: FastifyBaseLogger): Redis {
  const limits = {
    maxRetriesPerRequest: 1,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    // A machine that vanished says nothing, not even that: then this connection is given up, and another one made.
    socketTimeout: 4_000
  }
  // In a cluster: sent once more, to where another node says that its keys are now; and that once more.
  return open(url, log, limits, { enableOfflineQueue: false, maxRedirections: 3 })
}

/**
 * Opens a connection that waits for Redis as long as it takes: for a worker's blocking reads. In a cluster of which a
 * node is away a command is sent again for half a minute, which is longer than a replica takes to replace one; a worker
 * then asks anew.
 */
export function connectBlockingRedis(url: string, log: FastifyBaseLogger): Redis {
  // Longer than any blocking command of a worker lasts.
  const limits = { maxRetriesPerRequest: null, socketTimeout: 20_000 }
  return open(url, log, limits, { maxRedirections: 300, retryDelayOnMoved: 100 })
}

/**
 * Opens a connection for subscriptions, which waits for Redis as long as it takes. Whatever is published in a cluster
 * reaches all its nodes, so this is a connection to one of those that were configured: after a break to the next one.
 * (What ioredis makes for subscriptions to a cluster doesn't tell when it was broken.)
 * @param silenceMs when a connection that was asked something and doesn't answer counts as broken
 */
export function connectSubscriber(url: string, log: FastifyBaseLogger, silenceMs: number): RedisNode {
  const limits = { maxRetriesPerRequest: null, socketTimeout: silenceMs }
  const cluster = parseClusterAddress(url)
  if (cluster === undefined) return openNode(url, log, limits)
  const { seeds, username, password } = cluster
  // The machines are spread over the nodes.
  let next = Math.floor(Math.random() * seeds.length)
  const another = () => seeds[next++ % seeds.length]
  const redis = openNode({ ...another(), username, password, tls: tlsOptions(cluster) }, log, {
    ...limits,
    connectTimeout: 2_000,
    retryStrategy(attempt) {
      Object.assign(redis.options, another())
      return retryDelayMs(attempt)
    }
  })
  return redis
}

/** Whether Redis answers; a cluster only when all of its keys are to be had. @throws when it doesn't */
export async function checkRedis(redis: Redis): Promise<void> {
  if (redis instanceof RedisNode) await redis.ping()
  else if (!/^cluster_state:ok/m.test(await redis.cluster('INFO'))) throw new Error('The cluster lacks nodes')
}

const retryDelayMs = (attempt: number) => Math.min(attempt * 100, 2_000)

const common: RedisOptions = {
  // BullMQ is written and tested against RESP2 answers.
  protocol: 2,
  retryStrategy: retryDelayMs,
  // A replica after a failover answers READONLY: connect anew, to the new primary.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY')
}

function open(url: string, log: FastifyBaseLogger, settings: RedisOptions, options: Omit<ClusterOptions, 'redisOptions'>): Redis {
  const cluster = parseClusterAddress(url)
  if (cluster !== undefined) return openCluster(cluster, log, { ...common, ...settings }, options)
  const { enableOfflineQueue = true } = options
  return openNode(url, log, { ...settings, enableOfflineQueue })
}

function openNode(at: string | RedisOptions, log: FastifyBaseLogger, options: RedisOptions): RedisNode {
  const settings = { ...common, ...options, replyMapping: 'legacy' } as const
  const redis = ending(typeof at === 'string' ? new RedisNode(at, settings) : new RedisNode({ ...at, ...settings }))
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

/**
 * Mends what ioredis forgets when it is disconnected without a connection (redis/ioredis#2169): between two tries to
 * connect it never says that it has ended, and what was under way when the connection broke is never answered. BullMQ's
 * worker waits for both when it closes, and would wait forever.
 */
function ending(redis: RedisNode): RedisNode {
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
