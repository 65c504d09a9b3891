import { sentence, type Sentence, type Text } from '../../language/sentence.ts'

/** Why a provider had nothing to say. */
const reasons = {
  timed_out: '{provider} did not answer in time.',
  unreachable: '{provider} could not be reached.',
  busy: '{provider} was too busy to answer.',
  broken: '{provider} answered that something is wrong with it.',
  credentials_refused: '{provider} did not accept our credentials.',
  allowance_used_up: '{provider} answered that our allowance is used up.',
  media_refused: '{provider} could not read the file.',
  request_refused: '{provider} did not accept the request.',
  bad_answer: '{provider} gave an answer that could not be understood.',
  resting: '{provider} has failed too often of late and is left alone for a while.',
  crowded_out: '{provider} was asked about too many files at once.'
} as const satisfies Record<string, Text>
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
    super(detail === undefined ? code : `${code} (${detail})`, { cause })
    this.code = code
    this.retryAfterMs = retryAfterMs
  }

  reasonOf(provider: string): Sentence {
    return sentence(reasons[this.code], { provider })
  }

  get isPassing(): boolean {
    return passing.has(this.code)
  }

  /** Whether it counts when the circuit breaker judges the provider. */
  get isFault(): boolean {
    return !harmless.has(this.code)
  }
}
