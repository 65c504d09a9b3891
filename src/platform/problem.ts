import { STATUS_CODES } from 'node:http'
import { Type } from 'typebox'
import type { Language } from '../language/language.ts'
import { say } from '../language/say.ts'
import type { Sentence, Text } from '../language/sentence.ts'

/** Every problem that the service answers with: its stable code, its status, and its title (RFC 9457). */
const catalogue = {
  bad_request: [400, 'The request is not valid'],
  invalid_request: [400, 'The request does not fit its schema'],
  invalid_form: [400, 'The form is not as it should be'],
  invalid_idempotency_key: [400, 'The Idempotency-Key is not valid'],
  invalid_url: [400, 'The address can not be called'],
  invalid_email: [400, 'The e-mail address can not be used'],
  weak_password: [400, 'The password is too easy to guess'],
  invalid_token: [400, 'The link is not valid any longer'],
  no_file: [400, 'The request carries no file'],
  too_many_files: [400, 'The request carries more files than it may'],
  empty_file: [400, 'The file is empty'],
  upload_incomplete: [400, 'The upload ended before the file did'],
  invalid_cursor: [400, 'The cursor is not one of ours'],
  invalid_signature: [400, 'The signature is not valid'],
  confirmation_needed: [400, 'The removal of the account has to be confirmed'],
  unauthorized: [401, 'A valid key or session is needed'],
  cross_site_request: [403, 'A session may not be used from another site'],
  forbidden: [403, 'This is not allowed'],
  insufficient_scope: [403, 'The key does not have the scope for this'],
  wrong_password: [403, 'The password is not the right one'],
  email_not_confirmed: [403, 'The e-mail address has to be confirmed first'],
  account_suspended: [403, 'The account is suspended'],
  not_found: [404, 'There is no such thing'],
  billing_off: [404, 'Nothing is sold here'],
  not_acceptable: [406, 'The answer can only be given in another form'],
  upload_removed: [409, 'The analysis was removed while its file came in'],
  request_timeout: [408, 'The request took too long to come in'],
  already_subscribed: [409, 'The account has a subscription already'],
  last_admin: [409, 'An admin must be left'],
  local_account: [409, 'The local account stays'],
  no_customer: [409, 'The account has bought nothing yet'],
  not_completed: [409, 'The analysis has no verdict'],
  not_cancellable: [409, 'The analysis can not be cancelled'],
  idempotency_key_in_flight: [409, 'The first request with this Idempotency-Key is still under way'],
  too_many_webhooks: [409, 'The account has as many webhooks as it may have'],
  too_many_api_keys: [409, 'The account has as many keys as it may have'],
  webhook_disabled: [409, 'The webhook is disabled'],
  media_purged: [410, 'The file was not to be kept'],
  precondition_failed: [412, 'A condition of the request does not hold'],
  file_too_large: [413, 'The file is too large'],
  body_too_large: [413, 'The request is too large'],
  unsupported_media_type: [415, 'The type of the body is not supported'],
  unsupported_file_type: [415, 'The type of the file is not supported'],
  file_type_mismatch: [415, 'The file is not what it is said to be'],
  range_not_satisfiable: [416, 'The range lies outside the file'],
  url_not_fetchable: [422, 'No file could be fetched from the address'],
  idempotency_key_reused: [422, 'The Idempotency-Key was used with another request'],
  rate_limit_exceeded: [429, 'Too much in too short a time'],
  quota_exceeded: [429, 'The quota of the month is used up'],
  headers_too_large: [431, 'The headers are too large'],
  internal_error: [500, 'Something went wrong on our side'],
  billing_unavailable: [503, 'Payments are not available for a moment'],
  database_unavailable: [503, 'The service is not available for a moment'],
  storage_unavailable: [503, 'The storage is not available for a moment'],
  report_key_revoked: [503, 'Reports can not be signed for a moment'],
  redis_unavailable: [503, 'Live events are not available for a moment'],
  too_busy: [503, 'Too many ask for this at the same time'],
  shutting_down: [503, 'This machine is being restarted'],
  storage_full: [507, 'The storage is full']
} as const satisfies Record<string, readonly [status: number, title: Text]>

