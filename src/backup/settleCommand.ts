/**
 * `npm run settle`: after the database was set back, tells how many files nothing knows any more, and how many analyses
 * have lost theirs; with `--apply` it removes both.
 */
import { parseArgs } from 'node:util'
import { onCommandLine, openFiles } from '../platform/commandLine.ts'
import { deleteFileless, findFileless, findOrphans, removeOrphans } from './settle.ts'

const { values } = parseArgs({ options: { apply: { type: 'boolean', default: false } } })
await onCommandLine(async ({ db, config }) => {
  const storage = openFiles(config)
  try {
    const orphans = await findOrphans(db, storage)
    const fileless = await findFileless(db, storage)
    process.stdout.write(`Files of no analysis (uploaded since the copy was made): ${orphans.length}\n`)
    process.stdout.write(`Analyses without their file (deleted since, or lost): ${fileless.length}\n`)
    if (values.apply) {
      await removeOrphans(storage, orphans)
      await deleteFileless(db, fileless)
    }
    process.stdout.write(values.apply ? 'Both were removed.\n' : 'Nothing was changed; --apply removes both.\n')
  } finally {
    storage.close()
  }
})
