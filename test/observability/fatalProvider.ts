/** A provider that ends the process that asks it, when a picture wants that: a module for `ENGINE_PROVIDERS`. */
import type { Provider } from '../../src/engine/providers/provider.ts'

/** Wherever it stands in a file. */
export const fatalWords = 'an exception that nobody catches'

const provider: Provider = {
  id: 'fatal',
  version: '1',
  kinds: ['image'],
  async examine({ bytes }) {
    if (Buffer.from(bytes).includes(fatalWords)) {
      setTimeout(() => {
        throw new Error('nobody catches this, for somebody@people.example at 203.0.113.7')
      })
      await new Promise(() => {})
    }
    return []
  }
}

export default [provider]
