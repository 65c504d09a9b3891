/** Why a provider had nothing to say, as the end of a sentence that begins with its name. */
const reasons = {
  timed_out: 'did not answer in time',
  unreachable: 'could not be reached',
  busy: 'was too busy to answer',
  broken: 'answered that something is wrong with it',
  credentials_refused: 'did not accept our credentials',
  allowance_used_up: 'answered that our allowance is used up',
  media_refused: 'could not read the file',
  request_refused: 'did not accept the request',
  bad_answer: 'gave an answer that could not be understood',
  resting: 'has failed too often of late and is left alone for a while',
  crowded_out: 'was asked about too many files at once'
} as const
export type ProviderFailureCode = keyof typeof reasons

/** What another attempt may change. A call that timed out is none of it: it may have been worked on, and paid for. */
const passing: ReadonlySet<ProviderFailureCode> = new Set(['unreachable', 'busy', 'broken'])
/** What says nothing of the provider's health: a file that it can't read, and what never reached it. */
const harmless: ReadonlySet<ProviderFailureCode> = new Set(['media_refused', 'resting', 'crowded_out'])

/**
 * A provider was asked, and there is no opinion. Messages hold codes, ours and theirs, and never what a provider wrote or where
 * it was reached: both may hold a secret.
 */
export class ProviderFailure extends Error {
  override name = 'ProviderFailure'
  readonly code: ProviderFailureCode
  /** How long it asks to be left alone (`Retry-After`); 0 where it does not. */
  readonly retryAfterMs: number

  constructor(code: ProviderFailureCode, { detail, retryAfterMs = 0, cause }: { detail?: string; retryAfterMs?: number; cause?: unknown } = {}) {
    super(`It ${reasons[code]}${detail === undefined ? '' : ` (${detail})`}`, { cause })
    this.code = code
    this.retryAfterMs = retryAfterMs
  }

  get reason(): string {
    return reasons[this.code]
  }

  get isPassing(): boolean {
    return passing.has(this.code)
  }

  /** Whether it counts when the circuit breaker judges the provider. */
  get isFault(): boolean {
    return !harmless.has(this.code)
  }
}
