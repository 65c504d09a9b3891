/**
 * `npm run restore`: lists the copies of the database at `BACKUP_URL`.
 * `npm run restore -- --wipe NAME`: replaces all that is in the database by one (`latest` is the newest), and empties
 * `REDIS_URL`, where the service then writes anew what is to be done. All machines must be stopped.
 */
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { readConfig } from '../config.ts'
import { databaseAddress, EX_USAGE, giveUp } from '../platform/commandLine.ts'
import { connectBlockingRedis } from '../platform/redis.ts'
import { openStorage } from '../platform/storage/open.ts'
import type { Storage } from '../platform/storage/storage.ts'
import { copyKey, listCopies } from './copies.ts'
import { DatabaseToolError, isInUse, loadDatabase } from './database.ts'

const { values, positionals } = parseArgs({ options: { wipe: { type: 'boolean', default: false } }, allowPositionals: true })
const config = readConfig()
const storage = openStorage(config.backupUrl ?? giveUp('BACKUP_URL must be set: where copies of the database are.'))
try {
  const copies = await listCopies(storage)
  if (values.wipe) await restore(storage, copies)
  else process.stdout.write(copies.map((name) => `${name}\n`).join(''))
} catch (error) {
  if (!(error instanceof DatabaseToolError)) throw error
  giveUp(error.message, 1)
} finally {
  storage.close()
}

async function restore(storage: Storage, copies: string[]): Promise<void> {
  const name = positionals[0] === 'latest' ? copies.at(-1) : positionals[0]
  if (name === undefined || !copies.includes(name)) giveUp('Name one of the copies: `npm run restore` lists them.', EX_USAGE)
  const databaseUrl = config.migrationDatabaseUrl ?? databaseAddress(config)
  if (await isInUse(databaseUrl)) giveUp('The service still runs on this database. Stop all its machines, wait half a minute, and try again.', 1)
  await loadDatabase(databaseUrl, storage, copyKey(name))
  if (config.redisUrl !== undefined) await emptyRedis(config.redisUrl)
  process.stdout.write(`The database is as it was at ${name}. Start the service, then look at what \`npm run settle\` finds.\n`)
}

async function emptyRedis(url: string): Promise<void> {
  const redis = connectBlockingRedis(url, pino({ level: 'warn' }, pino.destination(2)))
  try {
    await redis.flushdb()
  } finally {
    redis.disconnect()
  }
}
