import type { Findings } from '../../src/engine/detector.ts'
import type { Opinions } from '../../src/engine/providers/consult.ts'
import { saySignal } from '../../src/engine/saySignal.ts'
import { EngineError } from '../../src/engine/types.ts'
import { say } from '../../src/language/say.ts'
import type { Sentence } from '../../src/language/sentence.ts'

const sayReason = <One extends { reason: Sentence }>(one: One) => ({ ...one, reason: say(one.reason, 'en') })

/** What was found, every sentence as a reader of English sees it. */
export const inEnglish = ({ signals, evidence, notChecked }: Findings) => ({
  signals: signals.map((signal) => saySignal(signal, 'en')),
  evidence: evidence.map((one) => ({ ...one, caption: say(one.caption, 'en') })),
  notChecked: notChecked.map(sayReason)
})

/** The same of what providers say. */
export const opinionsInEnglish = ({ signals, silent }: Opinions) => ({
  signals: signals.map((signal) => saySignal(signal, 'en')),
  silent: silent.map(sayReason)
})

/** An error of the engine, its reason as a reader of English sees it. */
export function failureInEnglish(error: unknown) {
  if (!(error instanceof EngineError)) throw error
  return { name: error.name, code: error.code, reason: say(error.reason, 'en') }
}
