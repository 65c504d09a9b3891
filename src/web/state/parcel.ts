import type { BatchResource } from '../../analyses/batchResource.ts'
import type { AnalysisResource } from '../../analyses/resource.ts'
import { noAnswer, problemOf, type Problem } from '../api.ts'
import { language } from '../language/current.ts'
import type { FileSummary } from './files.ts'

/** Pauses before the same is sent again by itself, when nothing came back. */
const PAUSES_MS = [2_000, 5_000, 15_000, 30_000]
/** A limit that opens later is one that somebody decides about. */
const LONGEST_WAIT_MS = 120_000

/** What became of one file of a request. */
export type Outcome = { analysis: FileSummary; batchId: string | null } | { refusal: BatchResource['refused'][number] }

/**
 * Sends files in one request: several are a batch. By XMLHttpRequest, as `fetch` does not tell how much has been sent.
 * @param key the same in each attempt (`Idempotency-Key`): what the first one has made is made once
 * @param onProgress told how many bytes have left, of the whole request
 * @throws {Problem}
 * @throws the signal's reason
 */
export function sendFiles(
  files: readonly File[],
  { key, signal, onProgress }: { key: string; signal: AbortSignal; onProgress: (sentBytes: number) => void }
): Promise<AnalysisResource | BatchResource> {
  const form = new FormData()
  // Without the type that the browser guesses from the file's name: a photo.jpg that is a WebP is none the worse for it.
  for (const file of files) form.append('file', new Blob([file]), file.name)
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    signal.addEventListener('abort', abort)
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded))
    request.addEventListener('load', () => {
      const { status, responseText } = request
      if (status === 200 || status === 202) resolve(JSON.parse(responseText) as AnalysisResource | BatchResource)
      else reject(problemOf(status, responseText, request.getResponseHeader('retry-after')))
    })
    request.addEventListener('error', () => reject(noAnswer()))
    request.addEventListener('abort', () => reject(signal.reason as Error))
    request.addEventListener('loadend', () => signal.removeEventListener('abort', abort))
    request.open('POST', '/v1/analyses')
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('accept-language', language.peek())
    request.setRequestHeader('idempotency-key', key)
    request.send(form)
  })
}

/**
 * Which answer belongs to which file. A batch lists what was taken and what was refused, each in the order of the form,
 * under the names that files have there.
 * @returns in the order of the files; undefined for one of which the answer says nothing
 */
export function outcomesOf(names: readonly string[], answer: AnalysisResource | BatchResource): Array<Outcome | undefined> {
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

/** After which pause a request is sent again by itself, in ms; undefined where somebody has to ask for it. @param attempts so far */
export function pauseAfter(problem: Pick<Problem, 'status' | 'code' | 'retryAfterSeconds'> | undefined, attempts: number): number | undefined {
  if (problem === undefined) return undefined
  const asked = problem.retryAfterSeconds === undefined ? undefined : 1_000 * problem.retryAfterSeconds
  if (problem.status === 429) return asked !== undefined && asked <= LONGEST_WAIT_MS ? asked : undefined
  if (problem.code === 'idempotency_key_in_flight') return asked ?? PAUSES_MS[0]
  const pauseMs = PAUSES_MS[attempts - 1]
  return pauseMs !== undefined && (problem.status === 0 || problem.status >= 500) ? Math.max(pauseMs, asked ?? 0) : undefined
}
