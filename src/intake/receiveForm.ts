import type { WholeBatch } from '../analyses/batchQueries.ts'
import { BatchClosed } from '../analyses/batches.ts'
import type { Analysis } from '../analyses/moves.ts'
import { analysisPath, isEnded, toResource } from '../analyses/resource.ts'
import type { Language } from '../language/language.ts'
import { sentence } from '../language/sentence.ts'
import { plans } from '../limits/plans.ts'
import { asProblem } from '../platform/errors.ts'
import { Problem } from '../platform/problem.ts'
import { openBatch, type OpenBatch } from './batch.ts'
import type { Form, FormFile } from './form.ts'
import { keepAnswer } from './idempotency/claims.ts'
import { takeFile, type Intake } from './intake.ts'
import type { Bytes } from './meter.ts'
import type { Destination } from './receive.ts'

/** What a request has made: one analysis, or a batch of them. */
export type Received = { row: Analysis } | { batch: WholeBatch }

/**
 * Takes the files of a form in, one after the other as they come. With the second one they are a batch, in which a bad
 * file fails alone; what has come in whole stays when the form breaks off. One file alone is taken when its form has
 * ended: until then nobody knows that it is alone, and one that breaks off leaves nothing.
 * @param fingerprint of the whole form, asked when it has been read to its end
 * @throws {Problem} when no file was taken
 */
export async function receiveForm(intake: Intake, form: Form, fingerprint: () => string | undefined): Promise<Received> {
  const first = await form.next()
  if (first === undefined) throw new Problem('no_file', sentence('Send it in a part named "file".'))
  let second: FormFile | undefined
  let batch: OpenBatch | undefined
  let looked = false
  async function lookFurther(): Promise<void> {
    if (looked) return
    looked = true
    second = await form.next()
    if (second !== undefined) batch = await openBatch(intake)
  }
  const destinationOf = () => batch?.destination ?? alone(intake, fingerprint)
  try {
    const row = await takeFile(intake, { ...first, bytes: followed(first.bytes, lookFurther) }, form.wishes, destinationOf)
    if (batch === undefined) return { row }
    batch.taken(row)
  } catch (error) {
    // What is not about this file would meet the others as well: the rest need not be read for that.
    if (!looked && !isOfTheFile(error)) throw error
    if (form.broken === undefined) await skip(intake, first).then(lookFurther).catch(() => undefined)
    if (batch === undefined) {
      const { idempotency } = intake.request
      const isWhole = looked && second === undefined && form.broken === undefined
      if (idempotency !== undefined && isWhole) idempotency.fingerprint = fingerprint()
      throw error
    }
    const begun = batch
    await begun.refuse(first, error).catch(() => giveUp(begun, error))
  }
  return { batch: await receiveRest(intake, form, { batch, next: second, fingerprint }) }
}

async function receiveRest(
  intake: Intake,
  form: Form,
  { batch, next, fingerprint }: { batch: OpenBatch; next: FormFile | undefined; fingerprint: () => string | undefined }
): Promise<WholeBatch> {
  const { filesPerBatch } = plans[intake.request.caller.plan]
  let made: WholeBatch | undefined
  try {
    let count = 1
    for (let file = next; file !== undefined; file = await form.next()) {
      if (++count > filesPerBatch) {
        await batch.refuse(file, new Problem('too_many_files', sentence('Send at most {most, number} a request.', { most: filesPerBatch })))
        return whole(batch, await batch.end('incomplete'))
      }
      try {
        batch.taken(await takeFile(intake, file, form.wishes, () => batch.destination))
      } catch (error) {
        if (form.broken !== undefined || error instanceof BatchClosed) throw error
        await batch.refuse(file, error)
        await skip(intake, file)
      }
    }
    made = await batch.end('received', fingerprint())
    const { idempotency } = intake.request
    if (idempotency !== undefined) {
      idempotency.isKept = made !== undefined
      idempotency.fingerprint = fingerprint()
    }
  } catch (error) {
    if (form.broken === undefined && !(error instanceof BatchClosed)) return giveUp(batch, error)
    made = await batch.end('incomplete')
    if (made === undefined) throw error
  }
  return whole(batch, made)
}

/** @throws {Problem} when none of its files was taken */
function whole(batch: OpenBatch, made: WholeBatch | undefined): WholeBatch {
  if (made !== undefined) return made
  throw batch.allRefused() ?? new Problem('no_file')
}

/** Ends the intake as far as that is possible, and fails the request. What can't be ended now shows no life sign any more. */
async function giveUp(batch: OpenBatch, error: unknown): Promise<never> {
  await batch.end('incomplete').catch(() => undefined)
  throw error
}

/** Where a file goes that is the only one: its answer is kept in the transaction that queues it. */
export function alone({ request }: Intake, fingerprint: () => string | undefined): Destination {
  const { idempotency } = request
  const claim = idempotency?.claim
  if (claim === undefined) return { batchId: null, isKeyed: false }
  return {
    batchId: null,
    isKeyed: true,
    async also(tx, row) {
      const { language } = request
      const headers = { location: analysisPath(row.id), 'content-type': 'application/json; charset=utf-8', 'content-language': language }
      await keepAnswer(tx, claim, { fingerprint: fingerprint() ?? '', status: 202, headers, body: keptBody(row, language) })
    }
  }
}

/** A verdict that is there at once must not outlive its analysis among the answers: it is looked up again. */
const keptBody = (row: Analysis, language: Language) => (isEnded(row) ? { id: row.id } : toResource(row, language))

function isOfTheFile(error: unknown): boolean {
  const { status } = asProblem(error as Error)
  return status < 500 && status !== 429
}

/** Reads a whole form and keeps nothing of it but its fingerprint: it has been answered before. */
export async function readOver(intake: Intake, form: Form): Promise<void> {
  const { filesPerBatch } = plans[intake.request.caller.plan]
  let count = 0
  for (let file = await form.next(); file !== undefined; file = await form.next()) {
    if (++count > filesPerBatch) throw new Problem('too_many_files', sentence('Send at most {most, number} a request.', { most: filesPerBatch }))
    // What was too large the first time was read over as well.
    await skip(intake, file, 2)
  }
}

/**
 * Reads over the rest of a file that is not taken, within the same limits as if it were.
 * @param files as many bytes as so many files may have
 */
function skip({ limits, request }: Intake, file: FormFile, files = 1): Promise<void> {
  return file.drain(plans[request.caller.plan].fileBytes * files, (bytes) => limits.takeBytes(request, bytes))
}

async function* followed(bytes: Bytes, then: () => Promise<void>) {
  yield* bytes
  await then()
}
