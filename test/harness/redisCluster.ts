import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { makeIdentity, pem, type Identity } from '../engine/credentials/certificates.ts'
import { eventually } from './eventually.ts'
import { temporaryFolder, type TestRedis } from './servers.ts'

/** Files that `redis-server` speaks TLS with. */
export interface TlsFiles {
  /** The root that clients are to trust. */
  ca: string
  certificate: string
  key: string
}

/** A certificate for a server of these names, signed by a root that nobody knows yet. */
export function makeTlsFiles(t: Test, hosts: string[], issuer: Identity = makeIdentity({ organisation: 'Test', commonName: 'Root' })): TlsFiles {
  const folder = temporaryFolder(t)
  const server = makeIdentity({ organisation: 'Test', commonName: 'Redis', issuer, hosts })
  const files = { ca: join(folder, 'ca.pem'), certificate: join(folder, 'server.pem'), key: join(folder, 'server.key') }
  writeFileSync(files.ca, pem(issuer))
  writeFileSync(files.certificate, pem(server))
  writeFileSync(files.key, server.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return files
}

/** One `redis-server` on a port of its own. */
export interface RedisServer {
  port: number
  /** What a test asks it itself. */
  client: Redis
  runs(): boolean
  /** As by a crash, or a machine that is switched off. */
  kill(): Promise<void>
  /** Starts it again at the same address, empty. */
  start(): Promise<void>
}

export async function startRedisServer(t: Test, { tls, settings = {} }: { tls?: TlsFiles; settings?: Record<string, string> } = {}): Promise<RedisServer> {
  const port = await freePort()
  const folder = join(temporaryFolder(t), String(port))
  mkdirSync(folder)
  const listening =
    tls === undefined
      ? { port: String(port) }
      : { port: '0', 'tls-port': String(port), 'tls-ca-cert-file': tls.ca, 'tls-cert-file': tls.certificate, 'tls-key-file': tls.key, 'tls-auth-clients': 'no' }
  const all = { ...listening, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no', 'maxmemory-policy': 'noeviction', ...settings }
  let child: ChildProcess | undefined

  const client = new Redis({
    port,
    host: '127.0.0.1',
    protocol: 2,
    replyMapping: 'legacy',
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
    // Its own client needs no proof of who it is.
    ...(tls && { tls: { rejectUnauthorized: false } })
  })
  client.on('error', () => undefined)
  const server: RedisServer = {
    port,
    client,
    runs: () => child !== undefined,
    async kill() {
      const killed = child
      child = undefined
      if (killed === undefined) return
      const ended = once(killed, 'exit')
      killed.kill('SIGKILL')
      await ended
    },
    async start() {
      child = spawn('redis-server', Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]), { stdio: 'ignore' })
      await client.ping()
    }
  }
  t.teardown(async () => {
    client.disconnect()
    await server.kill()
  })
  await server.start()
  return server
}

export interface TestCluster extends TestRedis {
  nodes: RedisServer[]
  /** Replicates the node that has the keys with the tag `replicaOf`; undefined without that option. */
  replica: RedisServer | undefined
  /** The node that had the keys with a tag when the cluster was made. */
  ownerOf(tag: string): Promise<RedisServer>
  /** Waits until all nodes find that the cluster has all of its keys, or that it has not. */
  becomes(state: 'ok' | 'fail'): Promise<void>
}

const SLOTS = 16_384
const MASTERS = 3

/** A Redis Cluster of three nodes, as small teams run it, on this machine. */
export async function startRedisCluster(t: Test, { replicaOf, tls, host = '127.0.0.1' }: { replicaOf?: string; tls?: TlsFiles; host?: string } = {}): Promise<TestCluster> {
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-node-timeout': '1000',
    'cluster-replica-validity-factor': '0',
    'repl-diskless-sync-delay': '0',
    ...(tls && { 'tls-cluster': 'yes', 'tls-replication': 'yes' })
  }
  const start = () => startRedisServer(t, { settings, ...(tls && { tls }) })
  const [first, ...others] = await Promise.all(Array.from({ length: MASTERS }, start))
  const nodes = [first!, ...others]
  const replica = replicaOf === undefined ? undefined : await start()
  const all = replica === undefined ? nodes : [...nodes, replica]

  const bounds = Array.from({ length: MASTERS + 1 }, (_, n) => Math.floor((n * SLOTS) / MASTERS))
  await Promise.all(nodes.map(({ client }, n) => client.cluster('ADDSLOTS', ...range(bounds[n]!, bounds[n + 1]!))))
  const ownerOf = async (tag: string) => {
    const slot = await alive()[0]!.client.cluster('KEYSLOT', tag)
    return nodes[bounds.findIndex((bound) => bound > slot) - 1]!
  }

  // Each with each: to wait until they have heard of each other takes seconds.
  await Promise.all(all.flatMap(({ client }, n) => all.slice(n + 1).map(({ port }) => client.cluster('MEET', '127.0.0.1', port))))
  const becomes = (state: 'ok' | 'fail') => eventually(async () => (await infos()).every((info) => info.includes(`cluster_state:${state}`)))
  const alive = () => all.filter((node) => node.runs())
  const infos = () => Promise.all(alive().map(({ client }) => client.cluster('INFO')))
  await eventually(async () => (await infos()).every((info) => info.includes(`cluster_known_nodes:${all.length}`)))
  if (replica !== undefined) {
    const id = await (await ownerOf(replicaOf!)).client.cluster('MYID')
    // Some of those that it knows may still be strangers, without a name.
    await eventually(async () => (await replica.client.cluster('REPLICATE', id).catch(() => undefined)) === 'OK')
    await eventually(async () => (await replica.client.info('replication')).includes('master_link_status:up'))
  }
  await becomes('ok')

  return {
    url: `${tls === undefined ? 'redis' : 'rediss'}+cluster://${nodes.map(({ port }) => `${host}:${port}`).join(',')}`,
    nodes,
    replica,
    ownerOf,
    becomes,
    stop: async () => void (await Promise.all(all.map((node) => node.kill()))),
    async start() {
      await Promise.all(all.map((node) => node.start()))
      await becomes('ok')
    }
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n)

/**
 * A port that is free, with the one that a cluster's nodes speak with each other on: 10,000 higher. Both lie below those
 * that the system gives to connections.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 12_000)
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port
  }
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const server = createServer()
    .once('error', () => resolve(false))
    .listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  return promise
}
