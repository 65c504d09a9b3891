import type { Luma } from '../luma.ts'
import type { Match } from './matches.ts'
import { moved, type Motion } from './motion.ts'
import { residualReader } from './residual.ts'

/** What a cell of the grid turned out to be. */
export const unseen = 0
/** Its fine detail is found again at the other place. */
export const agrees = 1
/** It has detail, and the other place has other detail. */
export const differs = 2
/** Too even, or like a straight edge, which looks like itself wherever it is moved along: says nothing. */
export const mute = 3

/** A part of the picture that is found again elsewhere in it, on a grid of square cells. */
export interface Region {
  /** Where its points are found again. */
  motion: Motion
  /** Side of a cell, in full-resolution pixels. */
  cell: number
  columns: number
  rows: number
  /** `rows × columns`, the states above. */
  states: Uint8Array
  /** Indexes of the cells that agree, all of one piece. */
  cells: number[]
  /** `rows × columns`: how well the fine detail of a cell agrees with that of its other place, −1 to 1; 0 where it was not looked at. */
  correlations: Float32Array
  /** `rows × columns`: standard deviation of a cell's fine detail, in levels; 0 where it was not looked at. */
  deviations: Float32Array
  /** How many cells were compared. */
  looks: number
  /** Whether the bound on them was reached, with places left that might belong to the region. */
  isCut: boolean
}

/** Correlation of fine detail from which a cell agrees. */
const agreesFrom = 0.7
/** Standard deviation, in levels, of fine detail below which a cell is even. */
const leastDeviation = 0.12
/** The same where the copy keeps JPEG's grid. */
const leastOnGrid = 1
/** Of the energy of gradients, the least share across their main direction: bands of one colour have none. */
const leastAcross = 0.02

/**
 * Grows regions from the matched places over neighbouring cells as long as their fine detail agrees, and keeps the largest. What is not reached
 * costs nothing.
 *
 * @param maxLooks cells that are compared at most; a region that would need more stays as it is by then
 */
export function grow(luma: Luma, motion: Motion, seeds: readonly Match[], cell: number, maxLooks: number): Region {
  const [columns, rows] = [Math.floor(luma.width / cell), Math.floor(luma.height / cell)]
  const states = new Uint8Array(columns * rows)
  const compare = comparison(luma, motion, cell)
  const correlations = new Float32Array(columns * rows)
  const deviations = new Float32Array(columns * rows)
  const cells: number[] = []
  const open: number[] = []
  let looks = 0
  let isCut = false
  const visit = (column: number, row: number) => {
    if (column < 0 || row < 0 || column >= columns || row >= rows) return
    const index = row * columns + column
    if (states[index] !== unseen) return
    if (looks >= maxLooks) {
      isCut = true
      return
    }
    looks++
    const { state, correlation, deviation } = compare(column * cell, row * cell)
    states[index] = state
    correlations[index] = correlation
    deviations[index] = deviation
    if (state !== agrees) return
    open.push(index)
    cells.push(index)
  }
  let largest = { from: 0, to: 0 }
  for (const { x, y } of seeds) {
    const from = cells.length
    visit(Math.floor(x / cell), Math.floor(y / cell))
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      const [column, row] = [index % columns, Math.floor(index / columns)]
      for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) visit(column + dx, row + dy)
    }
    if (cells.length - from > largest.to - largest.from) largest = { from, to: cells.length }
  }
  const region = cells.splice(largest.from, largest.to - largest.from)
  for (const apart of cells) states[apart] = mute
  return { motion, cell, columns, rows, states, cells: region, correlations, deviations, looks, isCut }
}

/** Compares the cell that begins at (x, y) with its other place. */
function comparison(luma: Luma, motion: Motion, cell: number) {
  const read = residualReader(luma, cell)
  const [here, there] = [new Float32Array(cell * cell), new Float32Array(cell * cell)]
  const { a, b, dx, dy } = motion
  // Fractions of a pixel are shared between both places: interpolation then smooths both alike.
  const isShift = a === 1 && b === 0
  const [halfX, halfY] = isShift ? [(dx - Math.round(dx)) / 2, (dy - Math.round(dy)) / 2] : [0, 0]
  const least = (onGrid(motion) ? leastOnGrid : leastDeviation) ** 2 * cell * cell
  return (x: number, y: number): Comparison => {
    const [toX, toY] = moved(motion, x - halfX, y - halfY)
    if (!read(here, x - halfX, y - halfY) || !read(there, toX, toY, a, b)) return nothingToCompare
    const { spreadHere, spreadThere, product } = spreads(here, there)
    if (spreadHere < least && spreadThere < least) return nothingToCompare
    const correlation = product / Math.sqrt(Math.max(spreadHere, 1e-6) * Math.max(spreadThere, 1e-6))
    const deviation = Math.sqrt(spreadHere) / cell
    if (correlation < agreesFrom) return { state: differs, correlation, deviation }
    return { state: shareAcross(here, cell) < Math.max(leastAcross, 1 - correlation) ? mute : agrees, correlation, deviation }
  }
}

interface Comparison {
  state: number
  correlation: number
  deviation: number
}

const nothingToCompare: Comparison = { state: mute, correlation: 0, deviation: 0 }

/** Whether a motion keeps the 8×8 grid of JPEG in place: faint detail is then made of the same few patterns on both sides. */
export function onGrid({ a, b, dx, dy }: Motion): boolean {
  return a === 1 && b === 0 && dx % 8 === 0 && dy % 8 === 0
}

/** Sums of squares and of products about the means. */
function spreads(here: Float32Array, there: Float32Array) {
  let [sumHere, sumThere, product, squaresHere, squaresThere] = [0, 0, 0, 0, 0]
  for (let at = 0; at < here.length; at++) {
    const [a, b] = [here[at]!, there[at]!]
    sumHere += a
    sumThere += b
    product += a * b
    squaresHere += a * a
    squaresThere += b * b
  }
  return {
    spreadHere: squaresHere - (sumHere * sumHere) / here.length,
    spreadThere: squaresThere - (sumThere * sumThere) / here.length,
    product: product - (sumHere * sumThere) / here.length
  }
}

/** The smaller eigenvalue of the structure tensor (Förstner & Gülch 1987), as a share of both: 0 for a straight edge, 0.5 for noise. */
function shareAcross(patch: Float32Array, side: number): number {
  let [xx, xy, yy] = [0, 0, 0]
  for (let j = 0; j < side - 1; j++) {
    for (let i = 0, at = j * side; i < side - 1; i++, at++) {
      const [gx, gy] = [patch[at + 1]! - patch[at]!, patch[at + side]! - patch[at]!]
      xx += gx * gx
      xy += gx * gy
      yy += gy * gy
    }
  }
  const [half, spread] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)]
  return half <= 0 ? 0 : (half - spread) / (2 * half)
}
