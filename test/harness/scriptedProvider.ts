/** A provider that does what a test tells it to: a module for `ENGINE_PROVIDERS`, in the test's own process. */
import type { Provider, ProviderMedia } from '../../src/engine/providers/provider.ts'
import type { Signal } from '../../src/engine/types.ts'

type Examine = (media: ProviderMedia, signal: AbortSignal) => Promise<Signal[]>

/** What it does now, and how many calls of that were under way at the same time, at most. */
let play = { examine: (async () => []) as Examine, underWay: 0, most: 0 }

export const scriptedProvider = {
  path: import.meta.filename,
  /** From now on; the calls are counted anew. */
  does(examine: Examine): void {
    play = { examine, underWay: 0, most: 0 }
  },
  most: () => play.most
}

const provider: Provider = {
  id: 'scripted',
  version: '1',
  kinds: ['image'],
  async examine(media, signal) {
    const now = play
    now.most = Math.max(now.most, ++now.underWay)
    try {
      return await now.examine(media, signal)
    } finally {
      now.underWay--
    }
  }
}

export default [provider]
