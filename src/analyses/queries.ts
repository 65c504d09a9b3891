import { and, desc, eq, isNull, lt, sql } from '../platform/drizzle.ts'
import type { MediaKind, Verdict } from '../engine/types.ts'
import type { Database } from '../platform/postgres.ts'
import { analyses, type State } from '../platform/schema.ts'
import type { Analysis } from './moves.ts'

/** One analysis of an account; another account's is as absent as one that never was. */
export async function findAnalysis(db: Database, accountId: string, id: string): Promise<Analysis | undefined> {
  const [row] = await db.select().from(analyses).where(and(eq(analyses.id, id), eq(analyses.accountId, accountId)))
  return row
}

/**
 * Newest first, as `analyses_account` has it: drizzle makes its `desc()` columns `NULLS LAST`, and plain `DESC` is the
 * other order to PostgreSQL. It would read the primary key from the end instead, past everybody else's analyses.
 */
const newestFirst = sql`${analyses.id} DESC NULLS LAST`

/** A page of an account's analyses, newest first, after the one with the id `before`; served by `analyses_account`. */
export async function listAnalyses(
  db: Database,
  accountId: string,
  page: {
    limit: number
    before?: string | undefined
    state?: State | undefined
    verdict?: Verdict | undefined
    kind?: MediaKind | undefined
    batch?: string | undefined
  }
): Promise<Analysis[]> {
  const { before, state, verdict, kind, batch, limit } = page
  return db
    .select()
    .from(analyses)
    .where(
      and(
        eq(analyses.accountId, accountId),
        before === undefined ? undefined : lt(analyses.id, before),
        state === undefined ? undefined : eq(analyses.state, state),
        verdict === undefined ? undefined : eq(analyses.verdict, verdict),
        kind === undefined ? undefined : eq(analyses.kind, kind),
        batch === undefined ? undefined : eq(analyses.batchId, batch)
      )
    )
    .orderBy(newestFirst)
    .limit(limit)
}

/**
 * The newest whole result that is still kept for the same bytes, same account, same engine; served by
 * `analyses_identical`. Never another account's: that would tell who else has seen a file.
 */
export async function findIdentical(
  db: Database,
  accountId: string,
  sha256: string,
  engineVersion: string
): Promise<Analysis | undefined> {
  const [row] = await db
    .select()
    .from(analyses)
    .where(
      and(
        eq(analyses.accountId, accountId),
        eq(analyses.sha256, sha256),
        eq(analyses.state, 'completed'),
        eq(analyses.engineVersion, engineVersion),
        isNull(analyses.degraded),
        isNull(analyses.purgedAt)
      )
    )
    .orderBy(desc(analyses.id))
    .limit(1)
  return row
}
