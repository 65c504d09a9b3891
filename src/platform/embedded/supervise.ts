import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Config } from '../../config.ts'
import { makeDataFolder } from './folders.ts'
import { greeting } from './greeting.ts'
import { keepServer, type KeptServer } from './keepServer.ts'
import { keepService } from './keepService.ts'
import { lockDataFolder, type DataFolderLock, type Holder } from './lock.ts'
import { startEmbeddedPostgres } from './postgres.ts'
import { endOrphan, identifyProcess, waitUntil } from './processes.ts'
import { startEmbeddedRedis } from './redis.ts'
import { restartPolicy, type RestartPolicy } from './restarts.ts'
import { stopSignals } from './stopSignals.ts'

export interface Supervision {
  config: Config
  /** The environment that the service gets, completed. */
  env: NodeJS.ProcessEnv
  serviceModule: string
  migrate: (databaseUrl: string) => Promise<void>
  ensureLocalKey: (databaseUrl: string, keyFile: string) => Promise<string>
  say: (text: string) => void
  policy?: RestartPolicy
}

/**
 * Brings up what the configuration does not name, then the service, and keeps both running until it is told to stop.
 * The service stops first, and the servers when it has drained: it still writes until then.
 * @returns the exit code
 */
export async function supervise(supervision: Supervision): Promise<number> {
  const { config, say, policy = restartPolicy } = supervision
  const signals = stopSignals(say)
  const servers: KeptServer[] = []
  try {
    const surroundings = await bringUp(supervision, policy, servers)
    const { lock, dataDir, env, databaseUrl } = surroundings
    let key: string | undefined
    let isNew = true

    return await keepService(
      {
        module: supervision.serviceModule,
        env,
        shutdownMs: config.shutdownMs,
        async prepare() {
          await supervision.migrate(config.migrationDatabaseUrl ?? databaseUrl)
          if (config.databaseUrl === undefined) key = await supervision.ensureLocalKey(databaseUrl, join(dataDir, 'api-key'))
        },
        onStart(pid) {
          const identity = identifyProcess(pid)
          if (identity !== undefined) lock?.note({ service: { pid, identity } })
        },
        onListening(address) {
          lock?.note({ address })
          say(isNew ? greeting(config, address, key) : `The service listens again at ${address}`)
          isNew = false
        }
      },
      policy,
      signals,
      say
    )
  } catch (error) {
    if (signals.stop.aborted) return 0 // a server that could not start because of the very signal
    throw error
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    signals.dispose()
  }
}

interface Surroundings {
  lock: DataFolderLock | undefined
  dataDir: string
  databaseUrl: string
  env: NodeJS.ProcessEnv
}

/** Starts what is missing, adding each server to `servers` as soon as it runs. Touches no folder when nothing is. */
async function bringUp(
  { config, env, say }: Supervision,
  policy: RestartPolicy,
  servers: KeptServer[]
): Promise<Surroundings> {
  let { dataDir } = config
  let lock: DataFolderLock | undefined
  if (config.databaseUrl === undefined || config.redisUrl === undefined || config.storageUrl === undefined) {
    makeDataFolder(dataDir)
    dataDir = realpathSync(dataDir)
  }
  if (config.databaseUrl === undefined || config.redisUrl === undefined) {
    lock = lockDataFolder(dataDir)
    await outlive(lock.previous, config.shutdownMs, say)
  }

  const keep = async (name: string, start: Parameters<typeof keepServer>[1]) => {
    const server = await keepServer(name, start, policy, say)
    servers.push(server)
    return server.url
  }
  // Both are waited for even if one fails: what has started must be in `servers` to be stopped.
  const [postgres, redis] = await Promise.allSettled([
    config.databaseUrl ?? keep('PostgreSQL', () => startEmbeddedPostgres({ dataDir })),
    config.redisUrl ?? keep('Redis', () => startEmbeddedRedis({ dataDir }))
  ])
  if (postgres.status === 'rejected') throw postgres.reason
  if (redis.status === 'rejected') throw redis.reason

  return {
    lock,
    dataDir,
    databaseUrl: postgres.value,
    env: {
      // Password hashing, picture decoding, files and DNS share libuv's threads, and the number is fixed at the start.
      UV_THREADPOOL_SIZE: String(config.engineThreads * 2 + 4),
      ...env,
      DATABASE_URL: postgres.value,
      REDIS_URL: redis.value,
      STORAGE_URL: config.storageUrl ?? storageFolder(dataDir),
      DATA_DIR: dataDir
    }
  }
}

function storageFolder(dataDir: string): string {
  const folder = join(dataDir, 'storage')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return pathToFileURL(folder).href
}

/** Lets the service of a killed supervisor finish: it drains by itself, and needs the servers that we'd restart. */
async function outlive(previous: Holder | undefined, shutdownMs: number, say: (text: string) => void): Promise<void> {
  const service = previous?.service
  if (service === undefined) return
  const lives = () => identifyProcess(service.pid) === service.identity
  if (!lives()) return
  say(`The service of an earlier start (process ${service.pid}) is still finishing; waiting for it`)
  if (!(await waitUntil(() => !lives(), shutdownMs))) await endOrphan(service.pid, lives, [['SIGKILL', 5_000]])
}
