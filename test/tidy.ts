import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../src/platform/embedded/postgres.ts'
import { identifyProcess } from '../src/platform/embedded/processes.ts'

const OWNER = 'run-by'

/** Says whose a folder of a test run is. */
export function claim(folder: string): void {
  writeFileSync(join(folder, OWNER), String(identifyProcess(process.pid)))
}

/** Ends and removes what killed test runs have left in `parent`. */
export async function removeLeftovers(parent: string): Promise<void> {
  for (const folder of readdirSync(parent).map((name) => join(parent, name))) {
    if (!existsSync(join(folder, OWNER))) continue
    const owner = readFileSync(join(folder, OWNER), 'utf8')
    if (identifyProcess(Number.parseInt(owner, 10)) === owner) continue
    // A start takes over whatever is there, running or not; so its stop leaves nothing.
    await (await startEmbeddedPostgres({ dataDir: folder, disposable: true })).stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Removes a folder unless somebody else still has something in it. */
export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(String((error as NodeJS.ErrnoException).code))) throw error
  }
}
