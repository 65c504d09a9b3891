import { paragraph, sentence, type Sentence } from '../../language/sentence.ts'
import { findings, type ImageDetector } from '../detector.ts'
import { contextSignal } from '../detectors/signal.ts'
import type { Signal } from '../types.ts'
import { log10LikelihoodRatioOf } from './calibration.ts'
import { modelId, type Model } from './folder.ts'
import { openNetwork, type Network } from './network.ts'

/**
 * A classifier of the operator's as a detector. What it learned is its own affair: it counts by its calibration, and without one it
 * moves nothing. The network is loaded once a thread, with the first picture.
 */
export function modelDetector(model: Model): ImageDetector {
  const { manifest } = model
  const id = modelId(model)
  let network: Promise<Network> | undefined
  return {
    id,
    version: model.version,
    kind: 'image',
    needsPixels: true,
    async detect({ pixels }) {
      if (pixels === undefined) return findings()
      try {
        network ??= openNetwork(model)
        return findings({ signals: [signalOf(id, model, await (await network).score(pixels))] })
      } catch {
        // Whatever is wrong with it, it is not the file: the others go on, and the next picture tries anew.
        network = undefined
        const reason = sentence('The model “{model}” could not be asked: it failed. The operator can check it with npm run model -- check.', { model: manifest.title })
        return findings({ notChecked: [{ code: 'model_failed', reason }] })
      }
    }
  }
}

function signalOf(detector: string, { manifest, version }: Model, score: number): Signal {
  const { title, calibration, card } = manifest
  const rounded = Math.round(score * 1000) / 1000
  const measured = { score: rounded, model: title, version, card, calibration: calibration?.measured ?? null }
  const says = sentence('The model “{model}” gives {score, number} on a scale from 0 (photograph) to 1 (made by a generator).', { model: title, score: rounded })
  const context = (meaning: Sentence) => contextSignal({ detector, code: 'model_score', meaning, measured })
  if (calibration === undefined) return context(paragraph(says, sentence('How often it is wrong was never measured here, so it moves no verdict.')))

  const log10LikelihoodRatio = Math.round(100 * log10LikelihoodRatioOf(score, calibration)) / 100
  const { photographs, recallAtOnePercent } = calibration.measured
  const worth = sentence('Measured on {photographs, number} photographs it finds {percent} % of AI pictures at one false alarm in a hundred.', {
    photographs,
    percent: Math.round(100 * recallAtOnePercent)
  })
  if (log10LikelihoodRatio <= 0) return context(paragraph(says, worth, sentence('This score does not speak for a generator, and not against one either.')))
  return {
    detector,
    code: 'model_score',
    supports: 'ai_generated',
    log10LikelihoodRatio,
    log10Nfa: null,
    meaning: paragraph(says, worth),
    measured,
    evidence: []
  }
}
