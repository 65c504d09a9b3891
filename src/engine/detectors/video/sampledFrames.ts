import sharp from 'sharp'
import { paragraph, quoted, sentence } from '../../../language/sentence.ts'
import { findings, type DetectorContext, type ImageDetector, type VideoDetector } from '../../detector.ts'
import type { Evidence, NotChecked, Signal } from '../../types.ts'
import { frameImage } from '../../video/frameImage.ts'
import type { SampledFrame } from '../../video/frames.ts'
import { orient } from '../../video/rotation.ts'
import type { DecodedVideo } from '../../video/video.ts'
import { contextSignal } from '../signal.ts'
import { timeline } from './timeline.ts'
import { clock, moments, rounded } from './times.ts'

const detector = 'sampled_frames'

/** For all frames together: what is left of a video's time when its frames are decoded, and some. */
const budgetMs = 18_000

/** What a picture detector found in one frame. */
interface Found {
  frame: SampledFrame
  signal: Signal
  mask: Evidence | undefined
}

/**
 * Shows whole frames of a video, as pictures without a file, to the picture detectors that say that they hold for them
 * (`holdsForVideoFrames`). What they find moves no verdict: their rates were measured on stills.
 */
export function sampledFrames(detectors: readonly ImageDetector[]): VideoDetector {
  return {
    id: detector,
    kind: 'video',
    async detect(video, context) {
      const whole = video.frames.filter(({ picture }) => picture !== undefined)
      if (whole.length === 0) return findings()
      const { found, lookedAt } = await lookAt(whole, detectors, video, context)
      const signals: Signal[] = []
      const evidence: Evidence[] = []
      for (const group of Map.groupBy(found, ({ signal }) => `${signal.detector} ${signal.code}`).values()) {
        const pictures = await pictureOf(group, video)
        evidence.push(...pictures)
        signals.push(signalOf(group, lookedAt, video, pictures))
      }
      return findings({ signals, evidence, notChecked: [onlySome(detectors, lookedAt)] })
    }
  }
}

async function lookAt(whole: readonly SampledFrame[], detectors: readonly ImageDetector[], { orientation }: DecodedVideo, context: DetectorContext) {
  const until = performance.now() + budgetMs
  const found: Found[] = []
  let lookedAt = 0
  for (const frame of whole) {
    if (performance.now() > until || detectors.length === 0) break
    const image = frameImage(frame.picture!, orientation)
    for (const one of detectors) {
      const { signals, evidence } = await one.detect(image, context)
      for (const signal of signals.filter(({ supports }) => supports !== null)) {
        found.push({ frame, signal, mask: evidence.find(({ name, layer }) => layer === 'mask' && signal.evidence.includes(name)) })
      }
    }
    lookedAt++
  }
  return { found, lookedAt }
}

function signalOf(group: readonly Found[], lookedAt: number, video: DecodedVideo, pictures: readonly Evidence[]): Signal {
  const strongest = strongestOf(group)
  const strengthOf = ({ signal }: Found) => Math.min(1, signal.log10LikelihoodRatio / 3)
  return contextSignal({
    detector,
    code: strongest.signal.code,
    meaning: sentence(
      'In {found, number} of {lookedAt, number} frames that were examined as pictures (at {moments}): {meaning} How often that is said of untouched video is not known, so it does not count for the verdict.',
      { found: group.length, lookedAt, moments: moments(group.map(({ frame }) => frame.seconds)), meaning: strongest.signal.meaning }
    ),
    measured: {
      by: strongest.signal.detector,
      framesLookedAt: lookedAt,
      frames: group.slice(0, 50).map(({ frame, signal }) => ({
        seconds: rounded(frame.seconds),
        log10LikelihoodRatio: signal.log10LikelihoodRatio,
        log10Nfa: signal.log10Nfa
      })),
      strongest: strongest.signal.measured,
      timeline: timeline(video, group.map((one) => ({ seconds: one.frame.seconds, strength: strengthOf(one), what: quoted(one.signal.code) })))
    },
    evidence: pictures.map(({ name }) => name)
  })
}

const strongestOf = (group: readonly Found[]): Found => group.toSorted((a, b) => b.signal.log10LikelihoodRatio - a.signal.log10LikelihoodRatio)[0]!

/** The frame in which it is strongest, with what the detector marks in it. */
async function pictureOf(group: readonly Found[], { orientation }: DecodedVideo): Promise<Evidence[]> {
  const { frame, signal, mask } = strongestOf(group)
  const { data, width, height } = frame.picture!
  const upright = await orient(sharp(data, { raw: { width, height, channels: 3 } }), orientation).raw().toBuffer({ resolveWithObject: true })
  let shown = sharp(upright.data, { raw: upright.info })
  if (mask !== undefined) {
    const marks = await sharp(mask.bytes).resize(upright.info.width, upright.info.height, { fit: 'fill', kernel: 'nearest' }).png().toBuffer()
    shown = sharp(await shown.composite([{ input: marks }]).png({ compressionLevel: 1 }).toBuffer())
  }
  const bytes = await shown.resize(1024, 1024, { fit: 'inside', withoutEnlargement: true }).jpeg({ quality: 85 }).toBuffer()
  const name = `frame-${signal.detector.replaceAll('_', '-')}.jpg`
  const shownFrame = sentence('The frame at {at}.', { at: clock(frame.seconds) })
  const caption = mask === undefined ? shownFrame : paragraph(shownFrame, mask.caption)
  return [{ name, mediaType: 'image/jpeg', caption, layer: 'beside', bytes }]
}

function onlySome(detectors: readonly ImageDetector[], lookedAt: number): NotChecked {
  const notMade = sentence('Most measurements that are made in pictures say nothing in the frames of a video, which are coded in moving blocks, and were not made.')
  const byOthers = sentence('Others, such as the search for copied parts, looked at {frames, plural, one {# frame} other {# frames}}.', { frames: lookedAt })
  const still = sentence('A still from the same camera, if there is one, could tell more.')
  return {
    code: 'picture_tests_not_for_video',
    reason: detectors.length === 0 || lookedAt === 0 ? paragraph(notMade, still) : paragraph(notMade, byOthers, still)
  }
}
