import { setTimeout as sleep } from 'node:timers/promises'
import { CircuitState, circuitBreaker, CountBreaker, ExponentialBackoff, halfJitterGenerator, handleWhen, isBrokenCircuitError } from 'cockatiel'
import { turnstile } from '../../platform/turnstile.ts'
import { ProviderFailure } from './failure.ts'

export type Circuit = 'closed' | 'open' | 'half_open'

/** How one provider is called: many at a time, again where that may help, and not at all while it is ill. */
export interface Caller {
  /**
   * @param attempt one request; it throws `ProviderFailure` for what the provider is to blame for
   * @param dueAt by `performance.now()`: a pause that would end later is not begun
   * @throws {ProviderFailure} the last one that is the provider's own; `resting` where it was not asked at all
   * @throws the signal's reason when the answer is no longer wanted
   */
  call<T>(attempt: () => Promise<T>, signal: AbortSignal, dueAt: number): Promise<T>
  /** Ends up as a number on a dashboard. */
  readonly circuit: Circuit
}

export interface CallerOptions {
  /** Requests under way at a time; more wait, and their waiting is part of their time. */
  concurrency?: number
  /** The mean pause before the second attempt where the provider names none; each further one is twice as long. */
  retryMs?: number
  /** How long the circuit stays open the first time, at most; up to twelve times as long while its trials fail. */
  restMs?: number
  onCircuit?: (circuit: Circuit) => void
}

/** More than a process has analyses in flight for providers: a video that is sent as pictures takes several places. */
export const CONCURRENCY = 32
const MAX_WAITING = 1_000
const MAX_ATTEMPTS = 4
/** Of the last so many requests so many must have been made, and more than half of them failed, for the circuit to open. */
const JUDGED = { size: 20, minimumNumberOfCalls: 10, threshold: 0.5 }

/**
 * A bulkhead, retries and a circuit breaker, in this order from the inside:
 *
 * - The bulkhead is a turnstile of ours: Cockatiel's keeps those who gave up in its queue.
 * - Each request counts for the circuit. When it opens, requests fail at once; after a rest one is tried, and the others go on
 *   failing at once until its answer is there: Cockatiel would let them wait for it.
 * - Retries wait as long as `Retry-After` says, or else exponentially longer with full jitter, and not at all where the time left would
 *   not do: whoever waits in vain holds a file in memory.
 */
export function createCaller({ concurrency = CONCURRENCY, retryMs = 400, restMs = 5_000, onCircuit = () => {} }: CallerOptions = {}): Caller {
  const places = turnstile(concurrency, MAX_WAITING)
  const breaker = circuitBreaker(handleWhen((error) => error instanceof UnprovenTrial || (error instanceof ProviderFailure && error.isFault)), {
    breaker: new CountBreaker(JUDGED),
    halfOpenAfter: new ExponentialBackoff({ initialDelay: restMs, maxDelay: 12 * restMs, generator: halfJitterGenerator })
  })
  breaker.onStateChange((state) => onCircuit(nameOf(state)))

  async function once<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (breaker.state === CircuitState.HalfOpen) throw new ProviderFailure('resting')
    try {
      return await breaker.execute(async () => {
        const isTrial = breaker.state !== CircuitState.Closed
        try {
          return await inPlace(attempt, signal)
        } catch (error) {
          const provesLife = error instanceof ProviderFailure && error.code === 'media_refused'
          throw isTrial && !provesLife ? new UnprovenTrial(error) : error
        }
      })
    } catch (error) {
      if (isBrokenCircuitError(error)) throw new ProviderFailure('resting')
      throw error instanceof UnprovenTrial ? error.cause : error
    }
  }

  async function inPlace<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      await places.enter(signal)
    } catch (cause) {
      // That our own queue was too long is no fault of the provider.
      const { reason } = signal as { reason: unknown }
      throw signal.aborted && !(reason instanceof ProviderFailure) ? reason : new ProviderFailure('crowded_out', { cause })
    }
    try {
      return await attempt()
    } finally {
      places.leave()
    }
  }

  return {
    async call(attempt, signal, dueAt) {
      let last: unknown
      for (let attempts = 1; ; attempts++) {
        signal.throwIfAborted()
        try {
          return await once(attempt, signal)
        } catch (error) {
          // What the provider did says more than that it has been left alone since.
          if (last !== undefined && error instanceof ProviderFailure && error.code === 'resting') throw last
          const pauseMs = pauseAfter(error, attempts, retryMs)
          if (pauseMs === undefined || performance.now() + pauseMs >= dueAt) throw error
          last = error
          await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
        }
      }
    },
    get circuit() {
      return nameOf(breaker.state)
    }
  }
}

/** Cockatiel closes the circuit after an error that does not count. A trial that was called off has proved nothing. */
class UnprovenTrial extends Error {
  override name = 'UnprovenTrial'
  constructor(cause: unknown) {
    super('The trial says nothing', { cause })
  }
}

/** @returns undefined where there is to be no further attempt */
function pauseAfter(error: unknown, attempts: number, retryMs: number): number | undefined {
  if (!(error instanceof ProviderFailure) || !error.isPassing || attempts >= MAX_ATTEMPTS) return undefined
  // Spread a little, so that all who were sent away at once do not come back at once; never earlier than asked for.
  const jitter = Math.random() * retryMs
  return error.retryAfterMs > 0 ? error.retryAfterMs + jitter : 2 ** attempts * jitter
}

function nameOf(state: CircuitState): Circuit {
  if (state === CircuitState.Closed) return 'closed'
  return state === CircuitState.HalfOpen ? 'half_open' : 'open'
}
