import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Test } from 'tap'
import { makePrivateFolder } from '../../src/platform/embedded/folders.ts'
import { startEmbeddedPostgres } from '../../src/platform/embedded/postgres.ts'
import { postgresOwner } from '../../src/platform/embedded/postgresUser.ts'

export interface Pair {
  primaryUrl: string
  standbyUrl: string
  standbySocket: string
  /** Ends the standby; `start` begins it again at the same address, where it left off. */
  stop(): Promise<void>
  start(): Promise<void>
}

/** A primary and a standby that streams from it, both PostgreSQL. */
export async function startPair(t: Test): Promise<Pair> {
  const parent = mkdtempSync(join(tmpdir(), 'faketect-test-'))
  t.teardown(() => rmSync(parent, { recursive: true, force: true }))
  chmodSync(parent, 0o711) // PostgreSQL's user must get in
  const [ofPrimary, ofStandby] = [join(parent, 'p'), join(parent, 's')]
  const primary = await startEmbeddedPostgres({ dataDir: ofPrimary, disposable: true })
  t.teardown(() => primary.stop())
  mkdirSync(ofStandby)
  chmodSync(ofStandby, 0o711)
  makePrivateFolder(join(ofStandby, 'postgres'), postgresOwner())
  await copyCluster(primary.url, join(ofPrimary, 'postgres/cluster'), join(ofStandby, 'postgres/cluster'))

  let standby = await startEmbeddedPostgres({ dataDir: ofStandby })
  t.teardown(() => standby.stop())
  return {
    primaryUrl: primary.url,
    standbyUrl: standby.url,
    standbySocket: join(decodeURIComponent(new URL(standby.url).hostname), '.s.PGSQL.5432'),
    stop: () => standby.stop(),
    async start() {
      standby = await startEmbeddedPostgres({ dataDir: ofStandby })
    }
  }
}

/** A base backup as `pg_basebackup` makes one, which the package does not have. */
async function copyCluster(url: string, from: string, to: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  // As it is where nothing is thrown away: what is committed is on its way to the standby at once.
  await client.query('ALTER DATABASE faketect SET synchronous_commit = on')
  await client.query("SELECT pg_backup_start('standby', true)")
  // With owners and modes, which PostgreSQL insists on.
  execFileSync('cp', ['-a', from, to])
  const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)')
  await client.end()

  rmSync(join(to, 'postmaster.pid'))
  // The log comes by streaming, all that was written since the beginning of the copy.
  for (const file of readdirSync(join(to, 'pg_wal'), { withFileTypes: true })) if (file.isFile()) rmSync(join(to, 'pg_wal', file.name))
  const owner = postgresOwner()
  for (const [name, text] of [['backup_label', rows[0]!.labelfile], ['standby.signal', '']] as const) {
    writeFileSync(join(to, name), text)
    if (owner !== undefined) chownSync(join(to, name), owner.uid, owner.gid)
  }
  const { hostname, port, username } = new URL(url)
  const primary = `host=${decodeURIComponent(hostname)} port=${port} user=${username}`
  appendFileSync(join(to, 'postgresql.auto.conf'), `primary_conninfo = '${primary}'\nfsync = off\nmax_connections = 300\n`)
}
