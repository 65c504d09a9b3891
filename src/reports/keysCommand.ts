/** `npm run report-keys`: lists the keys that reports were signed with; `-- --revoke KID`: says that one was stolen. */
import { parseArgs } from 'node:util'
import { onCommandLine } from '../platform/commandLine.ts'
import { listKeys, revokeKey } from './keys.ts'

const { values } = parseArgs({ options: { revoke: { type: 'string' } } })
const { revoke } = values
if (revoke === undefined) {
  const keys = await onCommandLine(({ db }) => listKeys(db))
  const lines = keys.map(({ kid, firstUsedAt, revokedAt }) => `${kid}  since ${firstUsedAt.toISOString()}${revokedAt === null ? '' : `  revoked ${revokedAt.toISOString()}`}`)
  process.stdout.write(lines.length === 0 ? 'No report was signed yet.\n' : `${lines.join('\n')}\n`)
} else {
  const isThere = await onCommandLine(({ db }) => revokeKey(db, revoke))
  if (!isThere) {
    process.stderr.write(`There is no key ${revoke}; npm run report-keys lists them.\n`)
    process.exit(1)
  }
  process.stdout.write('It is revoked: what it signed is no longer said to be valid. Give the machines that sign with it another, and start them again.\n')
}
