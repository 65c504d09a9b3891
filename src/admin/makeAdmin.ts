/** `npm run admin -- EMAIL`, or `--local` for the local account: makes an account an admin. */
import { eq } from '../platform/drizzle.ts'
import { normaliseEmail } from '../accounts/email.ts'
import { localAccountId } from '../accounts/localAccount.ts'
import { onCommandLine } from '../platform/commandLine.ts'
import { accounts } from '../platform/schema.ts'
import { setRole } from './accounts.ts'

const [whom] = process.argv.slice(2)
if (whom === undefined) {
  process.stderr.write('Usage: npm run admin -- EMAIL | --local\n')
  process.exit(64)
}
const found = await onCommandLine(({ db }) =>
  db.transaction(async (tx) => {
    const which = whom === '--local' ? eq(accounts.id, localAccountId) : eq(accounts.email, normaliseEmail(whom))
    const [account] = await tx.select().from(accounts).where(which).for('no key update')
    if (account !== undefined && account.role !== 'admin') await setRole(tx, { accountId: account.id, role: 'admin', actorId: null })
    return account
  })
)
if (found === undefined) {
  process.stderr.write(`There is no account ${whom}; register it first.\n`)
  process.exit(1)
}
const note = found.email !== null && found.emailConfirmedAt === null ? ' It has no rights before its e-mail address is confirmed.' : ''
process.stdout.write(`${whom} ${found.role === 'admin' ? 'was an admin already' : 'is an admin now'}.${note}\n`)
