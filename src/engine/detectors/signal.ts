import type { Signal } from '../types.ts'

type Context = Pick<Signal, 'detector' | 'code' | 'meaning' | 'measured'> & Partial<Pick<Signal, 'evidence'>>

/** A signal that moves no verdict: what was measured, for the reader. */
export function contextSignal(context: Context): Signal {
  return { supports: null, log10LikelihoodRatio: 0, log10Nfa: null, evidence: [], ...context }
}
