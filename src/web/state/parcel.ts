import { formOf, sendForm } from '../../client/form.ts'
import type { Analysis, Batch } from '../../client/openapi.ts'
import { inOurWords, type Problem } from '../api.ts'
import { language } from '../language/current.ts'
import type { FileSummary } from './files.ts'

/** What became of one file of a request. */
export type Outcome = { analysis: FileSummary; batchId: string | null } | { refusal: Batch['refused'][number] }

/**
 * Sends files in one request: several are a batch.
 * @param key the same in each attempt (`Idempotency-Key`): what the first one has made is made once
 * @param onSent told how many bytes have left, of the whole request
 * @throws {Problem}
 * @throws the signal's reason
 */
export async function sendFiles(
  files: readonly File[],
  { key, signal, onSent }: { key: string; signal: AbortSignal; onSent: (sentBytes: number) => void }
): Promise<Analysis | Batch> {
  // Without the type that the browser guesses from the file's name: a photo.jpg that is a WebP is none the worse for it.
  const form = formOf({}, files.map((file) => ({ name: file.name, blob: new Blob([file]) })))
  const headers = { 'accept-language': language.peek(), 'idempotency-key': key }
  try {
    return await sendForm('/v1/analyses', form, { headers, signal, onSent })
  } catch (error) {
    throw inOurWords(error)
  }
}

/**
 * Which answer belongs to which file. A batch lists what was taken and what was refused, each in the order of the form,
 * under the names that files have there.
 * @returns in the order of the files; undefined for one of which the answer says nothing
 */
export function outcomesOf(names: readonly string[], answer: Analysis | Batch): Array<Outcome | undefined> {
  if (!('analyses' in answer)) return [{ analysis: answer, batchId: answer.batchId }]
  const taken = [...answer.analyses]
  const refused = [...answer.refused]
  const found = names.map((name): Outcome | undefined => {
    const analysis = takeOut(taken, ({ fileName }) => fileName === name)
    if (analysis !== undefined) return { analysis, batchId: answer.id }
    const refusal = takeOut(refused, ({ fileName }) => fileName === name)
    return refusal && { refusal }
  })
  // A name that the service shows in another way: what is left over belongs to it.
  return found.map((outcome) => {
    if (outcome !== undefined) return outcome
    const analysis = taken.shift()
    return analysis && { analysis, batchId: answer.id }
  })
}

function takeOut<T>(items: T[], fits: (item: T) => boolean): T | undefined {
  const at = items.findIndex(fits)
  return at === -1 ? undefined : items.splice(at, 1)[0]
}

/** Why each of several files was refused, where a problem names them all (`/refused/0`, …): `name: code. Reason`. */
export function reasonsOf({ errors, message }: Problem, count: number): string[] {
  const reasons = errors.filter(({ pointer }) => pointer.startsWith('/refused/')).map(({ detail }) => /:\s[a-z_]+\. (.+)$/s.exec(detail)?.[1] ?? detail)
  return Array.from({ length: count }, (_, at) => reasons[at] ?? message)
}
