import type { Provider } from '../../engine/providers/provider.ts'
import type { Measures } from '../measures.ts'

/** A provider that tells how long it takes for a file, whatever comes of it. */
export function measuredProvider(provider: Provider, measures: Measures): Provider {
  const { id, version, kinds } = provider
  return {
    id,
    version,
    kinds,
    async examine(media, signal, dueAt) {
      const began = performance.now()
      const kind = media.mediaType.startsWith('video/') ? 'video' : 'image'
      try {
        return await provider.examine(media, signal, dueAt)
      } finally {
        measures.providerTook(id, kind, (performance.now() - began) / 1_000)
      }
    },
    ...(provider.circuit !== undefined && { circuit: () => provider.circuit!() }),
    ...(provider.close !== undefined && { close: () => provider.close!() })
  }
}