export type ProblemCode = keyof typeof catalogue
const codes = Object.keys(catalogue) as ProblemCode[]

export const problemMediaType = 'application/problem+json'

/** The body of every error answer. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'A URN that ends in the code' }),
    title: Type.String({ description: 'In the language of the request, as `detail`' }),
    status: Type.Integer(),
    code: Type.Enum(codes, { description: 'Stable; branch on this' }),
    detail: Type.Optional(Type.String()),
    requestId: Type.String(),
    limit: Type.Optional(Type.String({ description: 'Of 429: the name of the limit that was hit, as in `GET /v1/usage`' })),
    plan: Type.Optional(Type.String({ description: 'Of 429: whose limit it is; not there for callers that are not known' })),
    opensAt: Type.Optional(Type.String({ format: 'date-time', description: 'Of 429: when the limit opens again, if that is known' })),
    errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() })))
  },
  { $id: 'Problem', description: 'RFC 9457 problem details' }
)

/** What a 429 says beside its code (extension members, RFC 9457 §3.2). */
export interface HitLimit {
  limit: string
  plan?: string
  opensAt?: string
}

export interface ProblemOptions extends ErrorOptions {
  headers?: Record<string, string>
  hit?: HitLimit
  errors?: Array<{ pointer: string; detail: Sentence }>
}

/** An expected failure, thrown anywhere and answered in one place. */
export class Problem extends Error {
  override name = 'Problem'
  readonly code: ProblemCode
  readonly status: number
  readonly detail: Sentence | undefined
  readonly headers: Record<string, string>
  readonly hit: HitLimit | undefined
  readonly errors: ProblemOptions['errors']

  constructor(code: ProblemCode, detail?: Sentence, options: ProblemOptions = {}) {
    const [status, title] = catalogue[code]
    super(say(detail ?? { text: title }, 'en'), options)
    this.code = code
    this.status = status
    this.detail = detail
    this.hit = options.hit
    this.errors = options.errors
    this.headers = { ...(status === 503 && { 'retry-after': '5' }), ...options.headers }
  }

  get title(): Sentence {
    return { text: catalogue[this.code][1] }
  }

  body(requestId: string, language: Language) {
    return {
      type: `urn:faketect:problem:${this.code}`,
      title: say(this.title, language),
      status: this.status,
      code: this.code,
      ...(this.detail !== undefined && { detail: say(this.detail, language) }),
      requestId,
      ...this.hit,
      ...(this.errors !== undefined && { errors: this.errors.map(({ pointer, detail }) => ({ pointer, detail: say(detail, language) })) })
    }
  }
}

const codeOfStatus: Record<number, ProblemCode> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  406: 'not_acceptable',
  412: 'precondition_failed',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  416: 'range_not_satisfiable',
  503: 'shutting_down'
}

/** For what Fastify refuses by itself, by status: our code for it. */
export function problemForStatus(status: number, detail?: Sentence): Problem {
  const code = codeOfStatus[status] ?? (status >= 400 && status < 500 ? 'bad_request' : undefined)
  return code === undefined ? new Problem('internal_error') : new Problem(code, detail)
}

/** A whole answer, for a request so broken that no route ever sees it. */
export function rawProblemAnswer(status: number, code: string, requestId: string): string {
  const title = STATUS_CODES[status] ?? 'Error'
  const body = JSON.stringify({ type: `urn:faketect:problem:${code}`, title, status, code, requestId })
  return [
    `HTTP/1.1 ${status} ${title}`,
    `content-type: ${problemMediaType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'cache-control: no-store',
    'connection: close',
    '',
    body
  ].join('\r\n')
}
