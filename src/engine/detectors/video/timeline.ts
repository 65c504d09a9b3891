import { isDeepStrictEqual } from 'node:util'
import type { Sentence } from '../../../language/sentence.ts'
import type { Json } from '../../types.ts'
import type { DecodedVideo } from '../../video/video.ts'

/** Something that was found at a moment of the video. */
export interface Happening {
  seconds: number
  /** How conspicuous it is, from 0 to 1: no probability, and no part of the verdict. */
  strength: number
  what: Sentence
}

/** Lines of a time line, at most: what a report keeps of a list. */
const maxLines = 200

/**
 * A line for each second of the video: how conspicuous it is, what was found in it, and whether frames of it were looked at. Longer
 * videos have lines of several seconds each.
 */
export function timeline({ durationSeconds, frames }: Pick<DecodedVideo, 'durationSeconds' | 'frames'>, happenings: readonly Happening[]): Json {
  const seconds = Math.max(1, Math.ceil(durationSeconds))
  const step = Math.ceil(seconds / maxLines)
  const start = frames[0] === undefined ? 0 : Math.min(0, frames[0].seconds)
  const lines = Array.from({ length: Math.min(maxLines, Math.ceil(seconds / step)) }, (_, line) => ({
    second: line * step,
    strength: 0,
    lookedAt: false,
    what: [] as Sentence[]
  }))
  const lineOf = (moment: number) => lines[Math.max(0, Math.min(lines.length - 1, Math.floor((moment - start) / step)))]!
  for (const frame of frames) lineOf(frame.seconds).lookedAt = true
  for (const { seconds: moment, strength, what } of happenings) {
    const line = lineOf(moment)
    line.strength = Math.max(line.strength, strength)
    if (line.what.length < 4 && !line.what.some((known) => isDeepStrictEqual(known, what))) line.what.push(what)
  }
  return lines.map(({ strength, ...line }) => ({ ...line, strength: Math.round(strength * 100) / 100 }))
}
