import { drizzle, migrate as applyMigrations } from './drizzle.ts'
import { Client } from 'pg'
import { readConfig } from '../config.ts'

/** Any number that no one else uses: the name of our lock. */
const MIGRATION_LOCK = 7_226_115

const migrationsFolder = new URL('../../migrations', import.meta.url).pathname

/**
 * Brings the database's tables up to date. Machines that start together wait for each other: drizzle takes no lock,
 * so this holds one of ours, in a transaction on a connection of its own, where it also holds behind a pooler.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const guard = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 })
  const worker = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 })
  try {
    await guard.connect()
    await guard.query('BEGIN')
    // It waits here for as long as the migrations take.
    await guard.query('SET LOCAL idle_in_transaction_session_timeout = 0')
    await guard.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
    await worker.connect()
    await applyMigrations(drizzle(worker), { migrationsFolder })
    await guard.query('COMMIT')
  } finally {
    await Promise.allSettled([worker.end(), guard.end()])
  }
}

if (import.meta.main) {
  const config = readConfig()
  const url = config.migrationDatabaseUrl ?? config.databaseUrl
  if (url === undefined) throw new Error('DATABASE_URL or MIGRATION_DATABASE_URL must be set')
  await migrate(url)
}
