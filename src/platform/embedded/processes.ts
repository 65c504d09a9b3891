import { execFileSync, spawn } from 'node:child_process'
import { closeSync, constants, openSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const LOG_MAX_BYTES = 10_000_000

/** A server brought up by FakeTect on this machine. */
export interface EmbeddedServer {
  /** Works with the server's usual clients, and stays the same when the server is started again in its folder. */
  url: string
  pid: number
  /** Resolves when the process has ended, asked to or not, with how it ended. */
  ended: Promise<string>
  /** Ends the server in good order; what it had acknowledged is on disk. */
  stop: () => Promise<void>
}

export class EmbeddedServerError extends Error {
  override name = 'EmbeddedServerError'
}

/** Whom a process runs as, if not as us: only root can choose, and PostgreSQL makes it. */
export interface Owner {
  uid: number
  gid: number
}

/**
 * The command line of a running process, or '' when there is none. A zombie counts as none: under a container's
 * PID 1 that reaps nobody, an ended orphan stays one for ever and still answers `kill(pid, 0)`.
 */
export function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' })
  } catch {
    return '' // no such process: both ways of asking say so by failing
  }
}

/**
 * A process as no later one can look: number and time of birth. The number alone is given out again, within minutes
 * in a container.
 */
export function identifyProcess(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // The name, in parentheses, may hold anything, so fields are counted from behind it: state is 3rd, start 22nd.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (fields[0] === 'Z') return undefined
      return `${pid} ${fields[19]} ${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`
    }
    const born = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim()
    return born === '' ? undefined : `${pid} ${born}`
  } catch {
    return undefined
  }
}

/** Waits until `condition` holds. @returns whether it did in time */
export async function waitUntil(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs
  while (!condition()) {
    if (Date.now() > deadline) return false
    await sleep(20)
  }
  return true
}

/** Sends a signal to a process that may have just ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/**
 * Ends a process that an earlier start has left behind, and waits until it is gone.
 * @param isOurs looks at the process again before each signal: its number may have passed to a stranger
 * @param signals what to send, the gentlest first, each with the time it has to work
 */
export async function endOrphan(
  pid: number,
  isOurs: () => boolean,
  signals: [NodeJS.Signals, number][]
): Promise<void> {
  for (const [name, timeoutMs] of signals) {
    if (!isOurs()) return
    signal(pid, name)
    if (await waitUntil(() => !isOurs(), timeoutMs)) return
  }
  throw new EmbeddedServerError(`Process ${pid}, left by an earlier start, does not end; end it with: kill -9 ${pid}`)
}

export interface ServerProcess {
  pid: number
  hasEnded: () => boolean
  ended: Promise<string>
}

/**
 * Starts a server in a session of its own, so that neither Ctrl-C nor a closed terminal reaches it: it must outlive
 * the service, which still writes while it drains. Its output goes to a file and not through a pipe, which would break
 * with us.
 */
export async function spawnServer(
  command: string,
  args: string[],
  { cwd, logFile, owner }: { cwd: string; logFile: string; owner?: Owner | undefined }
): Promise<ServerProcess> {
  const log = openLog(logFile)
  try {
    const child = spawn(command, args, { cwd, ...owner, detached: true, stdio: ['ignore', log, log] })
    let ending: string | undefined
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => {
        ending = signal === null ? `exit code ${code}` : `signal ${signal}`
        resolve(ending)
      })
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    return { pid: child.pid as number, ended, hasEnded: () => ending !== undefined }
  } finally {
    closeSync(log)
  }
}

/**
 * Goes on with a log, because a restart is when one wants to read it, unless it has grown large. Never through a link:
 * root writes here, into a folder of PostgreSQL's user.
 */
function openLog(file: string): number {
  const { O_WRONLY, O_CREAT, O_APPEND, O_TRUNC, O_NOFOLLOW } = constants
  const isLarge = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_MAX_BYTES
  return openSync(file, O_WRONLY | O_CREAT | O_NOFOLLOW | (isLarge ? O_TRUNC : O_APPEND), 0o600)
}

/** Asks a server of ours to end, and insists with ever harder signals. */
export async function stopServer(server: ServerProcess, signals: [NodeJS.Signals, number][]): Promise<void> {
  for (const [name, timeoutMs] of signals) {
    if (server.hasEnded()) return
    signal(server.pid, name)
    if (await waitUntil(server.hasEnded, timeoutMs)) return
  }
}

/** The end of a log, for a message about a server that did not start. */
export function lastLines(logFile: string): string {
  return readFileSync(logFile, 'utf8').trim().split('\n').slice(-8).join('\n')
}
