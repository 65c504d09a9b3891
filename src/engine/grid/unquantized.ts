import { log10HoeffdingBound } from '../binomialTail.ts'
import type { Box } from '../orientation.ts'
import { kinds, type BlockFits } from './quantizationFit.ts'

/** A part of the picture whose blocks were not quantised with those of the rest. */
export interface UnquantizedRegion extends Box {
  log10Nfa: number
  /** Squares of `cellSide`, by their upper left corners in pixels: without those of the box that fit. */
  cells: { x: number; y: number }[]
}

/** Squares of 4 × 4 blocks, `rows × columns`, row-major. */
interface Cells {
  columns: number
  rows: number
  /** Sums over the blocks: see `BlockFits`. */
  told: Float64Array
  fit: Float64Array
}

/** 2 × 2 cells, of which the first is given; windows overlap by half. */
interface Window {
  x: number
  y: number
  /** The mean over its coefficients. */
  fit: number
}

const blocksOfCell = 4
/** A cell's side in pixels. */
export const cellSide = 8 * blocksOfCell
/** A window with fewer coefficients says nothing. */
const leastTold = 40
/** The fit of the picture's median window is this at least. Of it a window has less than the one where something is missing, more than the other where it is whole. */
const leastMedian = 0.5
const missing = 0.3
const whole = 0.5
/** Of the windows away from those this share is whole; and they are this share of all windows, and so many. */
const leastWhole = 0.97
const leastInformative = 0.05
const leastWindows = 20
/** Blocks of a kind count if in the rest so many coefficients are of that kind, and fit to this share of the median. */
const leastOfKind = 100
const leastFitOfKind = 0.6
/** A region is so many cells wide and high at least... */
const leastCells = 3
/** ...and of its blocks this share at least does not fit: between letters that were laid over a picture, blocks do. */
const leastMisfits = 0.6
/** A block of the rest is taken to misfit this often at least. */
const leastRate = 0.1

/**
 * Parts that were put in, or painted over, after the rest was saved as JPEG: their coefficients are no multiples of the quantisers,
 * where nearly all others are. So that no edit of the whole picture is taken for one of a part (a curve that changes the shadows
 * alone, more colour, sharpening, which leaves even parts as they are), only blocks of such brightness, activity and colour count as
 * the rest has too, and fits in.
 *
 * The number of false alarms of a region is that of its blocks that don't fit, as often as in the rest, times the windows looked at.
 *
 * @returns strongest first
 */
export function unquantizedRegions(blocks: BlockFits): UnquantizedRegion[] {
  const all = cellsOf(blocks, () => true)
  const windows = windowsOf(all)
  const median = windows.map(({ fit }) => fit).sort((a, b) => a - b)[windows.length >> 1] ?? 0
  if (median < leastMedian) return []
  const isMissing = ({ fit }: Window) => fit < missing * median
  const near = marked(windows.filter(isMissing), all, 2)
  const rest = windows.filter((window) => cellsUnder(window, all).every((cell) => near[cell] === 0))
  if (rest.length < Math.max(leastWindows, leastInformative * (all.columns - 1) * (all.rows - 1))) return []
  if (rest.filter(({ fit }) => fit >= whole * median).length < leastWhole * rest.length) return []

  const isComparable = comparable(blocks, (block) => near[cellOf(block, blocks, all.columns, all.rows)] === 0, leastFitOfKind * median)
  const comparableCells = cellsOf(blocks, isComparable)
  const found = windowsOf(comparableCells).filter(isMissing)
  const misfitsOf = misfitsByCell(blocks, all, isComparable, whole * median)
  const outside = misfitsOf(Array.from(near.keys()).filter((cell) => near[cell] === 0))
  const rate = Math.max(leastRate, outside.misfits / outside.blocks)
  const regions: UnquantizedRegion[] = []
  for (const cells of connected(marked(found, all, 0), all.columns)) {
    const box = boxOf(cells, all.columns)
    const inside = misfitsOf(cells)
    if (Math.min(box.width, box.height) < leastCells || inside.misfits < leastMisfits * inside.blocks) continue
    const log10Nfa = Math.log10(windows.length) + log10HoeffdingBound(inside.blocks, inside.misfits, rate)
    const cornerOf = (x: number, y: number) => ({ x: blocks.left + cellSide * x, y: blocks.top + cellSide * y })
    const corners = cells.filter((cell) => !fits(all, cell, whole * median)).map((cell) => cornerOf(cell % all.columns, Math.floor(cell / all.columns)))
    regions.push({ ...cornerOf(box.x, box.y), width: cellSide * box.width, height: cellSide * box.height, log10Nfa, cells: corners })
  }
  return regions.sort((a, b) => a.log10Nfa - b.log10Nfa)
}

