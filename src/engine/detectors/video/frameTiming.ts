import { sentence, paragraph, type Sentence } from '../../../language/sentence.ts'
import { findings, type VideoDetector } from '../../detector.ts'
import type { Evidence } from '../../types.ts'
import { repeatsIn, type Repeat } from '../../video/repeats.ts'
import { brokenGroups, repeatedStretches, rhythmOf } from '../../video/rhythm.ts'
import type { DecodedVideo } from '../../video/video.ts'
import { contextSignal } from '../signal.ts'
import { contactSheet } from './contactSheet.ts'
import { timeline, type Happening } from './timeline.ts'
import { clock, moments, rounded } from './times.ts'

const detector = 'frame_timing'

/**
 * Whether frames are missing, repeated or joined: gaps in the time stamps, decoded frames that repeat the one before in the middle of
 * movement, stretches that stand in the file twice, groups of pictures that end too early. All of it is context: phones drop frames
 * when they are busy, players and converters repeat them. Its thresholds are argued and were not measured on videos of known history.
 */
export const frameTiming: VideoDetector = {
  id: detector,
  kind: 'video',
  async detect(video) {
    const { packets, frames } = video
    const rhythm = rhythmOf(packets)
    const repeats = repeatsIn(frames)
    const stretches = repeatedStretches(packets)
    const joints = brokenGroups(packets)
    const odd = repeats.isRegular ? [] : repeats.found
    const happenings: Happening[] = [
      ...rhythm.gaps.map(({ seconds, missing }) => ({ seconds, strength: Math.min(1, 0.3 + 0.1 * missing), what: sentence('{missing, number} missing', { missing }) })),
      ...odd.map(({ seconds, frames }) => ({ seconds, strength: Math.min(1, 0.3 + 0.1 * frames), what: sentence('{frames, number} repeated', { frames }) })),
      ...stretches.map(({ againSeconds, frames }) => ({ seconds: againSeconds, strength: 1, what: sentence('{frames, number} frames again', { frames }) })),
      ...joints.map((seconds) => ({ seconds, strength: 0.5, what: sentence('group of pictures cut short') }))
    ]
    const pictures = await picturesOf(video, odd)
    const signal = contextSignal({
      detector,
      code: happenings.length > 0 ? 'irregular_frames' : repeats.isRegular ? 'converted_frame_rate' : 'regular_frames',
      meaning: paragraph(...said(rhythm.gaps, odd, stretches, joints, repeats.isRegular), lookedAt(video)),
      measured: {
        frames: packets.length,
        framesLookedAt: frames.length,
        secondsLookedAt: secondsLookedAt(video),
        pairsCompared: repeats.compared,
        stepSeconds: rhythm.stepSeconds === undefined ? null : rounded(rhythm.stepSeconds, 5),
        evenness: rounded(rhythm.evenness),
        doubledTimes: rhythm.doubled,
        gaps: rhythm.gaps.slice(0, 50).map(({ seconds, missing }) => ({ seconds: rounded(seconds), missing })),
        repeats: odd.slice(0, 50).map(({ seconds, frames }) => ({ seconds: rounded(seconds), frames })),
        repeatsAreRegular: repeats.isRegular,
        stretches: stretches.map(({ firstSeconds, againSeconds, frames }) => ({ firstSeconds: rounded(firstSeconds), againSeconds: rounded(againSeconds), frames })),
        cutGroups: joints.slice(0, 50).map((seconds) => rounded(seconds)),
        timeline: timeline(video, happenings)
      },
      evidence: pictures.map(({ name }) => name)
    })
    return findings({ signals: [signal], evidence: pictures })
  }
}

type Stretch = ReturnType<typeof repeatedStretches>[number]

function said(gaps: readonly { seconds: number; missing: number }[], repeats: readonly Repeat[], stretches: readonly Stretch[], joints: readonly number[], isConverted: boolean): [Sentence, ...Sentence[]] {
  const sentences: Sentence[] = []
  const [again] = stretches
  if (again !== undefined) {
    sentences.push(
      sentence('A stretch of {frames, number} frames stands in the video twice, byte for byte (at {first} and {again}): somebody inserted it.', {
        frames: again.frames,
        first: clock(again.firstSeconds),
        again: clock(again.againSeconds)
      })
    )
  }
  if (gaps.length > 0) {
    const missing = gaps.reduce((sum, gap) => sum + gap.missing, 0)
    const after = moments(gaps.map(({ seconds }) => seconds))
    sentences.push(sentence('By the time stamps {missing, plural, one {# frame is} other {# frames are}} missing (after {after}).', { missing, after }))
  }
  if (repeats.length > 0) {
    const after = moments(repeats.map(({ seconds }) => seconds))
    sentences.push(sentence('Within movement, frames are shown again (after {after}).', { after }))
  }
  if (joints.length > 0) {
    const before = moments(joints)
    sentences.push(sentence('The regular groups of coded frames break off early before {before}, where the recording may have been cut or joined.', { before }))
  }
  if (sentences.length > 0 && again === undefined) sentences.push(sentence('Busy phones and converters cause the like.'))
  if (isConverted) sentences.push(sentence('Frames are repeated at equal steps: the video was brought to another frame rate.'))
  const [first = sentence('No frames were found to be missing or repeated.'), ...others] = sentences
  return [first, ...others]
}

function secondsLookedAt({ frames }: DecodedVideo): number {
  return new Set(frames.map(({ seconds }) => Math.floor(seconds))).size
}

function lookedAt(video: DecodedVideo): Sentence {
  const { frames, packets, durationSeconds } = video
  const all = Math.max(1, Math.ceil(durationSeconds))
  if (frames.length === 0) return sentence('None of the frames could be looked at.')
  return sentence('Looked at: {lookedAt, number} of {frames, number} frames, in {seconds, number} of {all, number} seconds.', {
    lookedAt: frames.length,
    frames: packets.length,
    seconds: Math.min(all, secondsLookedAt(video)),
    all
  })
}

/** Repetitions that are shown, of which one needs the whole frames: their small pictures are made of the luminance alone. */
const shownPairs = 8

async function picturesOf({ frames, orientation }: DecodedVideo, repeats: readonly Repeat[]): Promise<Evidence[]> {
  const sampled = frames.flatMap(({ seconds, thumbnail }) => (thumbnail === undefined ? [] : [{ seconds, thumbnail }]))
  const pictures: Evidence[] = []
  if (sampled.length > 0) {
    pictures.push(
      await contactSheet('video-frames.jpg', sampled, {
        caption: sentence(
          'Frames from all over the video with their times, in minutes and seconds. They are shown for orientation: nothing was measured in them that this picture shows.'
        )
      })
    )
  }
  if (repeats.length > 0) {
    const shown = repeats.slice(0, shownPairs).flatMap(({ pair }) => pair.map(({ seconds, probe }) => ({ seconds, probe })))
    pictures.push(
      await contactSheet('repeated-frames.jpg', shown, {
        orientation,
        columns: 2,
        caption: sentence(
          'Each row holds a frame and the one after it, in coarse grey: the two show the same although the video moves before and after. It does not tell who repeated the frame, or why.'
        )
      })
    )
  }
  return pictures
}
