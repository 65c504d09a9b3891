import { and, asc, gt, inArray, isNull, ne } from '../platform/drizzle.ts'
import { deleteAnalysis } from '../analyses/moves.ts'
import { feedback } from '../feedback/tables.ts'
import { withdraw } from '../feedback/keep.ts'
import type { Database } from '../platform/postgres.ts'
import { analyses } from '../platform/schema.ts'
import { ObjectMissing, type Storage } from '../platform/storage/storage.ts'

/**
 * Makes rows and objects agree after the database was set back to an earlier time. What was uploaded since has objects
 * and no row; what was deleted since has a row again, and no objects.
 *
 * The service may run meanwhile: a row is there before its first object, and is deleted before its last.
 */

const PAGE = 1_000
const AT_ONCE = 16

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
/** The two kinds of places in which the service keeps objects: see `analyses/keys.ts` and `feedback/keep.ts`. */
const ofAnalysis = new RegExp(`^${uuid}/(${uuid})/`)
const ofFeedback = new RegExp(`^feedback/${uuid}/(${uuid})/`)

/** A row whose file is gone. */
export interface Fileless {
  accountId: string
  analysisId: string
}

/** The prefixes below which objects lie that no row knows. Objects that are not the service's own don't count. */
export async function findOrphans(db: Database, storage: Storage): Promise<string[]> {
  const orphans = new Set<string>()
  const found = new Map<string, string>()
  for await (const key of storage.list('')) {
    const match = ofAnalysis.exec(key) ?? ofFeedback.exec(key)
    if (match?.[1] === undefined) continue
    found.set(match[1], match[0])
    if (found.size === PAGE) await lookUp()
  }
  await lookUp()
  return [...orphans]

  async function lookUp(): Promise<void> {
    const ids = [...found.keys()]
    const known = await Promise.all([analyses, feedback].map((table) => db.select({ id: table.id }).from(table).where(inArray(table.id, ids))))
    for (const { id } of known.flat()) found.delete(id)
    for (const prefix of found.values()) orphans.add(prefix)
    found.clear()
  }
}

/** The analyses that should have a file, and have none. */
export async function findFileless(db: Database, storage: Storage): Promise<Fileless[]> {
  const kept = and(isNull(analyses.purgedAt), ne(analyses.state, 'uploading'))
  const columns = { id: analyses.id, accountId: analyses.accountId, mediaKey: analyses.mediaKey }
  const fileless: Fileless[] = []
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const page = await db.select(columns).from(analyses).where(and(kept, gt(analyses.id, after))).orderBy(asc(analyses.id)).limit(PAGE)
    await eachOf(page, async ({ id, accountId, mediaKey }) => {
      if (!(await isThere(storage, mediaKey))) fileless.push({ accountId, analysisId: id })
    })
    const last = page.at(-1)
    if (last === undefined) return fileless
    after = last.id
  }
}

async function isThere(storage: Storage, key: string): Promise<boolean> {
  try {
    const body = await storage.get(key, { range: { start: 0, end: 0 } })
    body.on('error', () => undefined).destroy()
    return true
  } catch (error) {
    if (error instanceof ObjectMissing) return false
    throw error
  }
}

/** Removes the objects. */
export async function removeOrphans(storage: Storage, prefixes: string[]): Promise<void> {
  await eachOf(prefixes, (prefix) => storage.removeAll(prefix))
}

/** Deletes the analyses as their owners had, with what was said of them and the file that was kept for it. */
export async function deleteFileless(db: Database, fileless: Fileless[]): Promise<void> {
  await eachOf(fileless, async ({ accountId, analysisId }) => {
    await deleteAnalysis(db, accountId, analysisId)
    await db.transaction((tx) => withdraw(tx, accountId, analysisId))
  })
}

async function eachOf<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += AT_ONCE) await Promise.all(items.slice(start, start + AT_ONCE).map(work))
}
