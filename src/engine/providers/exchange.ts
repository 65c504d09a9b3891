import { Readable } from 'node:stream'
import { Pool } from 'undici'
import { asOutboundFailure } from '../../platform/outbound/failure.ts'
import { retryAfterMs } from '../../platform/outbound/retryAfter.ts'
import { CONCURRENCY } from './caller.ts'
import { ProviderFailure } from './failure.ts'

/** A body that can be sent again: it is made anew for each request. */
export interface Body {
  contentType: string
  sizeBytes: number
  chunks: () => Iterable<Uint8Array>
}

/** What a provider answered. A redirect is an answer like any other: nobody else is told our credentials. */
export interface JsonAnswer {
  status: number
  /** Undefined where it is not JSON, or does not say that it is. */
  body: unknown
  retryAfterMs: number
}

export interface Exchange {
  /**
   * Posts a body and reads the JSON that is answered.
   * @throws {ProviderFailure} `unreachable`, or `bad_answer` for what is no HTTP or too long
   * @throws the signal's reason
   */
  post(path: string, body: Body, headers: Record<string, string>, signal: AbortSignal): Promise<JsonAnswer>
  close(): Promise<void>
}

/** For the connection alone: a machine that is gone is another attempt's to try. */
const CONNECT_TIMEOUT_MS = 5_000
const MAX_ANSWER_BYTES = 1_000_000
const MAX_HEADER_BYTES = 16 * 1024
/** What is encrypted and written at a stroke. 100 MB at once would hold up everybody else in this process. */
const CHUNK_BYTES = 64 * 1024

/**
 * Connections to one provider, kept while they are used. It may stand in our own network: its address comes from whoever runs the
 * service, not from those who use it.
 */
export function openExchange(origin: string): Exchange {
  const pool = new Pool(origin, {
    connections: CONCURRENCY,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    maxHeaderSize: MAX_HEADER_BYTES,
    maxResponseSize: MAX_ANSWER_BYTES,
    // Whoever asks has a deadline for everything together.
    headersTimeout: 0,
    bodyTimeout: 0
  })

  return {
    async post(path, { contentType, sizeBytes, chunks }, headers, signal) {
      try {
        const answer = await pool.request({
          method: 'POST',
          path,
          headers: { ...headers, accept: 'application/json', 'content-type': contentType, 'content-length': String(sizeBytes) },
          body: Readable.from(chunks(), { objectMode: false }),
          signal
        })
        const text = await answer.body.text()
        return {
          status: answer.statusCode,
          body: isJson(answer.headers['content-type']) ? parsed(text) : undefined,
          retryAfterMs: retryAfterMs(answer.headers['retry-after'], Date.now())
        }
      } catch (cause) {
        signal.throwIfAborted()
        const { code } = cause as NodeJS.ErrnoException
        const isTooLong = code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE'
        throw new ProviderFailure(isTooLong || asOutboundFailure(cause).code === 'bad_answer' ? 'bad_answer' : 'unreachable', { cause })
      }
    },
    close: () => pool.destroy()
  }
}

/** The file as it is, in pieces. */
export function fileBody(bytes: Uint8Array, mediaType: string): Body {
  return { contentType: mediaType, sizeBytes: bytes.byteLength, chunks: () => pieces(bytes) }
}

export function* pieces(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) yield bytes.subarray(start, start + CHUNK_BYTES)
}

function isJson(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && /^application\/([\w.-]+\+)?json\b/i.test(contentType)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
