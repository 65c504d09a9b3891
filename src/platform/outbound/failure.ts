import { say } from '../../language/say.ts'
import type { Sentence, Text } from '../../language/sentence.ts'

/** Why a request to somebody's address did not come to an answer. The codes are stable: their owners are shown them. */
export const outboundFailures = {
  url_refused: 'The address is not one that is called',
  address_refused: 'The name leads to an address that is not public',
  name_not_found: 'The name could not be resolved',
  unreachable: 'No connection came about, or it broke',
  tls_failed: 'The connection could not be secured',
  timed_out: 'The answer did not come in time',
  bad_answer: 'The answer was not HTTP, or its headers were too large',
  interrupted: 'The request was broken off on our side'
} as const satisfies Record<string, Text>
export type OutboundFailureCode = keyof typeof outboundFailures

export class OutboundFailure extends Error {
  override name = 'OutboundFailure'
  readonly code: OutboundFailureCode
  readonly reason: Sentence

  constructor(code: OutboundFailureCode, reason: Sentence = { text: outboundFailures[code] }, options?: ErrorOptions) {
    super(say(reason, 'en'), options)
    this.code = code
    this.reason = reason
  }
}

const namesNotFound = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME', 'EAI_FAIL'])

/** What an error of the resolver, the socket, TLS or the HTTP client means. */
export function asOutboundFailure(error: unknown): OutboundFailure {
  // Several addresses were tried: the first says enough.
  const cause = error instanceof AggregateError && error.errors.length > 0 ? (error.errors[0] as unknown) : error
  if (cause instanceof OutboundFailure) return cause
  const { code: given = '', name = '' } = cause as { code?: string | number; name?: string }
  const code = String(given)
  const failure = (code: OutboundFailureCode) => new OutboundFailure(code, undefined, { cause: error })
  if (name === 'TimeoutError' || code.includes('_TIMEOUT') || code === 'ETIMEDOUT') return failure('timed_out')
  if (name === 'AbortError') return failure('interrupted')
  if (namesNotFound.has(code)) return failure('name_not_found')
  if (name === 'HTTPParserError' || /^(HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES)/.test(code)) return failure('bad_answer')
  if (/CERT|^ERR_(TLS|SSL)|SIGNATURE|^EPROTO/.test(code)) return failure('tls_failed')
  return failure('unreachable')
}
