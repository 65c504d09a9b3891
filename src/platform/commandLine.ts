import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { drizzle } from './drizzle.ts'
import { Client } from 'pg'
import { readConfig, type Config } from '../config.ts'
import { findEmbeddedPostgres } from './embedded/postgres.ts'
import type { Database } from './postgres.ts'
import * as schema from './schema.ts'
import { openStorage } from './storage/open.ts'
import type { Storage } from './storage/storage.ts'

/** sysexits.h: the command was written wrongly; the configuration is not enough. */
export const EX_USAGE = 64
const EX_CONFIG = 78

/** Says why a command can't do what it was asked for, and ends it. */
export function giveUp(message: string, exitCode = EX_CONFIG): never {
  process.stderr.write(`${message}\n`)
  process.exit(exitCode)
}

/** The database of the configuration, or the embedded one of the service that runs beside this command. */
export function databaseAddress(config: Config): string {
  return (
    config.databaseUrl ??
    findEmbeddedPostgres(config.dataDir) ??
    giveUp('No database was found: set DATABASE_URL, or keep `npm start` running beside this command.')
  )
}

/** The store of the configuration, or the folder in which `npm start` keeps files. */
export function openFiles(config: Config): Storage {
  return openStorage(config.storageUrl ?? pathToFileURL(resolve(config.dataDir, 'storage')).href)
}

/**
 * Runs a command of ours on a connection of its own: to `DATABASE_URL`, or, without one, to the embedded server of the
 * service that runs beside it.
 */
export async function onCommandLine<T>(run: (context: { db: Database; config: Config }) => Promise<T>): Promise<T> {
  const config = readConfig()
  const client = new Client({ connectionString: databaseAddress(config), connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    // One connection serves as well as a pool of one.
    return await run({ db: drizzle(client, { schema }), config })
  } finally {
    await client.end()
  }
}
