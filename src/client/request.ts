import { noAnswer, Problem, problemOf } from './problem.ts'

/** Longer than any answer takes that does not wait for a verdict. */
const TIMEOUT_MS = 30_000

export interface RequestOptions {
  method?: string
  /** Sent as the JSON body. */
  json?: unknown
  /** Sent as it is, when there is no `json`. */
  body?: BodyInit
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
  /** Until the answer is there, with its body where `ask` reads it. */
  timeoutMs?: number
  /** Lets the request outlive the page. */
  keepalive?: boolean
}

/**
 * Sends one request, and reads the JSON of its answer.
 * @returns undefined for an answer without a body
 * @throws {Problem}
 * @throws the signal's reason, when it was aborted
 */
export function ask<T>(url: string | URL, options: RequestOptions = {}): Promise<T> {
  return exchange(url, { ...options, headers: { accept: 'application/json', ...options.headers } }, async (response) => {
    const text = await response.text()
    try {
      return (text === '' ? undefined : JSON.parse(text)) as T
    } catch {
      throw new Problem(response.status, { title: 'The answer is not the service’s' })
    }
  })
}

/** Sends one request whose answer is a stream: its body is still to be read, and breaks off when nothing comes for `silenceMs`. Throws like `ask`. */
export async function openStream(url: string | URL, { silenceMs, ...options }: RequestOptions & { silenceMs: number }): Promise<Response> {
  const response = await exchange(url, options, async (response) => response)
  return new Response(response.body && impatient(response.body, silenceMs), response)
}

/** @param read runs within the time-out of the request */
async function exchange<T>(url: string | URL, options: RequestOptions, read: (response: Response) => Promise<T>): Promise<T> {
  const { method = 'GET', json, signal, timeoutMs = TIMEOUT_MS, keepalive = false } = options
  // Node's `fetch` would read a form all the same, and fail where nobody can catch it.
  signal?.throwIfAborted()
  const body = json === undefined ? options.body : JSON.stringify(json)
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), timeoutMs)
  try {
    const response = await fetch(url, {
      method,
      credentials: 'same-origin',
      keepalive,
      // Nothing redirects here, and a key is not for others.
      redirect: 'manual',
      headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...options.headers },
      ...(body !== undefined && { body }),
      // What `fetch` asks for with a body that is a stream.
      ...(body instanceof ReadableStream && { duplex: 'half' }),
      signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal])
    })
    if (!response.ok) throw problemOf(response.status, await response.text(), response.headers.get('retry-after'))
    return await read(response)
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof Problem ? error : noAnswer(late.signal.aborted ? undefined : error)
  } finally {
    clearTimeout(timer)
  }
}

/** The same bytes; reading them fails when none come for so long, as from a machine that has vanished. */
function impatient(body: ReadableStream<Uint8Array<ArrayBuffer>>, silenceMs: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader()
  return new ReadableStream({
    async pull(controller) {
      let timer: ReturnType<typeof setTimeout> | undefined
      const silence = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(noAnswer()), silenceMs)
      })
      try {
        const { done, value } = await Promise.race([reader.read(), silence])
        if (done) controller.close()
        else controller.enqueue(value)
      } catch (error) {
        reader.cancel(error).catch(() => undefined) // It is broken already, or nobody waits for it any longer.
        throw error instanceof Problem || isAbort(error) ? error : noAnswer(error)
      } finally {
        clearTimeout(timer)
      }
    },
    cancel: (reason) => reader.cancel(reason)
  })
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'
