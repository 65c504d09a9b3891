import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Client } from 'pg'
import type { Storage } from '../platform/storage/storage.ts'

/**
 * The database as one file, made and read by PostgreSQL's own programs: `pg_dump` (of the server's version or a newer
 * one), `pg_restore` and `psql`. It passes through; nothing is put on a disk in between.
 */

/**
 * Tables whose rows are not copied. Who signed out, or used a link from a mail, would otherwise find both valid again;
 * and whoever held a lease is gone by then.
 */
const NOT_COPIED = ['sessions', 'mail_tokens', 'leases']

/** Behind a migration it fails rather than holding up everybody who comes after it. */
const LOCK_WAIT_MS = 60_000
const DEADLINE_MS = 6 * 3_600_000

/** Everything of ours: the tables, and the record of migrations. */
const WIPE = 'DROP SCHEMA IF EXISTS drizzle CASCADE; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public'

export class DatabaseToolError extends Error {
  override name = 'DatabaseToolError'
}

/** Streams a copy of the database into a store. It appears whole or not at all. @throws {DatabaseToolError} */
export async function saveDatabase(databaseUrl: string, storage: Storage, key: string): Promise<void> {
  const without = NOT_COPIED.map((table) => `--exclude-table-data=public.${table}`)
  const dump = startTool('pg_dump', ['--format=custom', '--no-owner', '--no-privileges', `--lock-wait-timeout=${LOCK_WAIT_MS}`, ...without], databaseUrl)
  async function* output() {
    yield* dump.stdout as AsyncIterable<Buffer>
    // What was printed before a failure looks like a copy: its exit code must be known before the object may appear.
    await dump.ended
  }
  try {
    await storage.put(key, output(), 'application/octet-stream')
  } finally {
    dump.kill()
  }
}

/**
 * Replaces all that is in the database by a copy, in one transaction: a copy that is broken or a connection that ends
 * leaves what was there.
 * @throws {DatabaseToolError}
 */
export async function loadDatabase(databaseUrl: string, storage: Storage, key: string): Promise<void> {
  const copy = await storage.get(key)
  const unpack = startTool('pg_restore', ['--file=-', '--no-owner', '--no-privileges'])
  const transaction = ['--no-psqlrc', '--quiet', '--single-transaction', '--set=ON_ERROR_STOP=1', `--command=${WIPE}`, '--file=-']
  const load = startTool('psql', transaction, databaseUrl)
  load.stdout.resume()
  try {
    await Promise.all([pipeline(copy, unpack.stdin), feed(), load.ended])
  } finally {
    unpack.kill()
    load.kill()
  }

  /** psql commits at the end of its input: that must not come before it is known to be the end of the copy. */
  async function feed(): Promise<void> {
    await pipeline(unpack.stdout, load.stdin, { end: false })
    await unpack.ended
    load.stdin.end()
  }
}

/**
 * Whether a machine still works on the database: one always holds a lease, and gives it up when it ends in good order.
 * (One that was killed has held it for some seconds more.)
 */
export async function isInUse(databaseUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000, query_timeout: 10_000 })
  await client.connect()
  try {
    const { rows } = await client.query("SELECT to_regclass('public.leases') IS NOT NULL AS is_ours")
    if (!rows[0].is_ours) return false
    const { rowCount } = await client.query('SELECT FROM public.leases WHERE expires_at > now()')
    return rowCount !== 0
  } finally {
    await client.end()
  }
}

interface Tool {
  stdin: NodeJS.WritableStream
  stdout: Readable
  /** Resolves when it has ended well. */
  ended: Promise<void>
  kill(): void
}

/** What it complains of goes to our own stderr. */
function startTool(command: string, args: string[], databaseUrl?: string): Tool {
  const { address, password } = databaseUrl === undefined ? {} : withoutPassword(databaseUrl)
  const child = spawn(command, [...args, ...(address === undefined ? [] : [`--dbname=${address}`])], {
    env: { ...process.env, ...(password !== undefined && { PGPASSWORD: password }) }, // oxlint-disable-line node/no-process-env -- a program of the system's, which needs PATH and the like
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: DEADLINE_MS
  })
  // One that ends early breaks the pipe to it; that it failed is told by `ended`.
  child.stdin.on('error', () => undefined)
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (error) => {
      reject(new DatabaseToolError(`${command} can't be run: install PostgreSQL's client, of the server's version or newer`, { cause: error }))
    })
    child.once('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(new DatabaseToolError(`${command} failed (${signal ?? `exit code ${code}`}); see above`))
    })
  })
  ended.catch(() => undefined) // whoever waits for it is told; nobody may wait any longer
  return { stdin: child.stdin, stdout: child.stdout, ended, kill: () => void child.kill('SIGKILL') }
}

/** Everybody on the machine may see a command line. */
function withoutPassword(databaseUrl: string): { address: string; password: string | undefined } {
  const url = new URL(databaseUrl)
  const password = url.password === '' ? undefined : decodeURIComponent(url.password)
  url.password = ''
  return { address: url.href, password }
}
