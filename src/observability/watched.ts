import type { FastifyBaseLogger } from 'fastify'
import type { Engine } from '../engine/pool.ts'
import type { Examiners } from '../engine/providers/examine.ts'
import type { Provider } from '../engine/providers/provider.ts'
import type { Tracing } from './tracing.ts'

/**
 * The same examiners for one attempt, watched from outside: what the engine's threads and processes say is logged with the ids of the
 * attempt, and how long each step and each provider takes is told to its trace. Neither knows of it.
 */
export function watched<Some extends Pick<Examiners, 'engine' | 'providers'>>(examiners: Some, tracing: Tracing, log: FastifyBaseLogger): Some {
  return {
    ...examiners,
    engine: watchedEngine(examiners.engine, tracing, log),
    providers: examiners.providers.map((provider) => watchedProvider(provider, tracing))
  }
}

function watchedEngine(engine: Engine, tracing: Tracing, log: FastifyBaseLogger): Engine {
  const analyze: Engine['analyze'] = (input, options = {}) =>
    tracing.span('engine', { 'faketect.media_type': input.mediaType }, async () => {
      const onNotice = ({ level, message, ...details }: Parameters<NonNullable<typeof options.onNotice>>[0]) => log[level](details, message)
      const report = await engine.analyze(input, { ...options, onNotice })
      for (const [step, ms] of Object.entries(report.durationsMs)) {
        const beganAt = report.beganAt[step]
        if (beganAt !== undefined) tracing.record(`engine ${step}`, {}, beganAt, beganAt + ms)
      }
      return report
    })
  return Object.create(engine, { analyze: { value: analyze } }) as Engine
}

function watchedProvider(provider: Provider, tracing: Tracing): Provider {
  const examine: Provider['examine'] = (...asked) =>
    tracing.span(`provider ${provider.id}`, { 'faketect.provider': provider.id }, async () => provider.examine(...asked))
  return Object.create(provider, { examine: { value: examine } }) as Provider
}
