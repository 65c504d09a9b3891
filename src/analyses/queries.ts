import { and, desc, eq, gt, gte, ilike, isNull, lt, type SQL, sql } from '../platform/drizzle.ts'
import type { MediaKind, Verdict } from '../engine/types.ts'
import type { Database, Queryable } from '../platform/postgres.ts'
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

/** By how much the clock by which ids are made may be off that of the database. */
const SKEW_MS = 10 * 60_000

/** Ids begin with their time in milliseconds (UUIDv7, RFC 9562 §5.7): so the index serves times as well, and the row is asked for the rest. */
const since = (time: Date) => and(gte(analyses.id, firstIdOf(time.getTime() - SKEW_MS)), gte(analyses.createdAt, time))
const until = (time: Date) => and(lt(analyses.id, firstIdOf(time.getTime() + SKEW_MS)), lt(analyses.createdAt, time))

function firstIdOf(milliseconds: number): string {
  const digits = Math.min(Math.max(0, milliseconds), 2 ** 48 - 1).toString(16).padStart(12, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-000000000000`
}

/** Names are looked through one by one: an account can have a million, and no index finds a part of a word. */
export const NAMES_LOOKED_THROUGH = 20_000

/** Has this in the name of its file, among the newest of those that are asked for. */
function named(db: Queryable, part: string, those: SQL | undefined): SQL | undefined {
  const oldest = db.select({ id: analyses.id }).from(analyses).where(those).orderBy(newestFirst).limit(1).offset(NAMES_LOOKED_THROUGH)
  const pattern = `%${part.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  return and(ilike(analyses.fileName, pattern), gt(analyses.id, sql`coalesce((${oldest}), '00000000-0000-0000-0000-000000000000')`))
}

/** A page of an account's analyses, newest first, after the one with the id `before`; served by `analyses_account`. */
export async function listAnalyses(
  db: Queryable,
  accountId: string,
  page: {
    limit: number
    before?: string | undefined
    state?: State | undefined
    verdict?: Verdict | undefined
    kind?: MediaKind | undefined
    batch?: string | undefined
    from?: Date | undefined
    to?: Date | undefined
    fileName?: string | undefined
  }
): Promise<Analysis[]> {
  const { before, state, verdict, kind, batch, from, to, fileName, limit } = page
  const inTime = and(
    eq(analyses.accountId, accountId),
    before === undefined ? undefined : lt(analyses.id, before),
    to === undefined ? undefined : until(to)
  )
  return db
    .select()
    .from(analyses)
    .where(
      and(
        inTime,
        from === undefined ? undefined : since(from),
        state === undefined ? undefined : eq(analyses.state, state),
        verdict === undefined ? undefined : eq(analyses.verdict, verdict),
        kind === undefined ? undefined : eq(analyses.kind, kind),
        batch === undefined ? undefined : eq(analyses.batchId, batch),
        fileName === undefined ? undefined : named(db, fileName, inTime)
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
