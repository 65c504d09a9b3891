import { paragraph, type Sentence } from '../../language/sentence.ts'
import type { Engine } from '../pool.ts'
import type { Report } from '../types.ts'
import { conclude, noLearnedDetectorCode } from '../verdict.ts'
import type { SampledVideo } from '../video/stills.ts'
import { consult, type Opinions, type Silence } from './consult.ts'
import { versionWith, type Provider } from './provider.ts'

export interface Examiners {
  engine: Engine
  providers: readonly Provider[]
  /** For each provider, counted from when it is asked. Shorter than what the whole analysis may take. */
  providerTimeoutMs: number
  /** The same for videos, which have more time; left out, they have the time of a picture. */
  videoProviderTimeoutMs?: number
}

export interface Examination {
  report: Report
  /** Why the verdict rests on less than it should, in sentences for people; null when it does not. */
  degraded: Sentence | null
  silent: Silence[]
}

/**
 * Has one file looked at by the engine's thread and by the providers at the same time, and draws the verdict once,
 * over the signals of both. With a video the providers wait until the thread has taken stills from it; the time that this took is
 * part of theirs, so that the whole keeps its deadline.
 *
 * @param media its bytes are transferred to the thread: the caller's buffer is empty afterwards
 * @param asked the providers that take such media, and the same bytes in a buffer of their own; undefined without any
 * @param priority the order in which those that wait get a thread: 1 is the most urgent
 * @throws {EngineError} when the file or the engine fails; the providers are then not waited for
 * @throws the signal's reason, at once, when the caller gives up
 */
export async function examine(
  { engine, providers, providerTimeoutMs, videoProviderTimeoutMs = providerTimeoutMs }: Examiners,
  media: { bytes: ArrayBuffer; mediaType: string },
  asked: { providers: readonly Provider[]; bytes: ArrayBuffer } | undefined,
  priority: number,
  signal: AbortSignal
): Promise<Examination> {
  const over = new AbortController()
  const given = AbortSignal.any([signal, over.signal])
  const { mediaType } = media
  const isVideo = mediaType.startsWith('video/')
  try {
    const { analysis, sampling } = startAnalysis(engine, media, isVideo && asked !== undefined, { priority, signal: given })
    const opinionsOf = async ({ providers: some, bytes }: NonNullable<typeof asked>) => {
      const { sampled, sinceMs } = await sampling
      const timeoutMs = (isVideo ? videoProviderTimeoutMs : providerTimeoutMs) - sinceMs
      return consult(some, { bytes: new Uint8Array(bytes), mediaType, sampled }, Math.max(0, timeoutMs), given)
    }
    const [report, opinions] = await Promise.all([analysis, asked && opinionsOf(asked)])
    const engineVersion = versionWith(report.engineVersion, providers)
    if (opinions === undefined) return { report: { ...report, engineVersion }, degraded: null, silent: [] }
    return joined({ ...report, engineVersion }, opinions)
  } finally {
    over.abort()
  }
}

interface Sampling {
  sampled: SampledVideo | undefined
  /** How long ago the thread began, in milliseconds. */
  sinceMs: number
}

/** Starts an analysis, and says when the providers may be asked: where stills are wanted as soon as they are there, else at once. */
function startAnalysis(
  engine: Engine,
  media: { bytes: ArrayBuffer; mediaType: string },
  wantsStills: boolean,
  options: { priority: number; signal: AbortSignal }
): { analysis: Promise<Report>; sampling: Promise<Sampling> } {
  const nothing: Sampling = { sampled: undefined, sinceMs: 0 }
  if (!wantsStills) return { analysis: engine.analyze(media, options), sampling: Promise.resolve(nothing) }
  const { promise, resolve } = Promise.withResolvers<Sampling>()
  const analysis = engine.analyze(media, { ...options, onSampled: (sampled, sinceMs) => resolve({ sampled, sinceMs }) })
  // An analysis that ended without stills is not waited for.
  return { analysis, sampling: Promise.race([promise, analysis.then(() => nothing)]) }
}

function joined(report: Report, { signals: further, silent }: Opinions): Examination {
  const signals = [...report.signals, ...further].sort((a, b) => b.log10LikelihoodRatio - a.log10LikelihoodRatio)
  const notChecked = further.length === 0 ? report.notChecked : report.notChecked.filter(({ code }) => code !== noLearnedDetectorCode)
  const [reason, ...others] = silent.map((one) => one.reason)
  return {
    report: { ...report, ...conclude(signals, notChecked), signals, notChecked },
    degraded: reason === undefined ? null : paragraph(reason, ...others),
    silent
  }
}
