/** `npm run key [NAME]`: makes an API key for the local account and prints it, once. */
import { onCommandLine } from '../platform/commandLine.ts'
import { generateApiKey } from './apiKeys.ts'
import { storeLocalKey } from './localAccount.ts'

const key = generateApiKey()
await onCommandLine(({ db }) => storeLocalKey(db, process.argv[2] ?? 'command line', key))
process.stdout.write(`${key}\n`)
