import { findings, nothingKnown, type Detector, type DetectorContext, type Findings } from './detector.ts'
import { decodeImage, type DecodedImage } from './image.ts'
import { supportedMediaTypes } from './mediaTypes.ts'
import { storable, storableText } from './storable.ts'
import { EngineError, isOutOfMemory, outOfMemory, type Evidence, type Json, type NotChecked, type Report, type Signal } from './types.ts'
import { conclude } from './verdict.ts'
import { engineVersion } from './version.ts'

const maxMeaningLength = 600

/**
 * Runs all detectors over a picture and draws the conclusion.
 *
 * @param bytes the whole file
 * @param sniffed its media type, see `sniffMediaType`
 * @throws {EngineError} `undecodable_file` (also for a media type that is not taken) or `too_many_pixels` for the file,
 *   `engine_crashed` naming the detector that threw
 */
export async function analyzeImage(bytes: Uint8Array, sniffed: string, detectors: readonly Detector[], context: DetectorContext = nothingKnown): Promise<Report> {
  const mediaType = supportedMediaTypes.find((supported) => supported === sniffed)
  if (mediaType === undefined) throw new EngineError('undecodable_file', 'The file is of a kind that is not analysed')
  const durationsMs: Report['durationsMs'] = {}
  const image = await timed(durationsMs, 'decode', () => decodeImage(bytes, mediaType))
  const found: Findings[] = []
  for (const detector of detectors) found.push(await timed(durationsMs, detector.id, () => findingsOf(detector, image, context)))

  const signals = found
    .flatMap((one) => one.signals)
    .map(storableSignal)
    .sort((a, b) => b.log10LikelihoodRatio - a.log10LikelihoodRatio)
  const notChecked = [...image.notChecked, ...found.flatMap((one) => one.notChecked)].map(storableNotChecked)
  const turned = image.orientation >= 5
  return {
    engineVersion,
    ...conclude(signals, notChecked),
    signals,
    notChecked,
    media: {
      mediaType,
      width: turned ? image.height : image.width,
      height: turned ? image.width : image.height
    },
    durationsMs,
    evidence: found.flatMap((one) => one.evidence).map(storableEvidence)
  }
}

async function timed<Result>(durationsMs: Report['durationsMs'], step: string, work: () => Promise<Result>): Promise<Result> {
  const began = performance.now()
  const result = await work()
  durationsMs[step] = Math.round(10 * (performance.now() - began)) / 10
  return result
}

async function findingsOf(detector: Detector, image: DecodedImage, context: DetectorContext): Promise<Findings> {
  if (detector.mediaTypes !== undefined && !detector.mediaTypes.includes(image.mediaType)) {
    return findings({ notChecked: detector.otherMediaTypes ? [detector.otherMediaTypes] : [] })
  }
  // That there are no pixels is said once, by the picture.
  if (detector.needsPixels && image.pixels === undefined) return findings()
  try {
    return await detector.detect(image, context)
  } catch (error) {
    if (error instanceof EngineError) throw error
    if (isOutOfMemory(error)) throw outOfMemory(error)
    const message = error instanceof Error ? error.message : String(error)
    throw new EngineError('engine_crashed', `The detector ${detector.id} broke off: ${message}`, { cause: error })
  }
}

function storableSignal(signal: Signal): Signal {
  return {
    detector: storableText(signal.detector, 100),
    code: storableText(signal.code, 100),
    supports: signal.supports,
    log10LikelihoodRatio: Number.isFinite(signal.log10LikelihoodRatio) ? signal.log10LikelihoodRatio : 0,
    log10Nfa: Number.isFinite(signal.log10Nfa) ? signal.log10Nfa : null,
    meaning: storableText(signal.meaning, maxMeaningLength),
    measured: storable(signal.measured) as { [key: string]: Json },
    evidence: [...signal.evidence]
  }
}

function storableNotChecked({ code, reason }: NotChecked): NotChecked {
  return { code: storableText(code, 100), reason: storableText(reason, maxMeaningLength) }
}

function storableEvidence({ name, mediaType, caption, layer, bytes }: Evidence): Evidence {
  // A copy: memory that libvips allocated can't be transferred to another thread.
  return { name, mediaType, caption: storableText(caption, maxMeaningLength), layer, bytes: new Uint8Array(bytes) }
}
