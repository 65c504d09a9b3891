import type { Static } from 'typebox'
import type { ProblemCode, ProblemSchema } from '../platform/problem.ts'
import { language } from './language/current.ts'
import { texts } from './language/texts.ts'

/** Longer than any answer takes that does not wait for a verdict. */
const TIMEOUT_MS = 30_000

/** `no_answer`: nothing came back. `unknown`: something between us and the service answered in its own way. */
type Code = ProblemCode | 'no_answer' | 'unknown'

type Body = Partial<Omit<Static<typeof ProblemSchema>, 'code'>> & { code?: string }

/** What the service refused (RFC 9457), or why it could not be asked. The message is made of sentences for people. */
export class Problem extends Error {
  override name = 'Problem'
  /** 0 when there was no answer. */
  readonly status: number
  readonly code: Code
  readonly title: string
  readonly detail: string | undefined
  /** What is wrong with which field; a pointer is like `body/email`. */
  readonly errors: Array<{ pointer: string; detail: string }>
  /** Of 429: the name of the limit, and when it opens again. */
  readonly limit: string | undefined
  readonly opensAt: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly requestId: string | undefined

  constructor(status: number, body: Body, retryAfter: string | null = null) {
    const title = body.title ?? texts.value.problems.unknown(status)
    super(sentences(title, body.detail))
    this.status = status
    this.code = (body.code ?? 'unknown') as Code
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

export const noAnswer = (): Problem => {
  const { noAnswer: title, checkConnection: detail } = texts.value.problems
  return new Problem(0, { code: 'no_answer', title, detail })
}

/** The problem that an answer holds. */
export function problemOf(status: number, body: string, retryAfter: string | null = null): Problem {
  try {
    return new Problem(status, JSON.parse(body) as Body, retryAfter)
  } catch {
    return new Problem(status, {}, retryAfter)
  }
}

/** Why something failed, in sentences. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Parts that may or may not end like a sentence, as sentences. */
const sentences = (...parts: Array<string | undefined>): string =>
  parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => (/[.!?…]$/.test(part ?? '') ? part : `${part}.`))
    .join(' ')

const unauthorizedListeners = new Set<() => void>()

/** Calls the listener when an answer says that nobody is signed in (any longer). */
export function onUnauthorized(listener: () => void): () => void {
  unauthorizedListeners.add(listener)
  return () => unauthorizedListeners.delete(listener)
}

/** What JSON makes of it: times are text. */
export type AsJson<T> = T extends Date ? string : T extends object ? { [Name in keyof T]: AsJson<T[Name]> } : T

export interface AskOptions {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Sent as the JSON body. */
  json?: unknown
  /** Sent as it is, when there is no `json`. */
  body?: BodyInit
  headers?: Record<string, string>
  signal?: AbortSignal
  timeoutMs?: number
  /** Lets the request outlive the page. */
  keepalive?: boolean
}

/**
 * Asks the service: `await ask<AnalysisResource>('/v1/analyses/…')`.
 * @returns the answer's JSON; undefined for an answer without a body
 * @throws {Problem}
 * @throws the signal's reason, when it was aborted
 */
export async function ask<T = undefined>(path: string, options: AskOptions = {}): Promise<T> {
  const { method = 'GET', json, signal, timeoutMs = TIMEOUT_MS, keepalive = false } = options
  const body = json === undefined ? options.body : JSON.stringify(json)
  const deadline = AbortSignal.timeout(timeoutMs)
  const answer = await fetch(path, {
    method,
    credentials: 'same-origin',
    keepalive,
    headers: {
      accept: 'application/json',
      'accept-language': language.peek(),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...options.headers
    },
    ...(body !== undefined && { body }),
    signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline])
  })
    .then(async (response) => ({ response, text: await response.text() }))
    .catch(() => {
      signal?.throwIfAborted()
      throw noAnswer()
    })
  const { response, text } = answer
  if (!response.ok) throw refused(response, text)
  return (text === '' ? undefined : JSON.parse(text)) as T
}

function refused(response: Response, text: string): Problem {
  const problem = problemOf(response.status, text, response.headers.get('retry-after'))
  if (problem.code === 'unauthorized') for (const listener of unauthorizedListeners) listener()
  return problem
}
