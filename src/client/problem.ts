import type { Problem as ProblemBody } from './openapi.ts'

/**
 * `no_answer`: nothing came back, or not in time. `unknown`: something between us and the service answered in its own way.
 * `not_ended`: there was no verdict in the time that was given to it.
 */
export type ProblemCode = ProblemBody['code'] | 'no_answer' | 'unknown' | 'not_ended'

type Body = Partial<Omit<ProblemBody, 'code'>> & { code?: ProblemCode }

/** What the service refused (RFC 9457), or why it could not be asked. The message is made of sentences for people. */
export class Problem extends Error {
  override name = 'Problem'
  /** 0 when there was no answer. */
  readonly status: number
  /** Stable: branch on it. */
  readonly code: ProblemCode
  readonly title: string
  readonly detail: string | undefined
  /** What is wrong with which field; a pointer is like `body/email`. */
  readonly errors: Array<{ pointer: string; detail: string }>
  /** Of 429: the name of the limit, and when it opens again. */
  readonly limit: string | undefined
  readonly opensAt: string | undefined
  readonly retryAfterSeconds: number | undefined
  /** By which the log of the service knows the request. */
  readonly requestId: string | undefined

  constructor(status: number, body: Body, retryAfter: string | null = null, options?: ErrorOptions) {
    const title = body.title ?? `The service answered with status ${status}`
    super(sentences(title, body.detail), options)
    this.status = status
    this.code = body.code ?? 'unknown'
    this.title = title
    this.detail = body.detail
    this.errors = body.errors ?? []
    this.limit = body.limit
    this.opensAt = body.opensAt
    this.requestId = body.requestId
    this.retryAfterSeconds = retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return this.status >= 500 || [0, 408, 409, 425, 429].includes(this.status)
  }
}

/** @param cause what broke; without it the time was up */
export function noAnswer(cause?: unknown): Problem {
  // What `fetch` throws says "fetch failed"; why, says its cause.
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const detail = cause === undefined ? 'The time was up' : reason instanceof Error ? reason.message : String(reason)
  return new Problem(0, { code: 'no_answer', title: 'The service could not be reached', detail }, null, { cause })
}

/** The problem that an answer holds. */
export function problemOf(status: number, body: string, retryAfter: string | null = null): Problem {
  try {
    return new Problem(status, JSON.parse(body) as Body, retryAfter)
  } catch {
    return new Problem(status, {}, retryAfter)
  }
}

/** Parts that may or may not end like a sentence, as sentences. */
const sentences = (...parts: Array<string | undefined>): string =>
  parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => (/[.!?…]$/.test(part ?? '') ? part : `${part}.`))
    .join(' ')
