import type { Engine } from '../pool.ts'
import type { Report } from '../types.ts'
import { conclude } from '../verdict.ts'
import { consult, type Opinions, type Silence } from './consult.ts'
import { versionWith, type Provider } from './provider.ts'

export interface Examiners {
  engine: Engine
  providers: readonly Provider[]
  /** For each provider, counted from when it is asked. Shorter than what the whole analysis may take. */
  providerTimeoutMs: number
}

export interface Examination {
  report: Report
  /** Why the verdict rests on less than it should, in sentences for people; null when it does not. */
  degraded: string | null
  silent: Silence[]
}

/**
 * Has one file looked at by the engine's thread and by the providers at the same time, and draws the verdict once,
 * over the signals of both.
 *
 * @param media its bytes are transferred to the thread: the caller's buffer is empty afterwards
 * @param asked the providers that take such media, and the same bytes in a buffer of their own; undefined without any
 * @param priority the order in which those that wait get a thread: 1 is the most urgent
 * @throws {EngineError} when the file or the engine fails; the providers are then not waited for
 * @throws the signal's reason, at once, when the caller gives up
 */
export async function examine(
  { engine, providers, providerTimeoutMs }: Examiners,
  media: { bytes: ArrayBuffer; mediaType: string },
  asked: { providers: readonly Provider[]; bytes: ArrayBuffer } | undefined,
  priority: number,
  signal: AbortSignal
): Promise<Examination> {
  const over = new AbortController()
  const given = AbortSignal.any([signal, over.signal])
  try {
    const [report, opinions] = await Promise.all([
      engine.analyze(media, { signal: given, priority }),
      asked && consult(asked.providers, { bytes: new Uint8Array(asked.bytes), mediaType: media.mediaType }, providerTimeoutMs, given)
    ])
    const engineVersion = versionWith(providers)
    if (opinions === undefined) return { report: { ...report, engineVersion }, degraded: null, silent: [] }
    return joined({ ...report, engineVersion }, opinions)
  } finally {
    over.abort()
  }
}

function joined(report: Report, { signals: further, silent }: Opinions): Examination {
  const signals = [...report.signals, ...further].sort((a, b) => b.log10LikelihoodRatio - a.log10LikelihoodRatio)
  return {
    report: { ...report, ...conclude(signals, report.notChecked), signals },
    degraded: silent.length === 0 ? null : silent.map(({ reason }) => reason).join(' '),
    silent
  }
}
