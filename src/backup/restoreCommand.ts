/**
 * `npm run restore`: lists the copies of the database at `BACKUP_URL`.
 * `npm run restore -- --wipe NAME`: replaces all that is in the database by one (`latest` is the newest), and empties
 * `REDIS_URL`, where the service then writes anew what is to be done. All machines must be stopped.
 */
import { parseArgs } from 'node:util'
import { Cluster, type Redis } from 'ioredis'
import { pino } from 'pino'
import { readConfig } from '../config.ts'
import { databaseAddress, EX_USAGE, giveUp } from '../platform/commandLine.ts'
import { connectBlockingRedis } from '../platform/redis.ts'
import { openStorage } from '../platform/storage/open.ts'
import type { Storage } from '../platform/storage/storage.ts'
import { within } from '../platform/within.ts'
import { copyKey, listCopies } from './copies.ts'
import { DatabaseToolError, isInUse, loadDatabase } from './database.ts'

const REDIS_TIMEOUT_MS = 10_000

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
  // Redis first: it can be written anew from any database, also when the rest fails.
  if (config.redisUrl !== undefined) await emptyRedis(config.redisUrl)
  await loadDatabase(databaseUrl, storage, copyKey(name))
  process.stdout.write(`The database is as it was at ${name}. Start the service, then look at what \`npm run settle\` finds.\n`)
}

/** All that Redis holds: of a cluster, on each of its nodes. */
async function emptyRedis(url: string): Promise<void> {
  const redis = connectBlockingRedis(url, pino({ level: 'warn' }, pino.destination(2)))
  try {
    // A cluster knows its nodes once it has answered.
    await within(REDIS_TIMEOUT_MS, redis.ping(), 'Redis does not answer')
    await within(REDIS_TIMEOUT_MS, Promise.all(nodesOf(redis).map((node) => node.flushdb())), 'Redis does not answer')
  } catch (error) {
    giveUp(`${(error as Error).message}: nothing was changed. Without REDIS_URL it is left as it is.`, 1)
  } finally {
    redis.disconnect()
  }
}

function nodesOf(redis: Redis | Cluster): Redis[] {
  return redis instanceof Cluster ? redis.nodes('master') : [redis]
}
