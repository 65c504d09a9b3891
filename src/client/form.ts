import { noAnswer, problemOf } from './problem.ts'
import { ask, type RequestOptions } from './request.ts'

/** The service itself gives up on a request after a quarter of an hour. */
const LONGEST_MS = 15 * 60_000
/** A slower line than this, in bytes a millisecond, is as good as none. */
const SLOWEST = 25

export interface SendOptions extends Pick<RequestOptions, 'headers' | 'signal'> {
  /** Told how many bytes of the request have left. */
  onSent?: ((sentBytes: number) => void) | undefined
}

/** How long an upload of this size may take, in ms. */
export const uploadTimeoutMs = (sizeBytes: number): number => Math.min(LONGEST_MS, 60_000 + sizeBytes / SLOWEST)

/** Files in one form, as browsers send it, with what is to stand before them. */
export function formOf(fields: Record<string, string | undefined>, files: ReadonlyArray<{ name: string; blob: Blob | undefined }>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, value)
  for (const { name, blob = new Blob() } of files) form.append('file', blob, name)
  return form
}

/** Sends a form, and reads the JSON of its answer. Throws like `ask`. */
export function sendForm<T>(url: string | URL, form: FormData, { headers = {}, signal, onSent }: SendOptions): Promise<T> {
  const sizeBytes = [...form.values()].reduce((sum, value) => sum + (typeof value === 'string' ? value.length : value.size), 0)
  const timeoutMs = uploadTimeoutMs(sizeBytes)
  // Only the old way tells how much has left.
  return onSent !== undefined && typeof XMLHttpRequest === 'function'
    ? sendByXhr(url, form, { headers, signal, onSent, timeoutMs })
    : ask(url, { method: 'POST', headers, signal, body: form, timeoutMs })
}

function sendByXhr<T>(
  url: string | URL,
  form: FormData,
  { headers, signal, timeoutMs, onSent }: { headers: Record<string, string>; signal: AbortSignal | undefined; timeoutMs: number; onSent: (sentBytes: number) => void }
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    signal?.addEventListener('abort', abort)
    request.upload.addEventListener('progress', ({ loaded }) => onSent(loaded))
    request.addEventListener('load', () => {
      const { status, responseText } = request
      if (status >= 200 && status < 300) resolve(JSON.parse(responseText) as T)
      else reject(problemOf(status, responseText, request.getResponseHeader('retry-after')))
    })
    request.addEventListener('error', () => reject(noAnswer(new Error('The connection broke'))))
    request.addEventListener('timeout', () => reject(noAnswer()))
    request.addEventListener('abort', () => reject(signal?.reason as Error))
    request.addEventListener('loadend', () => signal?.removeEventListener('abort', abort))
    request.open('POST', url)
    request.timeout = timeoutMs
    for (const [name, value] of Object.entries({ accept: 'application/json', ...headers })) request.setRequestHeader(name, value)
    request.send(form)
  })
}
