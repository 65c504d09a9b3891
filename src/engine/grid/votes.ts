import { log10HoeffdingBound } from '../binomialTail.ts'
import { noVote } from '../kernels/gridVotes.ts'

/** How many pixels of each cell vote for each of the 64 grids. */
export interface VoteCounts {
  /** `rows × columns × 64`, row-major. */
  counts: Uint32Array
  columns: number
  rows: number
  /** A cell's side in pixels, a multiple of 16. What is left over at the right and the bottom is not counted. */
  side: number
}

export const grids = 64

/** A cell's side at the finest level: a few blocks, as no smaller part can be told from chance. */
export const finestSide = 16

export function countVotes(votes: Uint8Array, width: number, height: number): VoteCounts {
  const [columns, rows] = [Math.floor(width / finestSide), Math.floor(height / finestSide)]
  const counts = new Uint32Array(columns * rows * grids)
  for (let y = 0; y < rows * finestSide; y++) {
    const rowOfCells = Math.floor(y / finestSide) * columns
    const row = votes.subarray(y * width, y * width + columns * finestSide)
    for (let x = 0; x < row.length; x++) {
      const vote = row[x]!
      if (vote !== noVote) counts[(rowOfCells + (Math.floor(x / finestSide))) * grids + vote]!++
    }
  }
  return { counts, columns, rows, side: finestSide }
}

/** The same in cells of twice the side. */
export function coarser({ counts, columns, rows, side }: VoteCounts): VoteCounts {
  const half = { counts: new Uint32Array((columns >> 1) * (rows >> 1) * grids), columns: columns >> 1, rows: rows >> 1, side: 2 * side }
  for (let y = 0; y < half.rows; y++) {
    for (let x = 0; x < half.columns; x++) {
      const sum = cellOf(half, x, y)
      for (const [right, down] of [[0, 0], [1, 0], [0, 1], [1, 1]] as const) {
        const from = ((2 * y + down) * columns + 2 * x + right) * grids
        for (let grid = 0; grid < grids; grid++) sum[grid]! += counts[from + grid]!
      }
    }
  }
  return half
}

/** The 64 counts of one cell, not copied. */
export function cellOf({ counts, columns }: VoteCounts, x: number, y: number): Uint32Array {
  const from = (y * columns + x) * grids
  return counts.subarray(from, from + grids)
}

export function totalOf({ counts }: VoteCounts): Float64Array {
  const total = new Float64Array(grids)
  for (let at = 0; at < counts.length; at++) total[at % grids]! += counts[at]!
  return total
}

/**
 * log10 of an upper bound of the probability that of so many pixels at least so many vote for one given grid by chance, 1 in 64 for
 * each. Votes of pixels in one block lean on the same windows, so 64 pixels count as one trial (ZERO, section 3.2).
 */
export function log10Chance(pixels: number, votes: number): number {
  return log10HoeffdingBound(pixels / 64, votes / 64, 1 / grids)
}