function cellsOf({ columns, rows, told, fit }: BlockFits, counts: (block: number) => boolean): Cells {
  const cells = { columns: Math.floor(columns / blocksOfCell), rows: Math.floor(rows / blocksOfCell) }
  const sums = { ...cells, told: new Float64Array(cells.columns * cells.rows), fit: new Float64Array(cells.columns * cells.rows) }
  for (let y = 0; y < cells.rows * blocksOfCell; y++) {
    for (let x = 0; x < cells.columns * blocksOfCell; x++) {
      const block = y * columns + x
      if (told[block] === 0 || !counts(block)) continue
      const cell = Math.floor(y / blocksOfCell) * cells.columns + Math.floor(x / blocksOfCell)
      sums.told[cell]! += told[block]!
      sums.fit[cell]! += fit[block]!
    }
  }
  return sums
}

/** Those that say something. */
function windowsOf(cells: Cells): Window[] {
  const windows: Window[] = []
  for (let y = 0; y + 1 < cells.rows; y++) {
    for (let x = 0; x + 1 < cells.columns; x++) {
      let [told, fit] = [0, 0]
      for (const cell of cellsUnder({ x, y }, cells)) {
        told += cells.told[cell]!
        fit += cells.fit[cell]!
      }
      if (told >= leastTold) windows.push({ x, y, fit: fit / told })
    }
  }
  return windows
}

function cellsUnder({ x, y }: { x: number; y: number }, { columns }: Cells): number[] {
  const first = y * columns + x
  return [first, first + 1, first + columns, first + columns + 1]
}

/** 1 for the cells of windows, and so many cells around them. */
function marked(windows: readonly Window[], { columns, rows }: Cells, around: number): Uint8Array {
  const marks = new Uint8Array(columns * rows)
  for (const { x, y } of windows) {
    const [left, right] = [Math.max(0, x - around), Math.min(columns, x + 2 + around)]
    for (let row = Math.max(0, y - around); row < Math.min(rows, y + 2 + around); row++) marks.fill(1, row * columns + left, row * columns + right)
  }
  return marks
}

/** Of a block that lies in no whole cell, as at the right and the lower side, -1. */
function cellOf(block: number, blocks: BlockFits, columns: number, rows: number): number {
  const [x, y] = [Math.floor((block % blocks.columns) / blocksOfCell), Math.floor(block / blocks.columns / blocksOfCell)]
  return x < columns && y < rows ? y * columns + x : -1
}

/** Whether blocks of a block's brightness, of its activity, and of its colour are found in the rest and fit there. */
function comparable(blocks: BlockFits, inRest: (block: number) => boolean, leastFit: number): (block: number) => boolean {
  const properties = [blocks.brightness, blocks.activity, blocks.colour].map((kindOf) => {
    const [told, fit] = [new Float64Array(kinds), new Float64Array(kinds)]
    for (let block = 0; block < kindOf.length; block++) {
      if (blocks.told[block] === 0 || !inRest(block)) continue
      told[kindOf[block]!]! += blocks.told[block]!
      fit[kindOf[block]!]! += blocks.fit[block]!
    }
    return { kindOf, isFit: Array.from(told, (count, kind) => count >= leastOfKind && fit[kind]! >= leastFit * count) }
  })
  return (block) => properties.every(({ kindOf, isFit }) => isFit[kindOf[block]!]!)
}

interface Misfits {
  blocks: number
  misfits: number
}

/** For cells, how many blocks of them count, and how many of those fit less than that. */
function misfitsByCell(blocks: BlockFits, { columns, rows }: Cells, counts: (block: number) => boolean, least: number): (cells: readonly number[]) => Misfits {
  const [counted, misfit] = [new Uint8Array(columns * rows), new Uint8Array(columns * rows)]
  for (let block = 0; block < blocks.told.length; block++) {
    const cell = cellOf(block, blocks, columns, rows)
    if (blocks.told[block] === 0 || cell < 0 || !counts(block)) continue
    counted[cell]!++
    if (blocks.fit[block]! < least * blocks.told[block]!) misfit[cell]!++
  }
  const sum = (cells: readonly number[], values: Uint8Array) => cells.reduce((total, cell) => total + values[cell]!, 0)
  return (cells) => ({ blocks: sum(cells, counted), misfits: sum(cells, misfit) })
}

const fits = ({ told, fit }: Cells, cell: number, least: number) => told[cell]! > 0 && fit[cell]! >= least * told[cell]!

/** Marked cells that touch. Their marks are taken away. */
function connected(marks: Uint8Array, columns: number): number[][] {
  const groups: number[][] = []
  for (let first = 0; first < marks.length; first++) {
    if (marks[first] === 0) continue
    const cells = [first]
    marks[first] = 0
    for (let next = 0; next < cells.length; next++) {
      const cell = cells[next]!
      const x = cell % columns
      for (const neighbour of [x > 0 ? cell - 1 : -1, x + 1 < columns ? cell + 1 : -1, cell - columns, cell + columns]) {
        if (marks[neighbour] !== 1) continue
        marks[neighbour] = 0
        cells.push(neighbour)
      }
    }
    groups.push(cells)
  }
  return groups
}

/** In cells. */
function boxOf(cells: readonly number[], columns: number): Box {
  let [left, right, top, bottom] = [Infinity, 0, Infinity, 0]
  for (const cell of cells) {
    const [x, y] = [cell % columns, Math.floor(cell / columns)]
    ;[left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)]
  }
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}
