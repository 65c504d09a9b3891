import type { Grid } from '../evidencePictures.ts'
import type { Box } from '../orientation.ts'
import { cellOf, grids, type VoteCounts } from './votes.ts'
import type { ForeignWindow } from './windows.ts'

/** A part of the picture whose blocks lie in another grid than those of the rest. */
export interface ForeignRegion extends Box {
  /** 8 y + x of the grid's origin. */
  grid: number
  /** That of its strongest window. */
  log10Nfa: number
  /** By `row × columns + column`. */
  cells: number[]
}

/** A single window is no region: in both directions there are two at least, overlapping by half. */
const leastSide = 96
/** Cells as near to a region as this belong neither to it nor to the rest: a part's rim is too weak to be found. */
const rim = 4
/** In the rest the foreign grid gets no more votes than this many times what the other grids get on average, and a few blocks... */
const mostOutside = 1.5
const blocksOfChance = 3
/** ...and in this share of the rest's squares of 64 pixels, the global grid gets so many times the votes of any other. */
const dominance = 2
const cellsOfSquare = 4
const leastSquares = 0.5

/** Windows of one grid that touch are one region. Strongest first. */
export function regionsOf(windows: readonly ForeignWindow[], { columns, rows, side }: VoteCounts): ForeignRegion[] {
  const regions: ForeignRegion[] = []
  for (const grid of new Set(windows.map((window) => window.grid))) {
    const strengths = new Float64Array(columns * rows)
    for (const window of windows) {
      if (window.grid !== grid) continue
      for (let y = window.y / side; y < (window.y + window.side) / side; y++) {
        for (let x = window.x / side; x < (window.x + window.side) / side; x++) {
          strengths[y * columns + x] = Math.min(strengths[y * columns + x]!, window.log10Nfa)
        }
      }
    }
    for (let cell = 0; cell < strengths.length; cell++) {
      if (strengths[cell]! < 0) regions.push({ grid, ...connected(cell, strengths, columns, side) })
    }
  }
  return regions.filter(({ width, height }) => Math.min(width, height) >= leastSide).sort((a, b) => a.log10Nfa - b.log10Nfa)
}

/** All marked cells that hang together with one. Their marks are taken away. */
function connected(first: number, strengths: Float64Array, columns: number, side: number): Omit<ForeignRegion, 'grid'> {
  const cells = [first]
  let log10Nfa = strengths[first]!
  strengths[first] = 0
  let [left, right, top, bottom] = [columns, 0, strengths.length, 0]
  for (let next = 0; next < cells.length; next++) {
    const cell = cells[next]!
    const [x, y] = [cell % columns, Math.floor(cell / columns)]
    ;[left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)]
    for (const neighbour of [x > 0 ? cell - 1 : -1, x + 1 < columns ? cell + 1 : -1, cell - columns, cell + columns]) {
      if (!(strengths[neighbour]! < 0)) continue
      log10Nfa = Math.min(log10Nfa, strengths[neighbour]!)
      strengths[neighbour] = 0
      cells.push(neighbour)
    }
  }
  return { x: left * side, y: top * side, width: (right - left + 1) * side, height: (bottom - top + 1) * side, log10Nfa, cells }
}

/** What the rest of the picture says of a grid's regions. */
export interface Surroundings {
  /** Whether the foreign grid is found elsewhere as well: then it is no part's, but an earlier or later one of the whole picture. */
  foreignGridToo: boolean
  /** Whether most of the rest lies in the global grid: else it may be a page, a frame or a collage that was never a JPEG as a whole. */
  inGlobalGrid: boolean
}

export function surroundingsOf(regions: readonly ForeignRegion[], finest: VoteCounts, globalGrid: number): Surroundings {
  const grid = regions[0]!.grid
  const near = dilated(regions, finest)
  const { columns, rows } = finest
  let [squares, global] = [0, 0]
  const total = new Float64Array(grids)
  const square = new Float64Array(grids)
  for (let top = 0; top + cellsOfSquare <= rows; top += cellsOfSquare) {
    for (let left = 0; left + cellsOfSquare <= columns; left += cellsOfSquare) {
      square.fill(0)
      let cells = 0
      for (let y = top; y < top + cellsOfSquare; y++) {
        for (let x = left; x < left + cellsOfSquare; x++) {
          if (near[y * columns + x] !== 0) continue
          cells++
          const counts = cellOf(finest, x, y)
          for (let other = 0; other < grids; other++) square[other]! += counts[other]!
        }
      }
      for (let other = 0; other < grids; other++) total[other]! += square[other]!
      if (cells < cellsOfSquare ** 2 / 2) continue
      squares++
      const own = square[globalGrid]!
      if (own > 0 && square.every((votes, other) => other === globalGrid || own > dominance * votes)) global++
    }
  }
  const others = total.reduce((sum, votes) => sum + votes, 0) - total[globalGrid]! - total[grid]!
  return {
    foreignGridToo: total[grid]! > (mostOutside * others) / (grids - 2) + 64 * blocksOfChance,
    inGlobalGrid: squares > 0 && global >= leastSquares * squares
  }
}

/** `rows × columns`, 1 for the cells of the regions and those near them. */
function dilated(regions: readonly ForeignRegion[], { columns, rows }: VoteCounts): Uint8Array {
  const near = new Uint8Array(columns * rows)
  for (const { cells } of regions) {
    for (const cell of cells) {
      const [x, y] = [cell % columns, Math.floor(cell / columns)]
      const [left, right] = [Math.max(0, x - rim), Math.min(columns - 1, x + rim)]
      for (let row = Math.max(0, y - rim); row <= Math.min(rows - 1, y + rim); row++) near.fill(1, row * columns + left, row * columns + right + 1)
    }
  }
  return near
}

/**
 * The finest cells: 1 in a region and near it, where more votes are for its grid than for the global one. A region's cells that
 * vote for neither belong to it.
 */
export function maskOf(regions: readonly ForeignRegion[], finest: VoteCounts, globalGrid: number): Grid<Uint8Array> {
  const { columns, rows } = finest
  const mask = new Uint8Array(columns * rows)
  for (const one of regions) {
    const inside = new Set(one.cells)
    dilated([one], finest).forEach((near, cell) => {
      if (near === 0) return
      const [x, y] = [cell % columns, Math.floor(cell / columns)]
      let [foreign, own] = [0, 0]
      for (let row = Math.max(0, y - 1); row <= Math.min(rows - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(columns - 1, x + 1); column++) {
          const counts = cellOf(finest, column, row)
          foreign += counts[one.grid]!
          own += counts[globalGrid]!
        }
      }
      if (inside.has(cell) ? foreign >= own : foreign > dominance * own + 64) mask[cell] = 1
    })
  }
  return { data: mask, width: columns, height: rows }
}
