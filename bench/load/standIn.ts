/** The stand-in for a provider: waits three seconds without a thread, as a call over the network does. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Provider } from '../../src/engine/providers/provider.ts'
import { quoted } from '../../src/language/sentence.ts'

const WAIT_MS = 3_000

const standIn: Provider = {
  id: 'stand_in',
  version: '1',
  kinds: ['image'],
  async examine(_media, signal) {
    await sleep(WAIT_MS, undefined, { signal })
    return [
      {
        detector: 'stand_in',
        code: 'waited',
        supports: null,
        log10LikelihoodRatio: 0,
        log10Nfa: null,
        meaning: quoted('A stand-in for a provider waited here.'),
        measured: { ms: WAIT_MS },
        evidence: []
      }
    ]
  }
}

export default [standIn]
