import { analyzeMedia } from '../../../src/engine/analysis.ts'
import { detectors } from '../../../src/engine/detectors/index.ts'
import { sniffMediaType } from '../../../src/engine/mediaTypes.ts'
import type { Report } from '../../../src/engine/types.ts'
import { inEnglish } from '../../language/inEnglish.ts'

/** Analyses a film as a thread of the engine does. */
export async function examine(bytes: Uint8Array): Promise<Report> {
  const sniffed = await sniffMediaType(bytes.subarray(0, 4_100))
  return analyzeMedia(bytes, sniffed?.mediaType ?? 'unknown', detectors)
}

export function signalBy(report: Report, detector: string) {
  return inEnglish(report).signals.find((signal) => signal.detector === detector)
}
