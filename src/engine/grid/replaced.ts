import type { Pixels } from '../image.ts'
import { cellSide, type UnquantizedRegion } from './unquantized.ts'
import { cellOf, finestSide, totalOf, type VoteCounts } from './votes.ts'

/** Of all pixels so many vote for the global grid at least: else it tells nothing that a region's don't. */
const leastVotes = 0.4
/** Where the blocks of a region vote for the global grid more than this share of what the whole picture does, they are still there. */
const mostVotes = 0.25
/** A colour on this share of a region's pixels is that of letters, a sign, a frame... */
const mostOfOneColour = 0.1
/** ...and so is a rarer one that stands out: light and noise never give one colour without the ones beside it. */
const leastOfOneColour = 0.004
const mostOverOthers = 3
const others = 4

/**
 * Whether a region that is not quantised as the rest holds other content than the JPEG did. Not where it was only made lighter or darker,
 * or a see-through mark was laid over it: coefficients that were quantised to zero stay zero then, and its blocks still vote for the
 * grid. And not where it was written or drawn on, in one colour.
 *
 * @param votes of the picture from its corner on
 */
export function isReplaced({ cells }: UnquantizedRegion, votes: VoteCounts, grid: number, pixels: Pixels): boolean {
  const average = totalOf(votes)[grid]! / (votes.columns * votes.rows)
  return average >= leastVotes * finestSide ** 2 && votesIn(cells, votes, grid) < mostVotes * average && !isDrawn(cells, pixels)
}

type Corner = UnquantizedRegion['cells'][number]

/** For a grid, on average over the finest cells that begin in the region's. */
function votesIn(corners: readonly Corner[], votes: VoteCounts, grid: number): number {
  let [sum, count] = [0, 0]
  for (const { x, y } of corners) {
    for (let row = Math.ceil(y / finestSide); row * finestSide < y + cellSide && row < votes.rows; row++) {
      for (let column = Math.ceil(x / finestSide); column * finestSide < x + cellSide && column < votes.columns; column++) {
        sum += cellOf(votes, column, row)[grid]!
        count++
      }
    }
  }
  return sum / Math.max(1, count)
}

function isDrawn(corners: readonly Corner[], { data, width }: Pixels): boolean {
  const counts = new Map<number, number>()
  for (const { x, y } of corners) {
    for (let row = y; row < y + cellSide; row++) {
      for (let at = 3 * (row * width + x), end = at + 3 * cellSide; at < end; at += 3) {
        const colour = (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!
        counts.set(colour, (counts.get(colour) ?? 0) + 1)
      }
    }
  }
  const pixels = corners.length * cellSide ** 2
  const [most = 0, ...next] = [...counts.values()].sort((a, b) => b - a).slice(0, 1 + others)
  return most >= mostOfOneColour * pixels || (most >= leastOfOneColour * pixels && most >= mostOverOthers * (next.at(-1) ?? 0))
}
