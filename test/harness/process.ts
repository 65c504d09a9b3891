import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { Ground } from './service.ts'

const service = fileURLToPath(new URL('../../src/service.ts', import.meta.url))
/** Detectors that misbehave on demand; see there. */
export const hostileDetectors = fileURLToPath(new URL('../engine/hostileDetectors.ts', import.meta.url))

export interface ServiceProcess {
  url: string
  child: ChildProcess
  /** Resolves when it has ended, with how. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** The whole service in a process of its own, so that it can be killed. */
export async function startProcess(t: Test, ground: Ground, env: Record<string, string> = {}): Promise<ServiceProcess> {
  const child = fork(service, {
    env: { ...process.env, ...ground.env, ENGINE_DETECTORS: hostileDetectors, ...env },
    execArgv: []
  })
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }))
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const url = await Promise.race([
    listening(child),
    ended.then(({ code, signal }) => Promise.reject(new Error(`The service ended at once: ${code ?? signal}`)))
  ])
  return { url, child, ended }
}

async function listening(child: ChildProcess): Promise<string> {
  const [message] = (await once(child, 'message')) as [{ type: 'listening'; address: string }]
  return message.address
}
