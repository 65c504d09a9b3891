import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { v7 as uuidv7 } from 'uuid'
import { objectPrefix } from '../analyses/keys.ts'
import type { Analysis } from '../analyses/moves.ts'
import { inclusions, redact, type Inclusion } from '../analyses/redact.ts'
import { toResource } from '../analyses/resource.ts'
import type { Language } from '../language/language.ts'
import { sentence } from '../language/sentence.ts'
import { and, eq } from '../platform/drizzle.ts'
import type { Database } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import { analyses } from '../platform/schema.ts'
import { ObjectMissing, type Storage } from '../platform/storage/storage.ts'
import { turnstile } from '../platform/turnstile.ts'
import { reportContent } from './content.ts'
import { DRAWN_AT_ONCE, type Drawer } from './drawing.ts'
import { drawPictures, reportedPictures } from './pictures.ts'
import { signReport } from './signature.ts'
import type { SigningKey } from './signingKey.ts'
import { reportKeys, reports } from './tables.ts'

export type Report = typeof reports.$inferSelect

/** Incremented when reports look another way, so that nobody is given one of the old way. */
const LAYOUT = 1
const MAX_WAITING = 20
const DEADLINE_MS = 60_000

export interface ReportMaking {
  db: Database
  storage: Storage
  drawer: Drawer
  signingKey: () => Promise<SigningKey>
  /** Where people reach us. */
  origin: () => string
}

/** What is asked for: of an analysis, in a language, with what would else be left out. */
export interface ReportWish {
  row: Analysis
  language: Language
  include: readonly Inclusion[]
  /** Whether who asks has the PDF with this SHA-256 already. */
  isKnown: (sha256: string) => boolean
}

export interface MadeReport {
  report: Report
  /** Undefined for whoever has it already. */
  pdf: Buffer | Readable | undefined
}

/**
 * Gives the report of an analysis. Asked for again, it is the same PDF with the same signature, which is kept beside the
 * evidence and goes with it; one whose PDF was removed since, or whose key was revoked, is made anew under another id.
 */
export function openReports(making: ReportMaking) {
  const places = turnstile(DRAWN_AT_ONCE, MAX_WAITING)

  return {
    /**
     * @param gone that nobody waits any longer
     * @throws {Problem} `not_completed`, `not_found`, `too_busy`, `report_key_revoked`
     */
    async get(wish: ReportWish, gone: AbortSignal): Promise<MadeReport> {
      const { row } = wish
      if (row.state !== 'completed') throw new Problem('not_completed')
      const fingerprint = fingerprintOf(wish, making.origin())
      const kept = await findKept(making, wish, fingerprint)
      if (kept !== undefined) return kept
      await places.enter(AbortSignal.any([gone, AbortSignal.timeout(DEADLINE_MS)])).catch((error: unknown) => {
        throw new Problem('too_busy', undefined, { cause: error })
      })
      try {
        // The one who stood in front may have made it. What is begun is ended, also for one who has left: they may ask again.
        return (await findKept(making, wish, fingerprint)) ?? (await makeReport(making, wish, fingerprint, AbortSignal.timeout(DEADLINE_MS)))
      } finally {
        places.leave()
      }
    }
  }
}
export type Reports = ReturnType<typeof openReports>

const shown = ({ row, language, include }: ReportWish) => redact(toResource(row, language), include)

/** All that the PDF follows from, but for its id and its time. */
function fingerprintOf(wish: ReportWish, origin: string): string {
  return sha256(JSON.stringify([LAYOUT, wish.language, [...wish.include].sort(), origin, shown(wish)]))
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

const pdfKey = (row: Analysis, id: string) => `${objectPrefix(row)}report/${id}.pdf`

async function findKept({ db, storage }: ReportMaking, { row, isKnown }: ReportWish, fingerprint: string): Promise<MadeReport | undefined> {
  const same = and(eq(reports.analysisId, row.id), eq(reports.fingerprint, fingerprint))
  const [report] = await db.select().from(reports).where(same)
  if (report === undefined) return undefined
  if (isKnown(report.sha256)) return { report, pdf: undefined }
  try {
    return { report, pdf: await storage.get(pdfKey(row, report.id)) }
  } catch (error) {
    if (!(error instanceof ObjectMissing)) throw error
    // It went with the rest of what was not to be kept. Whoever has it can still check it.
    await db.update(reports).set({ fingerprint: null }).where(same)
    return undefined
  }
}

async function makeReport(making: ReportMaking, wish: ReportWish, fingerprint: string, signal: AbortSignal): Promise<MadeReport> {
  const { storage, signingKey, origin } = making
  const { row, language, include } = wish
  const { sha256: mediaSha256, verdict, engineVersion } = row
  if (mediaSha256 === null || verdict === null || engineVersion === null) throw new Problem('not_completed')
  const key = await signingKey()
  const id = uuidv7()
  const madeAt = new Date()
  const analysis = shown(wish)
  const content = reportContent(analysis, {
    id,
    madeAt,
    language,
    address: new URL(`/verify?report=${id}`, origin()).href,
    keysAddress: new URL('/.well-known/jwks.json', origin()).href,
    leftOut: inclusions.filter((one) => !include.includes(one)).map((one) => namesOf[one])
  })
  const pictures = await drawPictures(storage, row, reportedPictures(analysis).pictures.map(({ name }) => name), signal)
  const pdf = Buffer.from(await making.drawer.draw({ content, pictures }, signal))
  const statement = { id, mediaSha256, verdict, engineVersion, madeAt: madeAt.toISOString() }
  const jws = await signReport(pdf, statement, key)

  // First the bytes, then the row: nothing refers to what is not there, and bytes without a row go with the analysis.
  await storage.put(pdfKey(row, id), once(pdf), 'application/pdf')
  const report = { ...statement, madeAt, analysisId: row.id, fingerprint, sha256: sha256(pdf), sizeBytes: pdf.length, kid: key.jwk.kid, jws }
  if (await record(making.db, report, key)) return { report, pdf }
  await storage.removeAll(pdfKey(row, id))
  const first = await findKept(making, wish, fingerprint)
  if (first === undefined) throw new Problem('not_found')
  return first
}

/**
 * Writes a report down, with its key if that signs for the first time.
 * @returns false when another machine has made the same report in the meantime
 * @throws {Problem} `not_found`, `report_key_revoked`
 */
async function record(db: Database, report: Report, { jwk }: SigningKey): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [analysis] = await tx.select({ id: analyses.id }).from(analyses).where(eq(analyses.id, report.analysisId)).for('key share')
    if (analysis === undefined) throw new Problem('not_found')
    await tx.insert(reportKeys).values({ kid: jwk.kid, jwk }).onConflictDoNothing()
    // Locked, so that nothing is signed by a key after it was revoked.
    const [key] = await tx.select().from(reportKeys).where(eq(reportKeys.kid, jwk.kid)).for('share')
    if (key === undefined || key.revokedAt !== null) throw new Problem('report_key_revoked')
    const rows = await tx.insert(reports).values(report).onConflictDoNothing().returning({ id: reports.id })
    return rows.length > 0
  })
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

const namesOf = {
  location: sentence('places'),
  serial_numbers: sentence('serial numbers'),
  prompts: sentence('prompts')
} satisfies Record<Inclusion, unknown>
