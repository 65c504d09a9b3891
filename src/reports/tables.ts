import { index, integer, jsonb, pgTable, sql, text, uniqueIndex, uuid } from '../platform/drizzle.ts'
import type { Verdict } from '../engine/types.ts'
import { at } from '../platform/schema.ts'

/** A public key as it stands in our JWK Set (RFC 8037). */
export interface PublicJwk {
  kty: 'OKP'
  crv: 'Ed25519'
  x: string
  kid: string
  alg: 'EdDSA'
  use: 'sig'
}

/**
 * The public keys of all machines, of today and of before: each is here before a signature by it is. None is ever deleted,
 * so that old reports stay valid; one that was stolen is revoked.
 */
export const reportKeys = pgTable('report_keys', {
  /** RFC 7638 thumbprint. */
  kid: text('kid').primaryKey(),
  jwk: jsonb('jwk').$type<PublicJwk>().notNull(),
  firstUsedAt: at('first_used_at').notNull().defaultNow(),
  /** Since when nobody should believe what it signed. */
  revokedAt: at('revoked_at')
})

/**
 * Reports that were handed out. A row outlives its analysis, and the account: whoever was given a report must be able to
 * check it as long as they keep it. So it says nothing that the report's holder does not know already (hashes, verdict,
 * engine), has no file name, and does not tell whose it was; the PDF itself goes with the analysis.
 */
export const reports = pgTable(
  'reports',
  {
    /** UUIDv7. */
    id: uuid('id').primaryKey(),
    analysisId: uuid('analysis_id').notNull(),
    /**
     * SHA-256 of all that the report was made of, hex: asked for again, it is the same PDF. Null when that is no longer
     * there, or no longer to be believed.
     */
    fingerprint: text('fingerprint'),
    /** Of the PDF, hex. */
    sha256: text('sha256').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    mediaSha256: text('media_sha256').notNull(),
    verdict: text('verdict').$type<Verdict>().notNull(),
    engineVersion: text('engine_version').notNull(),
    kid: text('kid').notNull().references(() => reportKeys.kid),
    /** The detached signature: see `signature.ts`. */
    jws: text('jws').notNull(),
    madeAt: at('made_at').notNull()
  },
  (t) => [
    uniqueIndex('reports_same').on(t.analysisId, t.fingerprint).where(sql`fingerprint IS NOT NULL`),
    index('reports_sha256').on(t.sha256)
  ]
)
