import { fork, type ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { signal } from './processes.ts'
import { countFailures, inSeconds, pauseBeforeRestart, type RestartPolicy } from './restarts.ts'

/** The exit code by which the service says that it can never start so (sysexits' EX_CONFIG). */
export const EXIT_CONFIG = 78

const START_TIMEOUT_MS = 120_000

export interface Service {
  module: string
  env: NodeJS.ProcessEnv
  /** What comes before each try until it has once succeeded, such as migrations. */
  prepare: () => Promise<void>
  onStart: (pid: number) => void
  onListening: (address: string) => void
  shutdownMs: number
}

/** How one run of the service ended. */
interface Run {
  how: string
  code: number | null
  listenedForMs: number | undefined
}

/**
 * Runs the service, and runs it again whenever it ends, until it is told to stop. The pause between two runs grows.
 * A service that never listens, or says that it can't, is given up.
 * @param stop drain and end
 * @param hurry end at once
 * @returns an exit code for the supervisor
 */
export async function keepService(
  service: Service,
  policy: RestartPolicy,
  { stop, hurry }: { stop: AbortSignal; hurry: AbortSignal },
  say: (line: string) => void
): Promise<number> {
  let failures = 0
  let prepared = false
  let hasListened = false

  while (!stop.aborted) {
    let run: Run
    try {
      if (!prepared) await Promise.race([service.prepare(), aborted(stop)])
      prepared = true
      if (stop.aborted) return 0
      run = await runOnce(service, policy, stop, hurry)
    } catch (error) {
      run = { how: (error as Error).message, code: null, listenedForMs: undefined }
    }
    if (stop.aborted) return 0

    hasListened ||= run.listenedForMs !== undefined
    if (!hasListened && run.code === EXIT_CONFIG) return EXIT_CONFIG // it has said why
    failures = countFailures(failures, run.listenedForMs ?? 0, policy)
    if (!hasListened && failures >= policy.tries) {
      say(`FakeTect could not start: tried ${policy.tries} times, the last time: ${run.how}`)
      return 1
    }
    const pauseMs = pauseBeforeRestart(failures, policy)
    say(`The service has ended (${run.how}); starting it again in ${inSeconds(pauseMs)}`)
    await sleep(pauseMs, undefined, { signal: stop }).catch(() => undefined) // cut short by a stop
  }
  return 0
}

async function runOnce(service: Service, { killMarginMs }: RestartPolicy, stop: AbortSignal, hurry: AbortSignal): Promise<Run> {
  // A process group of its own: Ctrl-C in a terminal goes to all of ours, and the service is to be told once, by us.
  const child = fork(service.module, { env: service.env, detached: true })
  const kill = () => killGroup(child)
  const timers = new Set([setTimeout(kill, START_TIMEOUT_MS)])
  let listeningSince: number | undefined

  const drain = () => {
    child.kill('SIGTERM')
    timers.add(setTimeout(kill, service.shutdownMs + killMarginMs))
  }
  stop.addEventListener('abort', drain)
  hurry.addEventListener('abort', kill)
  child.on('message', (message: { type?: unknown; address?: unknown }) => {
    if (message.type !== 'listening' || listeningSince !== undefined) return
    listeningSince = Date.now()
    for (const timer of timers) clearTimeout(timer)
    service.onListening(String(message.address))
  })

  try {
    return await new Promise<Run>((resolve, reject) => {
      child.once('spawn', () => service.onStart(child.pid as number))
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        resolve({
          how: signal === null ? `exit code ${code}` : `signal ${signal}`,
          code,
          listenedForMs: listeningSince === undefined ? undefined : Date.now() - listeningSince
        })
      })
    })
  } finally {
    for (const timer of timers) clearTimeout(timer)
    stop.removeEventListener('abort', drain)
    hurry.removeEventListener('abort', kill)
  }
}

function aborted(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }))
}

/** The whole group, with whatever programs the service has started for itself. */
function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) signal(-child.pid, 'SIGKILL')
}
