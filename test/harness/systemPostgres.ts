import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Client } from 'pg'
import type { Test } from 'tap'
import { postgresOwner } from '../../src/platform/embedded/postgresUser.ts'
import { spawnServer, stopServer } from '../../src/platform/embedded/processes.ts'
import { eventually } from './eventually.ts'

/**
 * The system's own PostgreSQL, for what needs `pg_dump`: the npm package has the server alone, and `pg_dump` refuses a
 * server newer than itself. On Debian, server and tools of one version lie in one folder.
 * @returns the folder, undefined where they are not installed
 */
export function systemPostgresFolder(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => join(debian, version, 'bin')), ...(process.env.PATH ?? '').split(delimiter)]
  return folders.find((folder) => ['initdb', 'postgres', 'pg_dump', 'pg_restore', 'psql'].every((name) => existsSync(join(folder, name))))
}

/** Starts one that goes with the test. @returns its address, of the database `postgres` */
export async function startSystemPostgres(t: Test, bin: string): Promise<string> {
  const owner = postgresOwner()
  const home = mkdtempSync(join(tmpdir(), 'faketect-pg-'))
  t.teardown(() => rmSync(home, { recursive: true, force: true }))
  if (owner !== undefined) chownSync(home, owner.uid, owner.gid)
  const cluster = join(home, 'cluster')
  execFileSync(join(bin, 'initdb'), ['-D', cluster, '--username=faketect', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'], { ...owner, cwd: home, stdio: 'pipe' })
  const settings = ['listen_addresses=', 'fsync=off', 'synchronous_commit=off', 'full_page_writes=off'].flatMap((setting) => ['-c', setting])
  const server = await spawnServer(join(bin, 'postgres'), ['-D', cluster, '-k', home, ...settings], { cwd: home, logFile: join(home, 'log'), owner })
  t.teardown(() => stopServer(server, [['SIGQUIT', 10_000], ['SIGKILL', 5_000]]))
  const url = `postgres://faketect@${encodeURIComponent(home)}:5432/postgres`
  await eventually(() => takesConnections(url), 60_000)
  return url
}

async function takesConnections(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
