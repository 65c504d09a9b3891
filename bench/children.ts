import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The programs that a benchmark starts, so that none outlives it. */
export interface Children {
  /** Starts a program of ours, and waits for the address that it sends. @throws when it ends instead */
  start(file: string, env: NodeJS.ProcessEnv, execArgv?: string[]): Promise<[ChildProcess, string]>
  stop(): void
}

export function children(): Children {
  const all: ChildProcess[] = []
  return {
    async start(file, env, execArgv = []) {
      const child = fork(fileURLToPath(new URL(file, import.meta.url)), { env, execArgv })
      all.push(child)
      const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${file} ended at once: ${code}`)))
      const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ address: string }]
      ended.catch(() => undefined) // It ends some time, and then nobody waits for it here.
      return [child, message.address]
    },
    stop() {
      for (const child of all) child.kill('SIGKILL')
    }
  }
}

/** VmRSS of Linux, in bytes. */
export function residentBytes({ pid }: ChildProcess): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024
}

/** What a process and its threads have used of the processors so far, in seconds. Linux counts it in hundredths. */
export function cpuSeconds({ pid }: ChildProcess): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [userTicks, systemTicks] = fields.split(' ').slice(11, 13).map(Number)
  return ((userTicks ?? 0) + (systemTicks ?? 0)) / 100
}

/** The value below which a share of the values lie; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
