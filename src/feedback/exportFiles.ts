/** `npm run feedback -- --export FOLDER`: writes the files that people let us keep, labelled, to measure the engine with. */
import { createWriteStream } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { and, asc, eq, gt, isNotNull } from '../platform/drizzle.ts'
import { EX_USAGE, giveUp, onCommandLine, openFiles } from '../platform/commandLine.ts'
import type { Database } from '../platform/postgres.ts'
import { ObjectMissing, type Storage } from '../platform/storage/storage.ts'
import type { Feedback, Truth } from './keep.ts'
import { feedback } from './tables.ts'

const PAGE = 100

/** As the sets that the engine is measured with have them. */
const labels = { authentic: 'camera', ai_generated: 'ai', manipulated: 'manipulated' }
const extensionOf = (mediaType: string) => `.${mediaType.split('/')[1] ?? 'bin'}`

const { values } = parseArgs({ options: { export: { type: 'string' } } })
const folder = values.export ?? giveUp('Usage: npm run feedback -- --export FOLDER', EX_USAGE)
const written = await onCommandLine(async ({ db, config }) => {
  const storage = openFiles(config)
  try {
    return await exportFiles(db, storage, folder)
  } finally {
    storage.close()
  }
})
process.stdout.write(`${written} files and labels.csv are in ${folder}\n`)

/** Writes each file below a folder named for its label, and `labels.csv` when all are there. @returns how many */
async function exportFiles(db: Database, storage: Storage, folder: string): Promise<number> {
  const lines = ['path,label,source,licence,note']
  let last: string | undefined
  do {
    const page = await keptAfter(db, last)
    for (const row of page) {
      const path = join(labels[row.truth], `${row.id}${extensionOf(row.mediaType)}`)
      await mkdir(join(folder, labels[row.truth]), { recursive: true })
      if (!(await writeMedia(storage, row, join(folder, path)))) continue
      lines.push([path, labels[row.truth], 'feedback', 'consent to evaluation', row.note].map(field).join(','))
    }
    last = page.length === PAGE ? page.at(-1)?.id : undefined
  } while (last !== undefined)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'labels.csv'), `${lines.join('\n')}\n`)
  return lines.length - 1
}

async function keptAfter(db: Database, last: string | undefined): Promise<Array<Feedback & { truth: Truth }>> {
  const kept = and(eq(feedback.consent, true), isNotNull(feedback.mediaKey), isNotNull(feedback.truth))
  const rows = await db.select().from(feedback).where(and(kept, last === undefined ? undefined : gt(feedback.id, last))).orderBy(asc(feedback.id)).limit(PAGE)
  return rows as Array<Feedback & { truth: Truth }>
}

/** @returns whether it is still kept: it may be withdrawn at this moment */
async function writeMedia(storage: Storage, { mediaKey }: Feedback, path: string): Promise<boolean> {
  try {
    await pipeline(await storage.get(String(mediaKey)), createWriteStream(path))
    return true
  } catch (error) {
    if (!(error instanceof ObjectMissing)) throw error
    await rm(path, { force: true })
    return false
  }
}

/** A field of a CSV file (RFC 4180); what a spreadsheet would take for a formula is led by an apostrophe. */
function field(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
