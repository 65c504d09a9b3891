import { sentence } from '../language/sentence.ts'
import { findings, nothingKnown, type Detector, type DetectorContext, type Findings, type ImageDetector } from './detector.ts'
import { sampledFrames } from './detectors/video/sampledFrames.ts'
import { decodeImage, type DecodedImage } from './image.ts'
import { imageMediaTypes, videoMediaTypes } from './mediaTypes.ts'
import { previewsOf } from './previews.ts'
import { storable, storableSentence, storableText } from './storable.ts'
import { EngineError, isOutOfMemory, outOfMemory, type Evidence, type Json, type NotChecked, type Report, type Signal } from './types.ts'
import { conclude, modelPrefix, noLearnedDetectorCode } from './verdict.ts'
import { versionUnder } from './version.ts'
import type { DecodingProblem } from './video/decodeRuns.ts'
import type { DecodedVideo } from './video/video.ts'


/**
 * Runs all detectors for its kind over a picture or a video and draws the conclusion.
 *
 * @param bytes the whole file
 * @param sniffed its media type, see `sniffMediaType`
 * @param video.onDecoded is shown a video when it is decoded, before the detectors look at it
 * @param video.withoutFrames see `decodeVideo`
 * @throws {EngineError} `undecodable_file` (also for a media type that is not taken) or `too_many_pixels` for the file,
 *   `engine_crashed` naming the detector that threw
 */
export async function analyzeMedia(
  bytes: Uint8Array,
  sniffed: string,
  detectors: readonly Detector[],
  context: DetectorContext = nothingKnown,
  video: { onDecoded?: (video: DecodedVideo) => Promise<void>; withoutFrames?: DecodingProblem | undefined } = {}
): Promise<Report> {
  const times: Times = { durationsMs: {}, beganAt: {} }
  const medium = await timed(times, 'decode', () => decode(bytes, sniffed, video.withoutFrames))
  if (medium.kind === 'video') await video.onDecoded?.(medium)
  const found: Findings[] = []
  for (const detector of detectorsFor(medium, detectors)) {
    found.push(await timed(times, detector.id, () => findingsOf(detector, medium, context)))
  }
  const previews = await timed(times, 'previews', () => previewsOf(medium))
  const signals = found
    .flatMap((one) => one.signals)
    .map(storableSignal)
    .sort((a, b) => b.log10LikelihoodRatio - a.log10LikelihoodRatio)
  const notChecked = [...medium.notChecked, ...found.flatMap((one) => one.notChecked), ...noLearnedDetector(detectors)].map(storableNotChecked)
  return {
    engineVersion: versionUnder(context.trustList, detectors),
    ...conclude(signals, notChecked),
    signals,
    notChecked,
    media: factsOf(medium),
    ...times,
    evidence: [...found.flatMap((one) => one.evidence), ...previews].map(storableEvidence)
  }
}

/** Said unless a model is among the detectors; a provider that answers takes it back. */
function noLearnedDetector(detectors: readonly Detector[]): NotChecked[] {
  if (detectors.some(({ id }) => id.startsWith(modelPrefix))) return []
  const reason = sentence(
    'Nobody looked at the pixels who has learned what generators make: no model and no provider is connected. AI pictures that lost their metadata are not recognised without one.'
  )
  return [{ code: noLearnedDetectorCode, reason }]
}

type Medium = DecodedImage | DecodedVideo

async function decode(bytes: Uint8Array, sniffed: string, withoutFrames: DecodingProblem | undefined): Promise<Medium> {
  const [picture, video] = [imageMediaTypes.find((type) => type === sniffed), videoMediaTypes.find((type) => type === sniffed)]
  if (picture !== undefined) return decodeImage(bytes, picture)
  if (video !== undefined) {
    // Threads see no videos: it would make the start of each half as long again.
    const { decodeVideo } = await import('./video/video.ts')
    return decodeVideo(bytes, video, withoutFrames)
  }
  throw new EngineError('undecodable_file', sentence('The file is of a kind that is not analysed'))
}

function detectorsFor({ kind }: Medium, detectors: readonly Detector[]): Detector[] {
  const own = detectors.filter((detector) => detector.kind === kind)
  if (kind === 'image') return own
  return [...own, sampledFrames(detectors.filter((detector) => detector.kind === 'image' && detector.holdsForVideoFrames === true) as ImageDetector[])]
}

function factsOf(medium: Medium): Report['media'] {
  const { mediaType, width, height } = medium
  if (medium.kind === 'image') return medium.orientation >= 5 ? { mediaType, width: height, height: width } : { mediaType, width, height }
  const { durationSeconds, frameRate, codec, audioTracks } = medium
  const tracks = audioTracks.map(({ codec, language, name, ...rest }) => ({
    ...rest,
    codec: storableText(codec, 100),
    language: storableText(language, 100),
    name: name === null ? null : storableText(name, 200)
  }))
  return { mediaType, width, height, durationSeconds, frameRate, videoCodec: storableText(codec, 100), audioTracks: tracks }
}

type Times = Pick<Report, 'durationsMs' | 'beganAt'>

async function timed<Result>({ durationsMs, beganAt }: Times, step: string, work: () => Promise<Result>): Promise<Result> {
  const began = performance.now()
  const result = await work()
  durationsMs[step] = Math.round(10 * (performance.now() - began)) / 10
  beganAt[step] = performance.timeOrigin + began
  return result
}

async function findingsOf(detector: Detector, medium: Medium, context: DetectorContext): Promise<Findings> {
  try {
    if (detector.kind === 'image' && medium.kind === 'image') return await imageFindings(detector, medium, context)
    if (detector.kind === 'video' && medium.kind === 'video') return await detector.detect(medium, context)
    return findings()
  } catch (error) {
    if (error instanceof EngineError) throw error
    if (isOutOfMemory(error)) throw outOfMemory(error)
    const told = { detector: detector.id, error: error instanceof Error ? error.message : String(error) }
    throw new EngineError('engine_crashed', sentence('The detector {detector} broke off: {error}', told), { cause: error })
  }
}

async function imageFindings(detector: ImageDetector, image: DecodedImage, context: DetectorContext): Promise<Findings> {
  if (detector.mediaTypes !== undefined && !detector.mediaTypes.includes(image.mediaType)) {
    return findings({ notChecked: detector.otherMediaTypes ? [detector.otherMediaTypes] : [] })
  }
  // That there are no pixels is said once, by the picture.
  return detector.needsPixels && image.pixels === undefined ? findings() : detector.detect(image, context)
}

function storableSignal(signal: Signal): Signal {
  return {
    detector: storableText(signal.detector, 100),
    code: storableText(signal.code, 100),
    supports: signal.supports,
    log10LikelihoodRatio: Number.isFinite(signal.log10LikelihoodRatio) ? signal.log10LikelihoodRatio : 0,
    log10Nfa: Number.isFinite(signal.log10Nfa) ? signal.log10Nfa : null,
    meaning: storableSentence(signal.meaning),
    measured: storable(signal.measured) as { [key: string]: Json },
    evidence: [...signal.evidence]
  }
}

function storableNotChecked({ code, reason }: NotChecked): NotChecked {
  return { code: storableText(code, 100), reason: storableSentence(reason) }
}

function storableEvidence({ name, mediaType, caption, layer, bytes }: Evidence): Evidence {
  // A copy: memory that libvips allocated can't be transferred to another thread.
  return { name, mediaType, caption: storableSentence(caption), layer, bytes: new Uint8Array(bytes) }
}
