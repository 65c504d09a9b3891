/** `npm run key [NAME]`: makes an API key for the local account and prints it, once. */
import { readConfig } from '../config.ts'
import { generateApiKey } from './apiKeys.ts'
import { storeLocalKey, withDatabase } from './localAccount.ts'

const { databaseUrl } = readConfig()
if (databaseUrl === undefined) {
  process.stderr.write('DATABASE_URL must be set. Without it, `npm start` prints a key of its own.\n')
  process.exit(78)
}
const key = generateApiKey()
await withDatabase(databaseUrl, (db) => storeLocalKey(db, process.argv[2] ?? 'command line', key))
process.stdout.write(`${key}\n`)
