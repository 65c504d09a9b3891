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
        const reason = `The model “${manifest.title}” could not be asked: it failed. The operator can check it with npm run model -- check.`
        return findings({ notChecked: [{ code: 'model_failed', reason }] })
      }
    }
  }
}

function signalOf(detector: string, { manifest, version }: Model, score: number): Signal {
  const { title, calibration, card } = manifest
  const rounded = Math.round(score * 1000) / 1000
  const measured = { score: rounded, model: title, version, card, calibration: calibration?.measured ?? null }
  const says = `The model “${title}” gives ${rounded} on a scale from 0 (photograph) to 1 (made by a generator)`
  const context = (meaning: string) => contextSignal({ detector, code: 'model_score', meaning, measured })
  if (calibration === undefined) return context(`${says}. How often it is wrong was never measured here, so it moves no verdict.`)

  const log10LikelihoodRatio = Math.round(100 * log10LikelihoodRatioOf(score, calibration)) / 100
  const { photographs, recallAtOnePercent } = calibration.measured
  const worth = `measured on ${photographs} photographs it finds ${Math.round(100 * recallAtOnePercent)} % of AI pictures at one false alarm in a hundred`
  if (log10LikelihoodRatio <= 0) return context(`${says}, which does not speak for a generator; ${worth}, so this does not speak against one either.`)
  return {
    detector,
    code: 'model_score',
    supports: 'ai_generated',
    log10LikelihoodRatio,
    log10Nfa: null,
    meaning: `${says}; ${worth}.`,
    measured,
    evidence: []
  }
}
