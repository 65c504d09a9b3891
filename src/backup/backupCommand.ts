/** `npm run backup`: puts a copy of the database to `BACKUP_URL`, then removes the copies that are too old. */
import { readConfig } from '../config.ts'
import { databaseAddress, giveUp } from '../platform/commandLine.ts'
import { openStorage } from '../platform/storage/open.ts'
import { copyKey, copyName, listCopies, outdatedCopies } from './copies.ts'
import { DatabaseToolError, saveDatabase } from './database.ts'

const config = readConfig()
const storage = openStorage(config.backupUrl ?? giveUp('BACKUP_URL must be set: where copies of the database are put.'))
const now = new Date()
const name = copyName(now)
try {
  await saveDatabase(config.migrationDatabaseUrl ?? databaseAddress(config), storage, copyKey(name))
  const copies = await listCopies(storage)
  const outdated = outdatedCopies(copies, config.backupKeepDays, now)
  for (const old of outdated) await storage.removeAll(copyKey(old))
  process.stdout.write(`${name} is there; ${copies.length - outdated.length} copies are kept, ${outdated.length} were removed\n`)
} catch (error) {
  if (!(error instanceof DatabaseToolError)) throw error
  giveUp(error.message, 1)
} finally {
  storage.close()
}
