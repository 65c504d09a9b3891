import { findings, type ImageDetector } from '../detector.ts'
import type { Signal } from '../types.ts'
import { generatorsInCredentials } from './traces/credentials.ts'
import { namedGenerators } from './traces/names.ts'
import { recordReaders } from './traces/records.ts'
import { placedTexts, strength, type GeneratorTrace } from './traces/trace.ts'

/**
 * What picture generators write into their files: settings, prompts, their names. It is the file's own word: easily
 * removed, and easily forged by someone who wants a photograph to look generated.
 */
export const generatorTraces: ImageDetector = {
  id: 'generator_traces',
  kind: 'image',
  needsPixels: false,
  async detect({ metadata }) {
    const texts = placedTexts(metadata)
    const records = recordReaders.flatMap((read) => read(texts) ?? [])
    const traces = [...records, ...generatorsInCredentials(metadata), ...namedGenerators(metadata)]
    // Its name beside its own record tells nothing new.
    const told = new Map<string, GeneratorTrace>()
    for (const trace of traces) if (!told.has(trace.generator)) told.set(trace.generator, trace)
    return findings({ signals: [...told.values()].map(signalOf) })
  }
}

function signalOf({ generator, where, log10LikelihoodRatio, measured }: GeneratorTrace): Signal {
  return {
    detector: 'generator_traces',
    code: 'generator_trace',
    supports: 'ai_generated',
    log10LikelihoodRatio,
    log10Nfa: null,
    meaning: meaningOf(generator, where, log10LikelihoodRatio),
    measured: { generator, where, ...measured },
    evidence: []
  }
}

function meaningOf(generator: string, where: string, log10LikelihoodRatio: number): string {
  if (log10LikelihoodRatio >= strength.record) {
    return `The file says so itself: it holds the settings with which ${generator} made a picture (${where}).`
  }
  if (log10LikelihoodRatio <= strength.possible) {
    return `${generator} had a part in the picture (${where}), which may be generated or a photograph that was processed.`
  }
  return `The file says so itself: it names ${generator} as its origin (${where}).`
}
