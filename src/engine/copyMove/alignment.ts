import type { Luma } from '../luma.ts'
import type { Candidate } from './candidates.ts'
import type { Motion } from './motion.ts'
import { residualReader } from './residual.ts'

/** Side of the compared patches, in pixels. */
const side = 24
const maxPatches = 10
/** Nearer to whole pixels than this counts as whole: a picture that was not resized holds whole displacements only. */
const wholeWithin = 0.15

/**
 * Finds where the fine detail of the matched places fits best: the keypoints were found in a reduced picture, and a pixel more or less
 * decides whether noise agrees.
 *
 * @param around how far from the candidate's displacement to look, in full-resolution pixels
 */
export function aligned(luma: Luma, candidate: Candidate, around: number): Motion {
  const here = residualReader(luma, side)
  const there = residualReader(luma, side + 2 * around)
  const wide = side + 2 * around
  const [patch, field] = [new Float32Array(side * side), new Float32Array(wide * wide)]
  const places = 2 * around + 1
  const scores = new Float64Array(places * places)
  const [dx, dy] = [Math.round(candidate.dx), Math.round(candidate.dy)]
  const stride = Math.max(1, Math.floor(candidate.matches.length / maxPatches))
  for (let index = 0; index < candidate.matches.length; index += stride) {
    const match = candidate.matches[index]!
    const [x, y] = [Math.round(match.x) - side / 2, Math.round(match.y) - side / 2]
    if (!here(patch, x, y) || !there(field, x + dx - around, y + dy - around)) continue
    for (let row = 0; row < places; row++) {
      for (let column = 0; column < places; column++) scores[row * places + column]! += correlationIn(patch, field, wide, column, row)
    }
  }
  let best = around * places + around
  for (let at = 0; at < scores.length; at++) if (scores[at]! > scores[best]!) best = at
  const [column, row] = [best % places, Math.floor(best / places)]
  const inside = column > 0 && row > 0 && column < places - 1 && row < places - 1
  const fraction = (before: number, after: number) => (inside ? peakBetween(scores[before]!, scores[best]!, scores[after]!) : 0)
  return {
    a: 1,
    b: 0,
    dx: dx + column - around + fraction(best - 1, best + 1),
    dy: dy + row - around + fraction(best - places, best + places)
  }
}

/** Correlation of a patch with the part of a wider field that begins at (left, top). Both have a mean near 0. */
function correlationIn(patch: Float32Array, field: Float32Array, wide: number, left: number, top: number): number {
  let [product, squaresHere, squaresThere] = [0, 0, 0]
  for (let j = 0; j < side; j++) {
    for (let i = 0, at = j * side, other = (top + j) * wide + left; i < side; i++) {
      const [a, b] = [patch[at + i]!, field[other + i]!]
      product += a * b
      squaresHere += a * a
      squaresThere += b * b
    }
  }
  return product / (Math.sqrt(squaresHere * squaresThere) + 1e-6)
}

/** Where a parabola through three values has its top, from −0.5 to 0.5; whole where it is near to that. */
function peakBetween(before: number, top: number, after: number): number {
  const bend = before + after - 2 * top
  const offset = bend < 0 ? (0.5 * (before - after)) / bend : 0
  return Math.abs(offset) < wholeWithin ? 0 : Math.max(-0.5, Math.min(0.5, offset))
}
