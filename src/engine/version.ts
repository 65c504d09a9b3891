import type { TrustList } from './detector.ts'

/**
 * Names what the engine would say: two files with the same bytes and the same version get the same report.
 *
 * A date and a counter. Raise it with every change that can change a report: a detector, a threshold, a sentence, a
 * decoder's version. Results of an earlier version are never served as an answer to a new upload.
 */
export const engineVersion = '2026.11.6'

/**
 * The version of an engine that believes a list of signers and asks further detectors, such as models: under another list, or with
 * another model, the same file may get another report.
 */
export function versionUnder(trustList: TrustList | undefined, detectors: readonly Versioned[] = []): string {
  const trust = trustList === undefined ? [] : [`trust@${trustList.version}`]
  const further = detectors.flatMap(({ id, version }) => (version === undefined ? [] : [`${id}@${version}`]))
  return [engineVersion, ...trust, ...further.sort()].join('+')
}

interface Versioned {
  id: string
  /** Left out for what `engineVersion` covers. */
  version?: string | undefined
}
