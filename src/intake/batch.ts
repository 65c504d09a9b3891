import { v7 as uuidv7 } from 'uuid'
import { findBatch, findMember, type WholeBatch } from '../analyses/batchQueries.ts'
import { batchPath, toBatchResource } from '../analyses/batchResource.ts'
import { beginBatch, endIntake, recordRefused, reopenBatch, touchBatch } from '../analyses/batches.ts'
import type { Analysis } from '../analyses/moves.ts'
import type { Language } from '../language/language.ts'
import { sentence } from '../language/sentence.ts'
import { asProblem } from '../platform/errors.ts'
import { Problem } from '../platform/problem.ts'
import { displayName } from './fileName.ts'
import { carryBatch, holdKey, keepAnswer } from './idempotency/claims.ts'
import type { Intake } from './intake.ts'
import type { Destination } from './receive.ts'
import type { RefusedFile } from './tables.ts'

/** A batch while its files come in. */
export interface OpenBatch {
  destination: Destination
  taken(row: Analysis): void
  /** Notes that a file was not taken. @throws the error, when it is not one of this file alone */
  refuse(file: { fileName: string | undefined }, error: unknown): Promise<void>
  /**
   * Nothing more comes.
   * @param fingerprint of the whole request, whose answer is kept
   * @returns undefined when no file was taken: there is no batch then
   */
  end(intake: 'received' | 'incomplete', fingerprint?: string): Promise<WholeBatch | undefined>
  /** Why none of its files was taken: the first refusal, which names them all. */
  allRefused(): Problem | undefined
}

/** What ends the whole request, though it has a status of the client's. */
const OF_THE_REQUEST = new Set(['upload_incomplete', 'idempotency_key_in_flight'])
const OF_STORAGE = new Set(['storage_unavailable', 'storage_full'])

/** Begins a batch, or goes on with the one of the same `Idempotency-Key` that broke off. */
export async function openBatch({ options, request }: Intake): Promise<OpenBatch> {
  const { db, lifeSignEveryMs } = options
  const { accountId } = request.caller
  const claim = request.idempotency?.claim
  const id = await db.transaction(async (tx) => {
    const earlier = claim?.batchId ?? null
    if (earlier !== null && (await reopenBatch(tx, accountId, earlier))) return earlier
    const begun = uuidv7()
    await beginBatch(tx, { id: begun, accountId })
    if (claim !== undefined) await carryBatch(tx, claim, begun)
    return begun
  })
  const refused: RefusedFile[] = []
  const problems: Problem[] = []
  /** What this request has put there, or found there. */
  const taken = new Set<string>()
  const lifeSigns = setInterval(() => {
    touchBatch(db, id).catch((error: unknown) => request.log.warn({ err: error, batchId: id }, 'A batch could not show its life sign'))
  }, lifeSignEveryMs)

  const destination: Destination = {
    batchId: id,
    isKeyed: claim !== undefined,
    async also(tx) {
      if (claim !== undefined) await holdKey(tx, claim)
      await touchBatch(tx, id)
    },
    ...(claim !== undefined && claim.batchId === id && { findTaken: (sha256: string) => findMember(db, id, sha256, taken) })
  }

  return {
    destination,
    taken: (row) => void taken.add(row.id),
    async refuse({ fileName }, error) {
      const problem = asProblem(error as Error)
      if (OF_THE_REQUEST.has(problem.code) || (problem.status >= 500 && !OF_STORAGE.has(problem.code))) throw error
      problems.push(problem)
      options.measures.refused(problem)
      refused.push({ fileName: displayName(fileName), code: problem.code, detail: problem.detail ?? problem.title })
      await recordRefused(db, id, refused)
    },
    async end(intake, fingerprint) {
      clearInterval(lifeSigns)
      const batch = await db.transaction(async (tx) => {
        if (claim !== undefined) await holdKey(tx, claim)
        await endIntake(tx, id, intake)
        const whole = await findBatch(tx, accountId, id)
        if (whole !== undefined && claim !== undefined && fingerprint !== undefined) {
          const body = toBatchResource(whole, request.language)
          await keepAnswer(tx, claim, { fingerprint, status: 202, headers: batchHeaders(id, request.language), body })
        }
        return whole
      })
      options.relay.nudge()
      return batch
    },
    allRefused() {
      const [first] = problems
      if (first === undefined) return undefined
      const errors = refused.map(({ fileName, code, detail: reason }, n) => ({
        pointer: `/refused/${n}`,
        detail: sentence('{fileName}: {code}. {reason}', { fileName, code, reason })
      }))
      return new Problem(first.code, first.detail, { headers: first.headers, errors, cause: first, ...(first.hit && { hit: first.hit }) })
    }
  }
}

const batchHeaders = (id: string, language: Language) => ({
  location: batchPath(id),
  'content-type': 'application/json; charset=utf-8',
  'content-language': language
})
