import type { Circuit } from './caller.ts'
import { httpDetector, type HttpDetectorOptions } from './httpDetector.ts'
import { loadProviders, type Provider } from './provider.ts'
import { sightengine, type SightengineOptions } from './sightengine.ts'

export interface ProviderConfig {
  sightengine: SightengineOptions | undefined
  httpDetector: HttpDetectorOptions | undefined
  /** Path of a module whose default export is `Provider[]`. */
  module: string | undefined
}

/**
 * Everybody who is asked, as it is configured.
 * @param onCircuit told when a provider of ours is left alone, and when it is asked again
 * @throws see `loadProviders`, and when two have the same id
 */
export async function openProviders(config: ProviderConfig, onCircuit: (provider: string, circuit: Circuit) => void): Promise<readonly Provider[]> {
  const telling = (provider: string) => ({ onCircuit: (circuit: Circuit) => onCircuit(provider, circuit) })
  const further = await loadProviders(config.module)
  const providers = [
    ...(config.sightengine === undefined ? [] : [sightengine(config.sightengine, telling('sightengine'))]),
    ...(config.httpDetector === undefined ? [] : [httpDetector(config.httpDetector, telling('http_detector'))]),
    ...further
  ]
  const ids = providers.map(({ id }) => id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new TypeError(`Two providers have the id ${twice}`)
  return providers
}
