import type { SampledFrame } from './frames.ts'

/** Decoded frames in a row that show the same. */
export interface Repeat {
  /** When the frame that is repeated is shown. */
  seconds: number
  /** How often it is shown again. */
  frames: number
  /** The frames themselves: the last before, and the first repetition. */
  pair: readonly [SampledFrame, SampledFrame]
}

export interface Repeats {
  /** Repetitions within movement. */
  found: Repeat[]
  /** Whether they come at equal steps, as where a film of 24 frames a second was made one of 30. */
  isRegular: boolean
  /** Pairs of neighbours that were compared. */
  compared: number
}

/**
 * A repetition is coded as “the same again”, and differs from the frame before by less than this share of what neighbours around it
 * differ: it is not exactly the same, since encoders mend what they had no room for before.
 */
const sameShare = 0.2
/**
 * Around a repetition the film must move, by so much from frame to frame in levels of luminance: in pictures of what stands still, encoders
 * mend a little here and nothing there.
 */
const movingAbove = 2
/** Frames on each side that are asked for movement. */
const around = 4
/** Regular ones come at least so often. */
const leastRegular = 4

/**
 * Finds frames that repeat the one before in the middle of movement, in the runs that were decoded.
 *
 * @param frames in the order in which they are shown
 */
export function repeatsIn(frames: readonly SampledFrame[]): Repeats {
  const differences = frames.map((frame, index) => (index > 0 && frames[index - 1]!.position === frame.position - 1 ? difference(frames[index - 1]!.probe, frame.probe) : undefined))
  const found: Repeat[] = []
  const positions: number[] = []
  for (let index = 1; index < frames.length; index++) {
    const movement = movementFrom(differences, index - 1, -1)
    if (movement === undefined) continue
    let length = 0
    while ((differences[index + length] ?? Infinity) < sameShare * movement) length++
    if (length === 0 || movementFrom(differences, index + length, 1) === undefined) continue
    found.push({ seconds: frames[index - 1]!.seconds, frames: length, pair: [frames[index - 1]!, frames[index]!] })
    positions.push(index)
    index += length
  }
  return { found, isRegular: areRegular(positions, found), compared: differences.filter((one) => one !== undefined).length }
}

/** How much the frames before or behind differ from each other, in the middle; undefined where they hardly do, or are too few. */
function movementFrom(differences: readonly (number | undefined)[], from: number, step: 1 | -1): number | undefined {
  const near: number[] = []
  for (let at = from; near.length < around && differences[at] !== undefined; at += step) near.push(differences[at]!)
  const middle = near.toSorted((a, b) => a - b)[near.length >> 1] ?? 0
  return near.length >= 2 && middle > movingAbove ? middle : undefined
}

function areRegular(positions: readonly number[], found: readonly Repeat[]): boolean {
  if (positions.length < leastRegular || found.some(({ frames }) => frames > 1)) return false
  const steps = positions.slice(1).map((position, index) => position - positions[index]!)
  const usual = steps.toSorted((a, b) => a - b)[steps.length >> 1]!
  return usual <= 12 && steps.filter((step) => step === usual).length >= 0.6 * steps.length
}

/** Mean absolute difference, 0–255. */
export function difference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += Math.abs(a[index]! - b[index]!)
  return a.length === 0 ? 0 : sum / a.length
}
