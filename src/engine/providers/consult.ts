import { sentence, type Sentence } from '../../language/sentence.ts'
import type { Signal } from '../types.ts'
import { signalsOf } from './answer.ts'
import { ProviderFailure } from './failure.ts'
import type { Provider, ProviderMedia } from './provider.ts'

/** A provider that had nothing to say, and why. */
export interface Silence {
  provider: string
  /** One sentence for people. A message is not quoted: it may hold an address with a secret in it. */
  reason: Sentence
  error: unknown
}

export interface Opinions {
  signals: Signal[]
  silent: Silence[]
}

/**
 * Asks all providers at once. One that throws, is too late or answers garbage is silent, and spoils nothing.
 * @param timeoutMs for each of them
 * @throws the signal's reason, at once, and nothing else
 */
export async function consult(
  providers: readonly Provider[],
  media: ProviderMedia,
  timeoutMs: number,
  signal: AbortSignal
): Promise<Opinions> {
  const answers = await Promise.all(providers.map((provider) => ask(provider, media, timeoutMs, signal)))
  return {
    signals: answers.flatMap(({ signals }) => signals),
    silent: answers.flatMap(({ silent }) => silent)
  }
}

async function ask(provider: Provider, media: ProviderMedia, timeoutMs: number, signal: AbortSignal): Promise<Opinions> {
  const { id } = provider
  const over = new AbortController()
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const giveUp = (reason: unknown) => {
    over.abort(reason)
    reject(reason)
  }
  const dueAt = performance.now() + timeoutMs
  const timer = setTimeout(() => giveUp(new ProviderFailure('timed_out', { detail: `${timeoutMs} ms` })), timeoutMs)
  const onAbort = () => giveUp(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    signal.throwIfAborted()
    // A provider that ignores its signal is not waited for.
    const answer = await Promise.race([examine(provider, media, over.signal, dueAt), tooLate])
    return { signals: signalsOf(id, answer), silent: [] }
  } catch (error) {
    signal.throwIfAborted()
    return { signals: [], silent: [{ provider: id, reason: whyOf(id, error), error }] }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

/** Also one that throws before it awaits anything is a rejection. */
async function examine(provider: Provider, media: ProviderMedia, signal: AbortSignal, dueAt: number): Promise<unknown> {
  return provider.examine(media, signal, dueAt)
}

/** Of an error that is not ours nothing is known that may be told. */
function whyOf(provider: string, error: unknown): Sentence {
  return error instanceof ProviderFailure ? error.reasonOf(provider) : sentence('{provider} could not be asked.', { provider })
}
