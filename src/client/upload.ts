import type { Connection } from './connection.ts'
import { nodeFs, openSource, type Sendable, type Source } from './files.ts'
import { formOf, sendForm } from './form.ts'
import { sendMultipart } from './multipart.ts'
import type { Analysis, Batch } from './openapi.ts'
import { retrying } from './retry.ts'

export interface UploadOptions {
  signal?: AbortSignal | undefined
  /** In place of the name that the file has itself. */
  fileName?: string | undefined
  /** `none`: nothing is kept after the verdict but the hash and the verdict. Without it the setting of the account counts. */
  retention?: 'plan' | 'none' | undefined
  /** Called with the event of the end. */
  callbackUrl?: string | undefined
  /** Made for each call, and the same in all its attempts. Give your own, to go on after your program was started again. */
  idempotencyKey?: string | undefined
  onProgress?: ((progress: Progress) => void) | undefined
}

/** How far it is: `sending` while bytes leave, so many by now; then the state that the analysis was last seen in. */
export interface Progress {
  state: 'sending' | Analysis['state']
  sentBytes: number
}

/** Fetching from an address takes as long as the other side takes. */
const FETCH_TIMEOUT_MS = 120_000

export async function uploadOne(connection: Connection, source: Source, options: UploadOptions): Promise<Analysis> {
  const opened = await openSource(source, options.fileName)
  if (!('address' in opened)) return sendFiles(connection, [opened], options)
  const { signal } = options
  const body = { url: opened.address, ...fieldsOf(options) }
  const sent = { body, headers: keyed(options), signal, timeoutMs: FETCH_TIMEOUT_MS }
  return connection.send('POST /v1/analyses', sent, true)
}

/** @throws {RangeError} for less than two: one file alone is answered by its analysis */
export async function uploadBatch(connection: Connection, sources: readonly Source[], options: UploadOptions): Promise<Batch> {
  if (sources.length < 2) throw new RangeError('A batch is two files or more')
  const files: Sendable[] = []
  for (const source of sources) {
    const opened = await openSource(source, undefined)
    if ('address' in opened) throw new TypeError('Addresses are sent one by one')
    files.push(opened)
  }
  return sendFiles(connection, files, options)
}

/** Sends them until there is an answer. A stream is gone when it was sent: then there is no second attempt. */
function sendFiles<T>({ at, headers }: Connection, files: readonly Sendable[], options: UploadOptions): Promise<T> {
  const { signal, onProgress } = options
  const sent = {
    // The same key in each attempt: what the first one has made is made once.
    headers: { ...headers, ...keyed(options) },
    signal,
    onSent: onProgress && ((sentBytes: number) => onProgress({ state: 'sending', sentBytes }))
  }
  const send = (): Promise<T> =>
    nodeFs() === undefined
      ? sendForm(at('/v1/analyses'), formOf(fieldsOf(options), files), sent)
      : sendMultipart(at('/v1/analyses'), fieldsOf(options), files, sent)
  return files.every(({ isRepeatable }) => isRepeatable) ? retrying(send, { isSafe: true, signal }) : send()
}

/** JSON and forms leave out what is undefined. */
const fieldsOf = ({ retention, callbackUrl }: UploadOptions) => ({ retention, callback_url: callbackUrl })

const keyed = ({ idempotencyKey }: UploadOptions) => ({ 'idempotency-key': idempotencyKey ?? crypto.randomUUID() })
