import { spawn, type ChildProcess } from 'node:child_process'
import { waitUntil } from '../../../src/platform/embedded/processes.ts'

/** A program under test: what it has printed, and how it ended. */
export interface Program {
  pid: number
  output: () => string
  /** Waits for text to be printed, and returns what the pattern found. */
  prints: (pattern: RegExp, timeoutMs?: number) => Promise<RegExpExecArray>
  kill: ChildProcess['kill']
  exit: Promise<number | NodeJS.Signals>
}

/** Runs a command. @param env on top of this process' own; `undefined` takes a variable away */
export function run(command: string[], env: NodeJS.ProcessEnv = {}, cwd?: string): Program {
  const [file = '', ...args] = command
  const child = spawn(file, args, { env: { ...process.env, ...env }, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  let ended = false
  const exit = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      ended = true
      resolve(code ?? (signal as NodeJS.Signals))
    })
  })
  return {
    pid: child.pid ?? 0,
    output: () => output,
    async prints(pattern, timeoutMs = 60_000) {
      await waitUntil(() => ended || pattern.test(output), timeoutMs)
      const found = pattern.exec(output)
      if (found === null) throw new Error(`${file} did not print ${pattern} but:\n${output}`)
      return found
    },
    kill: (signal) => child.kill(signal),
    exit
  }
}
