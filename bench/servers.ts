import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../src/platform/embedded/postgres.ts'
import { startEmbeddedRedis } from '../src/platform/embedded/redis.ts'
import type { EmbeddedServer } from '../src/platform/embedded/processes.ts'
import { migrate } from '../src/platform/migrate.ts'
import { children, type Children } from './children.ts'

/** What a benchmark runs on. */
export interface Servers {
  /** With all tables, and nothing in them. */
  databaseUrl: string
  redisUrl: string
  /** A folder of its own. */
  folder: string
  programs: Children
}

/** Runs a benchmark with servers of its own, which are gone at its end, also when it is interrupted: they'd live on. */
export async function withServers(run: (servers: Servers) => Promise<void>): Promise<void> {
  const interrupted = Promise.withResolvers<never>()
  interrupted.promise.catch(() => undefined) // Between two awaits nobody waits for it.
  const interrupt = (signal: NodeJS.Signals) => interrupted.reject(new Error(`Ended by ${signal}`))
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, interrupt)

  const folder = mkdtempSync(join(tmpdir(), 'faketect-bench-'))
  const programs = children()
  const started: EmbeddedServer[] = []
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: folder, disposable: true })
    started.push(postgres)
    const redis = await startEmbeddedRedis({ dataDir: folder, persistent: false })
    started.push(redis)
    await migrate(postgres.url)
    await Promise.race([run({ databaseUrl: postgres.url, redisUrl: redis.url, folder, programs }), interrupted.promise])
  } finally {
    programs.stop()
    for (const server of started.toReversed()) await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
