import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { quoted, type Sentence } from '../../language/sentence.ts'
import { storable, storableSentence, storableText } from '../storable.ts'
import { verdicts, type Json, type Signal } from '../types.ts'
import { ProviderFailure } from './failure.ts'

const MAX_SIGNALS = 50
const MAX_MEANING_LENGTH = 600

/** What is taken from a provider. Its word is as much a stranger's as the file is. */
const Answer = Type.Array(
  Type.Object({
    code: Type.String({ minLength: 1 }),
    supports: Type.Union([Type.Enum(verdicts.filter((verdict) => verdict !== 'inconclusive')), Type.Null()]),
    log10LikelihoodRatio: Type.Number(),
    log10Nfa: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
    meaning: Type.Union([Type.String({ minLength: 1 }), Type.Unsafe<Sentence>(Type.Object({ text: Type.String({ minLength: 1 }) }))]),
    measured: Type.Record(Type.String(), Type.Unknown())
  }),
  { maxItems: MAX_SIGNALS }
)

/**
 * The signals of a provider's answer, as they may be weighed and stored: under the provider's own name, so that they
 * are weighed as its own, and without evidence pictures, which it has none of.
 * @throws {ProviderFailure} `bad_answer`
 */
export function signalsOf(provider: string, answer: unknown): Signal[] {
  if (!Value.Check(Answer, answer)) throw new ProviderFailure('bad_answer', { detail: 'it is not a list of signals' })
  return answer.map(({ code, supports, log10LikelihoodRatio, log10Nfa = null, meaning, measured }) => {
    if (!Number.isFinite(log10LikelihoodRatio)) throw new ProviderFailure('bad_answer', { detail: 'a strength is no number' })
    return {
      detector: storableText(provider, 100),
      code: storableText(code, 100),
      supports,
      log10LikelihoodRatio,
      log10Nfa: Number.isFinite(log10Nfa) ? log10Nfa : null,
      meaning: typeof meaning === 'string' ? quoted(storableText(meaning, MAX_MEANING_LENGTH)) : storableSentence(meaning),
      measured: storable(measured) as { [key: string]: Json },
      evidence: []
    }
  })
}
