import { drizzle } from './drizzle.ts'
import { Client } from 'pg'
import { readConfig, type Config } from '../config.ts'
import { findEmbeddedPostgres } from './embedded/postgres.ts'
import type { Database } from './postgres.ts'
import * as schema from './schema.ts'

/** sysexits.h: the configuration is not enough. */
const EX_CONFIG = 78

/**
 * Runs a command of ours on a connection of its own: to `DATABASE_URL`, or, without one, to the embedded server of the
 * service that runs beside it.
 */
export async function onCommandLine<T>(run: (context: { db: Database; config: Config }) => Promise<T>): Promise<T> {
  const config = readConfig()
  const connectionString = config.databaseUrl ?? findEmbeddedPostgres(config.dataDir)
  if (connectionString === undefined) {
    process.stderr.write('No database was found: set DATABASE_URL, or keep `npm start` running beside this command.\n')
    process.exit(EX_CONFIG)
  }
  const client = new Client({ connectionString, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    // One connection serves as well as a pool of one.
    return await run({ db: drizzle(client, { schema }), config })
  } finally {
    await client.end()
  }
}
