import { randomBytes } from 'node:crypto'
import { and, eq, gt, isNull, or, sql } from '../platform/drizzle.ts'
import { hashSecret } from '../accounts/apiKeys.ts'
import type { Analysis } from '../analyses/moves.ts'
import type { Database } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import { accounts, analyses } from '../platform/schema.ts'
import type { ShareInclusion } from './resource.ts'
import { shares } from './tables.ts'

/**
 * Links by which anybody may look at one analysis, until its owner withdraws them.
 *
 * A link is its token: 256 random bits, of which only the SHA-256 is kept. So its owner is shown it once, as a key; whoever has lost it makes
 * another, and the one before ends. That is a little less handy than to read it again at any time, and what it buys is that no copy of
 * the database, no export, and no key that may only read analyses opens pictures to the world.
 *
 * Nothing about a link is cached: what is withdrawn, deleted, purged or suspended is looked up with each request, and so ends at once on
 * every machine.
 */

export type Share = typeof shares.$inferSelect

/** @throws {Problem} `not_found`, `not_completed`, and `media_purged` for what is not kept, of which there would be nothing to see */
export async function makeShare(
  db: Database,
  at: { accountId: string; analysisId: string },
  wanted: { include: ShareInclusion[]; expiresAt: Date | null }
): Promise<{ share: Share; token: string }> {
  const token = randomBytes(32).toString('base64url')
  return db.transaction(async (tx) => {
    // Locked, so that it is still there when the link is written.
    const [analysis] = await tx.select().from(analyses).where(own(at)).for('key share')
    if (analysis === undefined) throw new Problem('not_found')
    if (analysis.state !== 'completed') throw new Problem('not_completed')
    if (analysis.retention === 'none') throw new Problem('media_purged')
    const link = { ...wanted, hash: hashSecret(token), createdAt: sql`now()` }
    const [share] = await tx.insert(shares).values({ ...at, ...link }).onConflictDoUpdate({ target: shares.analysisId, set: link }).returning()
    return { share: share as Share, token }
  })
}

const own = ({ accountId, analysisId }: { accountId: string; analysisId: string }) =>
  and(eq(analyses.id, analysisId), eq(analyses.accountId, accountId))

const ofAnalysis = ({ accountId, analysisId }: { accountId: string; analysisId: string }) =>
  and(eq(shares.analysisId, analysisId), eq(shares.accountId, accountId))

const inTime = or(isNull(shares.expiresAt), gt(shares.expiresAt, sql`now()`))

/** The link to an analysis, unless it has expired. */
export async function findShare(db: Database, at: { accountId: string; analysisId: string }): Promise<Share | undefined> {
  const [share] = await db.select().from(shares).where(and(ofAnalysis(at), inTime))
  return share
}

/** @returns whether there was one */
export async function withdrawShare(db: Database, at: { accountId: string; analysisId: string }): Promise<boolean> {
  const rows = await db.delete(shares).where(ofAnalysis(at)).returning({ hash: shares.hash })
  return rows.length > 0
}

/** What a link leads to, as it stands now; served by `shares_hash`. @returns undefined for a link that leads nowhere, whatever the reason */
export async function findShared(db: Database, token: string): Promise<{ share: Share; analysis: Analysis } | undefined> {
  const isKept = and(eq(analyses.state, 'completed'), isNull(analyses.purgedAt))
  const isThere = and(isNull(accounts.suspendedAt), isNull(accounts.removedAt))
  const [found] = await db
    .select({ share: shares, analysis: analyses })
    .from(shares)
    .innerJoin(analyses, eq(analyses.id, shares.analysisId))
    .innerJoin(accounts, eq(accounts.id, shares.accountId))
    .where(and(eq(shares.hash, hashSecret(token)), inTime, isKept, isThere))
  return found
}
