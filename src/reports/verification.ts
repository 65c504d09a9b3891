import { createHash } from 'node:crypto'
import { eq, type SQL } from '../platform/drizzle.ts'
import type { Database } from '../platform/postgres.ts'
import { isSigned, type Statement } from './signature.ts'
import type { Report } from './reports.ts'
import { reportKeys, reports, type PublicJwk } from './tables.ts'

/** What can come of checking a report, or a file against one. */
export const outcomes = ['valid', 'altered', 'unknown', 'signature_invalid', 'key_revoked', 'matches', 'differs'] as const
export type Outcome = (typeof outcomes)[number]

/** A report that was handed out, with the key that has signed it. */
export interface SignedReport extends Report {
  jwk: PublicJwk
  keyRevokedAt: Date | null
}

export interface Verification {
  outcome: Outcome
  /** What was handed out under that id, or with these bytes; undefined where nothing was. */
  report: SignedReport | undefined
}

/** Checks the bytes of a PDF: against its signature, and what they claim to be. @param id of the report, where it is said */
export async function verifyPdf(db: Database, pdf: Uint8Array, id: string | undefined): Promise<Verification> {
  const sha256 = createHash('sha256').update(pdf).digest('hex')
  const found = await verifyPdfHash(db, sha256, id ?? idIn(pdf))
  const { outcome, report } = found
  if (outcome !== 'valid' || report === undefined) return found
  return (await isSigned(pdf, statementOf(report), report.jws, report.jwk)) ? found : { outcome: 'signature_invalid', report }
}

/** The same for whoever has hashed the PDF where it is: the hash is compared with what we have signed. */
export async function verifyPdfHash(db: Database, sha256: string, id: string | undefined): Promise<Verification> {
  const same = await findReport(db, eq(reports.sha256, sha256))
  if (same !== undefined) return { outcome: same.keyRevokedAt === null ? 'valid' : 'key_revoked', report: same }
  const claimed = id === undefined ? undefined : await reportOf(db, id)
  return { outcome: claimed === undefined ? 'unknown' : 'altered', report: claimed }
}

/** Whether a file is the one that a report speaks of. Without a report nothing is told: it would say who else has seen a file. */
export async function verifyFileHash(db: Database, sha256: string, id: string): Promise<Verification> {
  const report = await reportOf(db, id)
  if (report === undefined) return { outcome: 'unknown', report }
  if (report.keyRevokedAt !== null) return { outcome: 'key_revoked', report }
  return { outcome: report.mediaSha256 === sha256 ? 'matches' : 'differs', report }
}

export const reportOf = (db: Database, id: string) => findReport(db, eq(reports.id, id))

async function findReport(db: Database, which: SQL): Promise<SignedReport | undefined> {
  const [found] = await db.select().from(reports).innerJoin(reportKeys, eq(reportKeys.kid, reports.kid)).where(which).limit(1)
  return found && { ...found.reports, jwk: found.report_keys.jwk, keyRevokedAt: found.report_keys.revokedAt }
}

export const statementOf = ({ id, mediaSha256, verdict, engineVersion, madeAt }: Report): Statement => ({
  id,
  mediaSha256,
  verdict,
  engineVersion,
  madeAt: madeAt.toISOString()
})

const mark = 'faketect-report:'

/** What a PDF says of itself in its keywords. Whoever has saved it with another program may have lost that. */
function idIn(pdf: Uint8Array): string | undefined {
  const bytes = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength)
  const at = bytes.indexOf(mark)
  if (at < 0) return undefined
  const id = bytes.toString('latin1', at + mark.length, at + mark.length + 36)
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : undefined
}
