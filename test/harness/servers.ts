import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Test } from 'tap'
import { startEmbeddedRedis } from '../../src/platform/embedded/redis.ts'
import { migrate } from '../../src/platform/migrate.ts'

/** A folder that is gone after the test. */
export function temporaryFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'faketect-test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A database of its own in the PostgreSQL that `npm test` has started, with all tables. */
export async function testDatabase(t: Test): Promise<string> {
  const admin = process.env.TEST_DATABASE_URL
  if (admin === undefined) throw new Error('Run the tests by `npm test -- test/x.test.ts`: it starts PostgreSQL')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await onDatabase(admin, (client) => client.query(`CREATE DATABASE ${name}`))
  t.teardown(() => onDatabase(admin, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`)))
  const url = new URL(admin)
  url.pathname = `/${name}`
  await migrate(url.href)
  return url.href
}

/** Runs one query on a connection of its own. */
export async function onDatabase<T>(url: string, run: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await run(client)
  } finally {
    await client.end()
  }
}

export interface TestRedis {
  url: string
  stop(): Promise<void>
  /** Starts it again at the same address: empty. */
  start(): Promise<void>
}

/** A Redis of its own, in memory. */
export async function testRedis(t: Test): Promise<TestRedis> {
  const dataDir = temporaryFolder(t)
  let server = await startEmbeddedRedis({ dataDir, persistent: false })
  t.teardown(() => server.stop())
  return {
    url: server.url,
    stop: () => server.stop(),
    async start() {
      server = await startEmbeddedRedis({ dataDir, persistent: false })
    }
  }
}
