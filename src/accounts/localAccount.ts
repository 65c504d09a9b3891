import { readFile, writeFile } from 'node:fs/promises'
import { drizzle } from '../platform/drizzle.ts'
import { Client } from 'pg'
import * as schema from '../platform/schema.ts'
import type { Queryable } from '../platform/postgres.ts'
import { generateApiKey, looksLikeApiKey, storeApiKey } from './apiKeys.ts'

/** The account that a service on one laptop starts with. */
export const localAccountId = '00000000-0000-7000-8000-000000000001'

/** Makes the local account when it isn't there, and stores a key for it. */
export async function storeLocalKey(db: Queryable, name: string, key: string): Promise<void> {
  await db
    .insert(schema.accounts)
    .values({ id: localAccountId, name: 'local', plan: 'PREMIUM' })
    .onConflictDoNothing()
  await storeApiKey(db, localAccountId, name, key)
}

/**
 * The local account's key, the same at every start: kept in a file that only its owner may read.
 * @param keyFile made when it isn't there
 */
export async function ensureLocalKey(databaseUrl: string, keyFile: string): Promise<string> {
  const kept = await readFile(keyFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const key = looksLikeApiKey(kept.trim()) ? kept.trim() : generateApiKey()
  await withDatabase(databaseUrl, (db) => storeLocalKey(db, 'local', key))
  await writeFile(keyFile, `${key}\n`, { mode: 0o600 })
  return key
}

/** Runs something on a connection of its own, for commands that have no pool. */
export async function withDatabase<T>(databaseUrl: string, run: (db: Queryable) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    return await run(drizzle(client, { schema }))
  } finally {
    await client.end()
  }
}
