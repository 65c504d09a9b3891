import { readFileSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { makeDataFolder, makePrivateFolder, removeSocketFolder, socketFolder } from './folders.ts'
import {
  commandLine,
  EmbeddedServerError,
  endOrphan,
  lastLines,
  spawnServer,
  stopServer,
  type EmbeddedServer,
  type ServerProcess
} from './processes.ts'

const START_TIMEOUT_MS = 60_000 // reading back a long append-only file takes its time
const STOP_SIGNALS: [NodeJS.Signals, number][] = [['SIGTERM', 15_000], ['SIGKILL', 5_000]]
const SOCKET_NAME = 'redis.sock'

/**
 * Starts the system's `redis-server` on a Unix socket in `<dataDir>/redis`. A socket and not a port: two clones can't
 * meet on it, and the folder's permissions keep other users of the machine out, so that it needs no password.
 *
 * A server that an earlier start has left behind in the folder is ended first, in good order, and its data is found
 * again.
 * @param persistent false keeps everything in memory, for tests
 * @returns a server whose `url` is the path of the socket, as ioredis and BullMQ take it
 */
export async function startEmbeddedRedis({
  dataDir,
  persistent = true
}: {
  dataDir: string
  persistent?: boolean
}): Promise<EmbeddedServer> {
  makeDataFolder(dataDir)
  makePrivateFolder(join(dataDir, 'redis'))
  const home = realpathSync(join(dataDir, 'redis'))
  const sockets = socketFolder(home, SOCKET_NAME)
  const socket = join(sockets, SOCKET_NAME)
  const pidFile = join(home, 'redis.pid')
  const logFile = join(home, 'redis.log')

  await endLeftover(pidFile, socket)
  rmSync(socket, { force: true })

  const server = await spawnServer(
    'redis-server',
    Object.entries({
      port: '0',
      unixsocket: socket,
      unixsocketperm: '700',
      dir: home,
      pidfile: pidFile,
      daemonize: 'no',
      save: '',
      appendonly: persistent ? 'yes' : 'no',
      'maxmemory-policy': 'noeviction'
    }).flatMap(([name, value]) => [`--${name}`, value]),
    { cwd: home, logFile }
  ).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    throw new EmbeddedServerError('redis-server is not installed; install it, or set REDIS_URL', { cause: error })
  })
  await answers(server, socket, logFile)

  return {
    url: socket,
    pid: server.pid,
    ended: server.ended,
    async stop() {
      await stopServer(server, STOP_SIGNALS)
      removeSocketFolder(sockets, home)
    }
  }
}

/** Redis shows its socket in its title, and ours is in a folder of our own: so a reused number is told apart. */
async function endLeftover(pidFile: string, socket: string): Promise<void> {
  const pid = readPid(pidFile)
  if (pid !== undefined) await endOrphan(pid, () => commandLine(pid).includes(socket), STOP_SIGNALS)
}

function readPid(pidFile: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(pidFile, 'utf8'), 10) || undefined
  } catch {
    return undefined // none was left
  }
}

async function answers(server: ServerProcess, socket: string, logFile: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!server.hasEnded() && Date.now() < deadline) {
    const client = new Redis(socket, { lazyConnect: true, enableReadyCheck: false, retryStrategy: null, commandTimeout: 2_000 })
    client.on('error', () => undefined) // told by the promise below as well
    try {
      await client.connect()
      await client.ping()
      return
    } catch {
      await sleep(20) // not listening yet, or still reading its data
    } finally {
      client.disconnect()
    }
  }
  await stopServer(server, STOP_SIGNALS)
  throw new EmbeddedServerError(`Redis did not start (${await server.ended}). The end of ${logFile}:\n${lastLines(logFile)}`)
}
