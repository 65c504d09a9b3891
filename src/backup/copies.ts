import type { Storage } from '../platform/storage/storage.ts'

/**
 * Copies of the database in a store: `database/2026-11-28T03-00-00Z.dump`, named for when they were begun. Nothing else
 * says what there is, so a copy that appears is complete, and one that is removed is forgotten.
 */
const PREFIX = 'database/'
const SUFFIX = '.dump'
const DAY_MS = 24 * 3_600_000

/** A copy is named by its time in UTC, to the second; colons are not for file names. */
export const copyName = (at: Date) => at.toISOString().slice(0, 19).replaceAll(':', '-') + 'Z'
export const copyKey = (name: string) => PREFIX + name + SUFFIX

/** When a copy was begun, by its name. */
export const copyTime = (name: string) => Date.parse(name.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'))

/** The names of all copies, oldest first. What else lies there is left alone. */
export async function listCopies(storage: Storage): Promise<string[]> {
  const keys = await Array.fromAsync(storage.list(PREFIX))
  return keys
    .filter((key) => key.endsWith(SUFFIX))
    .map((key) => key.slice(PREFIX.length, -SUFFIX.length))
    .filter((name) => !Number.isNaN(copyTime(name)))
    .sort()
}

/**
 * Those that are older than so many days; never the newest one.
 * @param names oldest first
 */
export const outdatedCopies = (names: string[], keepDays: number, now: Date) =>
  names.slice(0, -1).filter((name) => copyTime(name) < now.getTime() - keepDays * DAY_MS)
