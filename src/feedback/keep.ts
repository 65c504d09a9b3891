import { and, eq, sql } from '../platform/drizzle.ts'
import { v7 as uuidv7 } from 'uuid'
import { bury } from '../analyses/moves.ts'
import type { Database, Queryable } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import { analyses, tombstones } from '../platform/schema.ts'
import { ObjectMissing, type Storage } from '../platform/storage/storage.ts'
import { feedback } from './tables.ts'

/** What people know better than a verdict, and the files that they let us keep for it. */

export type Feedback = typeof feedback.$inferSelect
export type Truth = NonNullable<Feedback['truth']>
export const truths = ['ai_generated', 'manipulated', 'authentic'] as const satisfies Truth[]

/** Where a file is kept. It is another object than the analysis's, so that it outlives that one. */
const keptPrefix = ({ accountId, id }: Pick<Feedback, 'accountId' | 'id'>) => `feedback/${accountId}/${id}/`

export interface GivenFeedback {
  accountId: string
  analysisId: string
  /** Null: that the verdict is wrong, and no more. */
  truth: Truth | null
  note: string
  consent: boolean
}

/**
 * Writes down what somebody says of a verdict on a file of their own, in place of what they said before. With their
 * consent the file is copied first: it is there when the answer is. Without knowing what it truly is, nothing can be
 * measured with it, and it is not kept.
 * @throws {Problem} `not_found`, `not_completed`
 */
export async function giveFeedback(db: Database, storage: Storage, given: GivenFeedback): Promise<Feedback> {
  const { accountId, analysisId, consent, truth } = given
  const id = uuidv7()
  const mediaKey = consent && truth !== null ? await keepFile(db, storage, { accountId, id }, await sourceOf(db, accountId, analysisId)) : null
  return db.transaction(async (tx) => {
    // Locked, so that of two at the same time one replaces the other.
    const [analysis] = await tx.select().from(analyses).where(own(accountId, analysisId)).for('no key update')
    if (analysis === undefined) throw new Problem('not_found')
    const { sha256, verdict, engineVersion, mediaType } = analysis
    if (sha256 === null || verdict === null || engineVersion === null) throw new Problem('not_completed')
    await withdraw(tx, accountId, analysisId)
    if (mediaKey !== null) await unbury(tx, keptPrefix({ accountId, id }))
    const [row] = await tx.insert(feedback).values({ id, sha256, verdict, engineVersion, mediaType, mediaKey, ...given }).returning()
    return row as Feedback
  })
}

/** The object to copy: the analysis's own, or what was kept of it before it was purged. */
async function sourceOf(db: Database, accountId: string, analysisId: string): Promise<string | null> {
  const [analysis] = await db.select().from(analyses).where(own(accountId, analysisId))
  if (analysis === undefined) throw new Problem('not_found')
  if (analysis.verdict === null) throw new Problem('not_completed')
  if (analysis.purgedAt === null) return analysis.mediaKey
  const [before] = await db.select().from(feedback).where(eq(feedback.analysisId, analysisId))
  return before?.mediaKey ?? null
}

/**
 * Copies a file to where it is kept. A tombstone is there before the copy, as if it had been swept once: when nobody
 * takes it away together with writing the row, the copy goes with the last sweep. So no crash leaves a file of which
 * nobody knows.
 * @returns null when there is no file any longer
 */
async function keepFile(db: Database, storage: Storage, at: { accountId: string; id: string }, source: string | null) {
  if (source === null) return null
  const prefix = keptPrefix(at)
  await db.insert(tombstones).values({ prefix, sweptAt: sql`now()` })
  try {
    await storage.copy(source, `${prefix}media`)
    return `${prefix}media`
  } catch (error) {
    if (error instanceof ObjectMissing) return null
    throw error
  }
}

/** @throws when the copy took so long that the sweep may have come by */
async function unbury(tx: Queryable, prefix: string): Promise<void> {
  const rows = await tx.delete(tombstones).where(eq(tombstones.prefix, prefix)).returning()
  if (rows.length === 0) throw new Problem('storage_unavailable')
}

/** What was said of one analysis. */
export async function findFeedback(db: Database, accountId: string, analysisId: string): Promise<Feedback | undefined> {
  const [row] = await db.select().from(feedback).where(ofAnalysis(accountId, analysisId))
  return row
}

/** Takes back what was said, with the file. It is possible when the analysis itself is gone as well. */
export async function withdraw(tx: Queryable, accountId: string, analysisId: string): Promise<Feedback | undefined> {
  const [row] = await tx
    .delete(feedback)
    .where(ofAnalysis(accountId, analysisId))
    .returning()
  if (row?.mediaKey != null) await bury(tx, keptPrefix(row))
  return row
}

const ofAnalysis = (accountId: string, analysisId: string) => and(eq(feedback.accountId, accountId), eq(feedback.analysisId, analysisId))
const own = (accountId: string, id: string) => and(eq(analyses.id, id), eq(analyses.accountId, accountId))
