import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identifyProcess } from './processes.ts'

/** Who runs in a data folder, and what a later start should know about them. */
export interface Holder {
  pid: number
  /** As `identifyProcess` gives it. */
  identity: string
  address?: string
  /** The service process: it goes on for a while, to drain, when its supervisor is killed. */
  service?: { pid: number; identity: string }
}

export class AlreadyRunningError extends Error {
  override name = 'AlreadyRunningError'
}

export interface DataFolderLock {
  /** Who had the folder before, and ended without a word or with one. */
  previous: Holder | undefined
  /** Adds to what others read about us. */
  note: (facts: Pick<Holder, 'address' | 'service'>) => void
}

/**
 * Takes a data folder for this process, for as long as the process lives: nothing has to be given back, so that
 * `kill -9` blocks nobody.
 *
 * The lock is the file `lock.<n>` with the highest number. It is stale when the process named in it has ended, and is
 * then followed by `lock.<n + 1>`, which only one can create. (To remove a stale lock and make it anew under the same
 * name lets two starts in: the slower removes the lock of the faster.)
 * @throws {AlreadyRunningError}
 */
export function lockDataFolder(dataDir: string): DataFolderLock {
  const held = numbers(dataDir).at(-1) ?? 0
  const previous = held === 0 ? undefined : readHolder(lockFile(dataDir, held))
  if (previous !== undefined && identifyProcess(previous.pid) === previous.identity) throw alreadyRunning(dataDir, previous)

  let holder: Holder = { pid: process.pid, identity: String(identifyProcess(process.pid)) }
  const file = lockFile(dataDir, held + 1)
  const draft = join(dataDir, `lock-draft.${process.pid}`)
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 })
  try {
    linkSync(draft, file) // appears whole, or fails where one exists
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw alreadyRunning(dataDir, readHolder(file))
  } finally {
    rmSync(draft)
  }
  // The one before ours stays: who lists the folder at this moment must not find it empty.
  for (const old of numbers(dataDir).filter((number) => number < held)) rmSync(lockFile(dataDir, old), { force: true })

  return {
    previous,
    note(facts) {
      holder = { ...holder, ...facts }
      writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 })
      renameSync(draft, file)
    }
  }
}

function lockFile(dataDir: string, number: number): string {
  return join(dataDir, `lock.${number}`)
}

/** The numbers of all locks, ascending. */
function numbers(dataDir: string): number[] {
  return readdirSync(dataDir).flatMap((name) => Number(/^lock\.(\d+)$/.exec(name)?.[1] ?? [])).sort((a, b) => a - b)
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    return undefined // cut short when the machine went down: whoever wrote it has ended
  }
}

function alreadyRunning(dataDir: string, holder: Holder | undefined): AlreadyRunningError {
  const where = holder?.address === undefined ? 'and is still starting' : `at ${holder.address}`
  return new AlreadyRunningError(
    `FakeTect already runs here ${where} (process ${holder?.pid ?? 'unknown'}, data in ${dataDir}). Stop it first, or set DATA_DIR and PORT to run another one beside it.`
  )
}
