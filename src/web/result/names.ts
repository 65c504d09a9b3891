import { texts } from '../language/texts.ts'
import type { Evidence, Examined } from './examined.ts'

const modelPrefix = 'model_'

/** A detector as people call what it does. Those of operators have names of their own. */
export function detectorName(detector: string): string {
  const { findings: t } = texts.value
  if (detector.startsWith(modelPrefix)) return t.model(detector.slice(modelPrefix.length))
  return named(t.detectors, detector) ?? detector
}

/** An evidence picture in a few words: one that is known, or by whoever made it. */
export function layerName({ signals }: Pick<Examined, 'signals'>, { name }: Pick<Evidence, 'name'>): string {
  const { findings: t } = texts.value
  const by = signals.find(({ evidence }) => evidence.includes(name))
  if (by?.detector === 'sampled_frames') return t.frameOf(detectorName(String(by.measured.by)))
  return named(t.layers, name) ?? (by === undefined ? name : detectorName(by.detector))
}

/** What a catalogue has for a name that comes from elsewhere. */
export function named(names: { readonly [name: string]: string }, name: string): string | undefined {
  return Object.hasOwn(names, name) ? names[name] : undefined
}
