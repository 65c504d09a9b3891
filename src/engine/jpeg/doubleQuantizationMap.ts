import type { Pixels } from '../image.ts'
import type { Coefficients } from './coefficients.ts'
import type { FirstStep } from './firstQuantization.ts'

/**
 * Where in the picture the traces of an earlier quantization are, and where they are missing.
 *
 * A part that was put in from elsewhere went through the last quantization only (or through an earlier one on another grid), so its
 * coefficients stand in the gaps that the rest of the picture has (Lin, He, Tang & Tang 2009). Each block counts its coefficients that tell
 * anything, and those of them that stand in gaps; from both comes how much likelier the block is if it was quantised once (Bianchi & Piva
 * 2012), and from the blocks around it as many as are needed to be sure.
 */
export interface DoubleQuantizationMap {
  columns: number
  rows: number
  /** By block: how many coefficients tell anything, 255 at most; 0 for flat and saturated ones, and for those that the picture's edge cuts. */
  telling: Uint8Array
  /** By block: how many of them stand in gaps. */
  inGaps: Uint8Array
  /** By block: how many coefficients are so strong that either quantization leaves them, a measure of texture that both leave alike. */
  strong: Uint8Array
  /** By block: 1 where it and its surroundings were quantised once, 0 where twice, 2 where nobody can tell. */
  state: Uint8Array
  /** The share of gaps among the telling coefficients that one quantization would leave. */
  gapShareOnce: number
  /** The share that was met where the picture was quantised twice. */
  gapShareTwice: number
  /** The share that rounding alone leaves there, by the model. */
  gapShareLeft: number
}

/** Log likelihood ratio, in nats, from which a block and its surroundings are told apart. */
const decisive = 7
/** Windows around a block, as the distance from it to their edge, in blocks. */
const windows = [1, 2, 3, 5, 8] as const

/** Levels at which a pixel may have been cut off before the last quantization, which moves it a little. */
const darkest = 4
const brightest = 251

/** @param steps those that show gaps, one or more */
export function mapDoubleQuantization(coefficients: Coefficients, pixels: Pixels, steps: readonly FirstStep[]): DoubleQuantizationMap {
  const { columns, rows } = coefficients
  const { telling, inGaps, strong } = countGaps(coefficients, pixels, steps)
  const seen = (where: (block: number) => boolean) => {
    let [all, gaps] = [0, 0]
    for (let block = 0; block < telling.length; block++) {
      if (!where(block)) continue
      all += telling[block]!
      gaps += inGaps[block]!
    }
    return { all, gaps }
  }
  const weight = steps.reduce((sum, { count }) => sum + count, 0)
  const gapShareOnce = steps.reduce((sum, { count, gapShare }) => sum + count * gapShare, 0) / Math.max(1, weight)
  const gapShareLeft = steps.reduce((sum, step) => sum + step.count * step.gapShareLeft, 0) / Math.max(1, weight)
  const whole = seen(() => true)
  let gapShareTwice = Math.min(gapShareOnce / 4, whole.gaps / Math.max(1, whole.all))
  let state: Uint8Array = new Uint8Array(0)
  // What the rest of the picture has in its gaps is known only when it is known which part is the rest.
  for (let round = 0; round < 2; round++) {
    state = decide(telling, inGaps, columns, rows, gapShareOnce, Math.max(0.005, gapShareTwice))
    const twice = seen((block) => state[block] === 0)
    gapShareTwice = twice.gaps / Math.max(1, twice.all)
  }
  return { columns, rows, telling, inGaps, strong, state, gapShareOnce, gapShareTwice, gapShareLeft }
}

function countGaps({ data, columns, rows }: Coefficients, pixels: Pixels, steps: readonly FirstStep[]): Pick<DoubleQuantizationMap, 'telling' | 'inGaps' | 'strong'> {
  const telling = new Uint8Array(columns * rows)
  const inGaps = new Uint8Array(columns * rows)
  const strong = new Uint8Array(columns * rows)
  // What a block at the edge has beyond the picture was made up anew each time.
  const [wholeColumns, wholeRows] = [Math.floor(pixels.width / 8), Math.floor(pixels.height / 8)]
  for (let block = 0; block < telling.length; block++) {
    if (block % columns >= wholeColumns || block >= wholeRows * columns) continue
    let [all, gaps] = [0, 0]
    for (let index = 0; index < steps.length; index++) {
      const { frequency, first, last, gaps: gapsOf } = steps[index]!
      const magnitude = Math.abs(data[block * 64 + frequency]!)
      if (magnitude * last >= 0.7 * first) strong[block]!++
      if (magnitude === 0 || magnitude >= gapsOf.length) continue
      const gap = gapsOf[magnitude]!
      if (gap === 2) continue
      all++
      gaps += gap
    }
    // Where a pixel was cut off at black or white, its block changed after the first quantization in every picture.
    if (gaps > 0 && isSaturated(pixels, block % columns, Math.floor(block / columns))) continue
    telling[block] = all
    inGaps[block] = gaps
  }
  return { telling, inGaps, strong }
}

function isSaturated({ data, width, height }: Pixels, column: number, row: number): boolean {
  const [right, bottom] = [Math.min(width, 8 * column + 8), Math.min(height, 8 * row + 8)]
  for (let y = 8 * row; y < bottom; y++) {
    for (let at = 3 * (y * width + 8 * column); at < 3 * (y * width + right); at++) if (data[at]! <= darkest || data[at]! >= brightest) return true
  }
  return false
}

function decide(telling: Uint8Array, inGaps: Uint8Array, columns: number, rows: number, once: number, twice: number): Uint8Array {
  const [perGap, perOther] = [Math.log(once / twice), Math.log((1 - once) / (1 - twice))]
  // Summed from the upper left corner, so that each window costs four look-ups.
  const wide = columns + 1
  const sums = new Float64Array(wide * (rows + 1))
  for (let row = 0; row < rows; row++) {
    let line = 0
    for (let column = 0; column < columns; column++) {
      const block = row * columns + column
      line += inGaps[block]! * perGap + (telling[block]! - inGaps[block]!) * perOther
      sums[(row + 1) * wide + column + 1] = sums[row * wide + column + 1]! + line
    }
  }
  const state = new Uint8Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let decided = 2
      for (let index = 0; index < windows.length && decided === 2; index++) {
        const reach = windows[index]!
        const [left, top] = [Math.max(0, column - reach), Math.max(0, row - reach)]
        const [right, bottom] = [Math.min(columns, column + reach + 1), Math.min(rows, row + reach + 1)]
        const sum = sums[bottom * wide + right]! - sums[top * wide + right]! - sums[bottom * wide + left]! + sums[top * wide + left]!
        if (sum >= decisive) decided = 1
        else if (sum <= -decisive) decided = 0
      }
      state[row * columns + column] = decided
    }
  }
  return state
}
