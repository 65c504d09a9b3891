import { isIP } from 'node:net'
import { checkServerIdentity, type ConnectionOptions } from 'node:tls'
import type { FastifyBaseLogger } from 'fastify'
import { Cluster, type ClusterOptions, type RedisOptions } from 'ioredis'
import type { ClusterAddress } from './redisAddress.ts'

/** How long a node may take to say which nodes have which keys. */
const SLOTS_TIMEOUT_MS = 2_000

/**
 * Opens a connection to a cluster: one to each node that is needed, made when it is, and made anew when it breaks.
 * @param settings of the connection to each node
 * @param options of the whole, such as how often a command is sent again when its node is gone or another one has its keys
 */
export function openCluster(address: ClusterAddress, log: FastifyBaseLogger, settings: RedisOptions, options: Omit<ClusterOptions, 'redisOptions'>): Cluster {
  const { seeds, username, password } = address
  const { retryStrategy: clusterRetryStrategy, ...redisOptions } = settings
  const cluster = ending(
    new Cluster(seeds, {
      ...options,
      clusterRetryStrategy,
      slotsRefreshTimeout: SLOTS_TIMEOUT_MS,
      // A name is looked up whenever a connection is made: it may lead elsewhere by then, and certificates hold names.
      dnsLookup: (host, found) => found(null, host),
      redisOptions: { ...redisOptions, username, password, tls: tlsOptions(address), replyMapping: 'legacy' }
    })
  )

  const away = new Set<string>()
  const lost = (error: Error, node = 'all') => {
    if (!away.has(node)) log.warn({ err: error, node }, 'Redis is away')
    away.add(node)
  }
  const found = (node = 'all') => {
    if (away.delete(node)) log.info({ node }, 'Redis is back')
  }
  cluster.on('error', (error: Error) => lost(error))
  cluster.on('ready', () => found())
  cluster.on('node error', lost)
  cluster.on('+node', (node) => node.once('ready', () => found(`${node.options.host}:${node.options.port}`)))
  return cluster
}

/**
 * A node that the cluster names by its number may have a certificate that knows it by none: then it is to be valid for
 * the name of a node that was configured. Undefined without TLS.
 */
export function tlsOptions({ tls, seeds }: ClusterAddress): ConnectionOptions | undefined {
  if (!tls) return undefined
  const names = seeds.map(({ host }) => host).filter((host) => isIP(host) === 0)
  return {
    checkServerIdentity(host, certificate) {
      const wrong = checkServerIdentity(host, certificate)
      const isKnown = isIP(host) > 0 && names.some((name) => checkServerIdentity(name, certificate) === undefined)
      return isKnown ? undefined : wrong
    }
  }
}

/**
 * Mends two things that ioredis forgets. As for a single Redis: one that is disconnected while it has no node, between two
 * tries to connect or at the beginning of one, never says that it has ended, and what waits for it is never answered. And
 * one that is asked to connect while the cluster lacks nodes never says how that went, although it is there once the
 * cluster is well: BullMQ's worker, which asks after each silence, would take no more jobs.
 */
function ending(cluster: Cluster): Cluster {
  const [connect, disconnect, duplicate] = [cluster.connect.bind(cluster), cluster.disconnect.bind(cluster), cluster.duplicate.bind(cluster)]
  const connecting = new Set<PromiseWithResolvers<void>>()
  cluster.on('ready', () => connecting.forEach(({ resolve }) => resolve()))
  cluster.on('end', () => connecting.forEach(({ reject }) => reject(new Error('Connection is closed.'))))
  cluster.connect = async () => {
    const outcome = Promise.withResolvers<void>()
    connecting.add(outcome)
    connect().then(outcome.resolve, outcome.reject)
    await outcome.promise.finally(() => connecting.delete(outcome))
  }
  cluster.disconnect = (reconnect = false) => {
    // It waits for the last of its nodes to end, where there is none: with this status it closes properly.
    if (!reconnect && cluster.status !== 'end' && cluster.nodes().length === 0) cluster.status = 'wait'
    disconnect(reconnect)
  }
  cluster.duplicate = (...args: Parameters<typeof duplicate>) => ending(duplicate(...args))
  return cluster
}
