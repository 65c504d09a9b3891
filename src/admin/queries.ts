import { and, count, desc, eq, inArray, lt, sql } from '../platform/drizzle.ts'
import { feedback } from '../feedback/tables.ts'
import type { Database, Queryable } from '../platform/postgres.ts'
import { analyses } from '../platform/schema.ts'
import { auditLog } from './tables.ts'

/** What admins see of everybody's work: no file, no name of one, nothing that was found. */

interface Page {
  limit: number
  /** The id after which the page begins. */
  before: string | undefined
}

/** What has not ended, by state, and how long the oldest has waited; served by `analyses_open`. */
export async function openWork(db: Database) {
  const rows = await db
    .select({
      state: analyses.state,
      rows: count(),
      oldestSeconds: sql<number | null>`extract(epoch FROM now() - min(${analyses.queuedAt}))::float8`
    })
    .from(analyses)
    .where(inArray(analyses.state, ['uploading', 'queued', 'processing']))
    .groupBy(analyses.state)
  const of = (state: string) => rows.find((row) => row.state === state)
  return {
    analyses: { uploading: of('uploading')?.rows ?? 0, queued: of('queued')?.rows ?? 0, processing: of('processing')?.rows ?? 0 },
    oldestQueuedSeconds: of('queued')?.oldestSeconds ?? null
  }
}

/** The latest failures; served by `analyses_failed`. */
export async function listFailures(db: Queryable, { limit, before }: Page) {
  return db
    .select({
      id: analyses.id,
      accountId: analyses.accountId,
      kind: analyses.kind,
      mediaType: analyses.mediaType,
      sizeBytes: analyses.sizeBytes,
      attempt: analyses.attempt,
      failureCode: analyses.failureCode,
      createdAt: analyses.createdAt,
      endedAt: analyses.endedAt
    })
    .from(analyses)
    .where(and(eq(analyses.state, 'failed'), before === undefined ? undefined : lt(analyses.id, before)))
    // As the index has it: see `queries.ts` of the analyses.
    .orderBy(sql`${analyses.id} DESC NULLS LAST`)
    .limit(limit)
}

/** Newest first, by the primary key. */
export async function listFeedback(db: Queryable, { limit, before }: Page) {
  return db
    .select()
    .from(feedback)
    .where(before === undefined ? undefined : lt(feedback.id, before))
    .orderBy(desc(feedback.id))
    .limit(limit)
}

/** Newest first, by the primary key, or of one account by `audit_log_account`. */
export async function listAudit(db: Queryable, { limit, before, accountId }: Page & { accountId: string | undefined }) {
  return db
    .select()
    .from(auditLog)
    .where(
      and(
        accountId === undefined ? undefined : eq(auditLog.accountId, accountId),
        before === undefined ? undefined : lt(auditLog.id, before)
      )
    )
    .orderBy(accountId === undefined ? desc(auditLog.id) : sql`${auditLog.id} DESC NULLS LAST`)
    .limit(limit)
}
