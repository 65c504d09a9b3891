import { execFile } from 'node:child_process'
import { existsSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { removeSocketFolder, socketFolder, socketPlace } from './folders.ts'
import { postgresBinaries, type PostgresBinaries } from './postgresBinaries.ts'
import { postgresHome, SHARED_FOLDER } from './postgresHome.ts'
import { postgresOwner } from './postgresUser.ts'
import {
  commandLine,
  EmbeddedServerError,
  endOrphan,
  lastLines,
  spawnServer,
  stopServer,
  type EmbeddedServer,
  type Owner,
  type ServerProcess
} from './processes.ts'

const NAME = 'faketect' // of the database and its owner
const PORT = 5432 // only part of the socket's name
const SOCKET_NAME = `.s.PGSQL.${PORT}`
const START_TIMEOUT_MS = 60_000 // recovery after a crash takes its time

/** Fast shutdown first: it rolls back what is open, and writes a checkpoint. Immediate shutdown is a crash, and safe. */
const STOP_SIGNALS: [NodeJS.Signals, number][] = [['SIGINT', 20_000], ['SIGQUIT', 5_000], ['SIGKILL', 5_000]]

/** What a cluster that is thrown away does without. */
const DISPOSABLE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=300']

/**
 * Starts PostgreSQL with its data in `<dataDir>/postgres`, made at the first start, and a database `faketect`.
 *
 * It listens on a Unix socket only. A socket and not a port: two clones can't meet on it, and the folder's permissions
 * keep other users of the machine out, so that it needs no password. The address is percent-encoded
 * (`postgres://faketect@%2Fclone%2F.data%2Fpostgres:5432/faketect`): of the ways to write a socket it is the one that
 * `pg`, libpq and `new URL()` all read.
 *
 * A server that an earlier start has left behind in the folder is ended first; PostgreSQL then recovers by itself.
 * @param disposable trades safety for speed, and removes the data on `stop()`: for tests
 */
export async function startEmbeddedPostgres({
  dataDir,
  disposable = false
}: {
  dataDir: string
  disposable?: boolean
}): Promise<EmbeddedServer> {
  const owner = postgresOwner()
  const binaries = await postgresBinaries(owner, SHARED_FOLDER)
  const { home, remove } = postgresHome(dataDir, owner, disposable)
  const cluster = join(home, 'cluster')
  const logFile = join(home, 'postgres.log')

  const sockets = socketFolder(home, SOCKET_NAME, owner)
  await endLeftover(cluster, join(sockets, SOCKET_NAME))
  await initialise(binaries, home, cluster, owner, disposable)
  const settings = ['listen_addresses=', 'unix_socket_permissions=0700', 'log_timezone=UTC', ...(disposable ? DISPOSABLE : [])]
  const server = await spawnServer(
    binaries.postgres,
    ['-D', cluster, '-k', sockets, '-p', String(PORT), ...settings.flatMap((setting) => ['-c', setting])],
    { cwd: home, logFile, owner }
  )
  await answers(server, urlOf(sockets, 'postgres'), logFile)

  return {
    url: urlOf(sockets, NAME),
    pid: server.pid,
    ended: server.ended,
    async stop() {
      await stopServer(server, STOP_SIGNALS)
      removeSocketFolder(sockets, home)
      if (disposable) remove()
    }
  }
}

const urlOf = (sockets: string, database: string) => `postgres://${NAME}@${encodeURIComponent(sockets)}:${PORT}/${database}`

/** The address of the server that runs in a data folder, for commands beside the service; undefined when none does. */
export function findEmbeddedPostgres(dataDir: string): string | undefined {
  const path = join(dataDir, 'postgres')
  if (!existsSync(path)) return undefined
  const sockets = socketPlace(realpathSync(path), SOCKET_NAME)
  return existsSync(join(sockets, SOCKET_NAME)) ? urlOf(sockets, NAME) : undefined
}

/**
 * Ends an orphan and clears away the lock files that it, or a crash, has left. PostgreSQL would honour them as long as
 * any process of its user has the number in them, be it a stranger or a zombie that nobody reaps, and refuse to start.
 * (A server that is still attached to the data it finds without them.)
 */
async function endLeftover(cluster: string, socket: string): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid')
  if (existsSync(pidFile)) {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10)
    if (pid > 0) await endOrphan(pid, () => commandLine(pid).includes(`-D ${cluster} `), STOP_SIGNALS)
  }
  for (const file of [pidFile, socket, `${socket}.lock`]) rmSync(file, { force: true })
}

/** Makes the cluster beside its place and moves it there, so that a start cut short leaves no half of one. */
async function initialise(
  { initdb }: PostgresBinaries,
  home: string,
  cluster: string,
  owner: Owner | undefined,
  disposable: boolean
): Promise<void> {
  if (existsSync(cluster)) return
  const draft = `${cluster}.new`
  rmSync(draft, { recursive: true, force: true })
  // The built-in locale sorts alike on every system and in every version; the system's own do not.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const args = ['-D', draft, `--username=${NAME}`, '--auth=trust', ...locale, ...(disposable ? ['--no-sync'] : [])]
  try {
    await promisify(execFile)(initdb, args, { ...owner, cwd: home, timeout: START_TIMEOUT_MS })
  } catch (error) {
    throw new EmbeddedServerError(`PostgreSQL's data could not be set up:\n${(error as { stderr?: string }).stderr}`, { cause: error })
  }
  renameSync(draft, cluster)
}

/** Waits until the server takes connections, and makes the database at the first start. */
async function answers(server: ServerProcess, url: string, logFile: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!server.hasEnded() && Date.now() < deadline) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 20_000 })
    client.on('error', () => undefined) // told by the promises below as well
    try {
      await client.connect()
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [NAME])
      if (rowCount === 0) await client.query(`CREATE DATABASE ${NAME}`)
      return
    } catch {
      await sleep(30) // not listening yet, or still recovering
    } finally {
      await client.end().catch(() => undefined) // it may never have been connected
    }
  }
  await stopServer(server, STOP_SIGNALS)
  throw new EmbeddedServerError(`PostgreSQL did not start (${await server.ended}). The end of ${logFile}:\n${lastLines(logFile)}`)
}
