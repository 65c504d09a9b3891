import { chmodSync, existsSync, lstatSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { startEmbeddedPostgres } from '../../../src/platform/embedded/postgres.ts'
import { startEmbeddedRedis } from '../../../src/platform/embedded/redis.ts'

/**
 * A data folder for one test. What the test leaves running in it is ended afterwards, also when the test fails: a
 * start takes over what it finds.
 */
export function dataFolder(t: Test, ...below: string[]): string {
  const parent = mkdtempSync(join(tmpdir(), 'faketect-test-'))
  chmodSync(parent, 0o711) // PostgreSQL's user must get in
  const dataDir = join(parent, ...below, '.data')
  t.teardown(async () => {
    const postgres = join(dataDir, 'postgres')
    if (existsSync(join(postgres, 'cluster', 'postmaster.pid'))) await startEmbeddedPostgres({ dataDir }).then((server) => server.stop())
    if (existsSync(join(dataDir, 'redis', 'redis.pid'))) await startEmbeddedRedis({ dataDir }).then((server) => server.stop())
    if (lstatSync(postgres, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(readlinkSync(postgres), { recursive: true })
    rmSync(parent, { recursive: true })
  })
  return dataDir
}
