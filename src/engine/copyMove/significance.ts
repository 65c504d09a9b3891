import { log10BinomialTail } from '../binomialTail.ts'
import { moved } from './motion.ts'
import { agrees, differs, onGrid, type Region } from './regions.ts'

/** What speaks for a region being a copy, and what against it. */
export interface Significance {
  /** Cells that agree with all but one of their neighbours: the thick parts of the region. */
  interior: number
  /** Share of the region whose other place lies in the region itself, as in a pattern that repeats, 0 to 1. */
  overlap: number
  /** Median of the correlation of fine detail over the interior, −1 to 1. */
  correlation: number
  /** log10 of the number of such regions that are to be expected in one ordinary photograph, were it not for the overlap. */
  log10Nfa: number
}

/**
 * Correlations of fine detail, and how often a cell inside of a region that repeats honestly reaches them: more often than over the photographs
 * that this was tried on, where only few honest regions had an inside at all. The first is for copies that were compressed, the second for
 * the rest, the third for cells whose fine detail is no stronger than noise, in levels: what repeats honestly there has nothing to agree by.
 */
const levels = [
  { correlation: 0.9, byChance: 0.5, quiet: false },
  { correlation: 0.97, byChance: 0.2, quiet: false },
  { correlation: 0.8, byChance: 0.2, quiet: true }
] as const
const quietBelow = 1.5
/** Motions that are looked at, at most, displacements and turns: each is a test. */
const tests = 22
/** What was measured on photographs does not carry further. */
const leastLog10Nfa = -6
/**
 * A share of the picture's area. Honest repetition makes small regions, which say little whatever is in them: the same letter, the same leaf of an
 * ornament, the same lamp.
 */
const leastArea = 0.006
/** Of what is around a region, the least share that differs between both places; where all is even, it is a logo or a picture on a page. */
const leastDiffering = 0.3
/** What is said at most of regions that are small, on an even ground, whole pictures, or in one of two versions of a picture. */
const leastLog10NfaOfUsual = -1

/**
 * How surprising a region would be in an ordinary photograph, a contrario (Desolneux, Moisan & Morel 2000). The background is not the
 * picture of independent noise, by which every window of a facade would be a copy of its neighbour, but honest repetition: there
 * the outlines of things agree, in threads and patches, and what lies between them does not. So only the inside of a
 * region counts, and each cell of it is one trial.
 *
 * @param isIntended whether the region is a picture that stands twice by intention: on a page, or beside another version of itself
 */
export function significanceOf(region: Region, isIntended: boolean): Significance {
  const { cells, states, correlations, deviations } = region
  const keepsGrid = onGrid(region.motion)
  const inside: number[] = []
  const holes = new Set<number>()
  const border = new Set<number>()
  for (const cell of cells) {
    const around = neighboursOf(region, cell)
    if (around.filter((near) => states[near] === agrees).length >= 7) inside.push(cell)
    for (const near of around) {
      if (states[near] !== agrees) border.add(near)
      if (states[near] === differs && neighboursOf(region, near).filter((other) => states[other] === agrees).length >= 5) holes.add(near)
    }
  }
  const isQuiet = (cell: number) => deviations[cell]! < quietBelow && !keepsGrid
  const tails = levels.map(({ correlation, byChance, quiet }) => {
    const counted = quiet ? inside.filter(isQuiet) : inside
    const failed = quiet ? [...holes].filter(isQuiet).length : holes.size
    const passed = counted.filter((cell) => correlations[cell]! >= correlation).length
    return log10BinomialTail(counted.length + failed, passed, byChance)
  })
  const sorted = Float32Array.from(inside, (cell) => correlations[cell]!).sort()
  const differing = [...border].filter((cell) => states[cell] === differs).length
  const isSmall = cells.length < leastArea * states.length
  const isUsual = isIntended || isSmall || differing < leastDiffering * border.size
  const log10Nfa = Math.log10(tests * levels.length) + Math.min(...tails)
  return {
    interior: inside.length,
    overlap: overlapOf(region),
    correlation: sorted[sorted.length >> 1] ?? 0,
    log10Nfa: Math.max(isUsual ? leastLog10NfaOfUsual : leastLog10Nfa, log10Nfa)
  }
}

/** The eight cells around one; fewer at the border. */
export function neighboursOf({ columns, rows }: Pick<Region, 'columns' | 'rows'>, cell: number): number[] {
  const [column, row] = [cell % columns, Math.floor(cell / columns)]
  const neighbours: number[] = []
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
      if (x !== column || y !== row) neighbours.push(y * columns + x)
    }
  }
  return neighbours
}

function overlapOf({ motion, cell, columns, rows, states, cells }: Region): number {
  let overlapping = 0
  for (const index of cells) {
    const [x, y] = moved(motion, ((index % columns) + 0.5) * cell, (Math.floor(index / columns) + 0.5) * cell)
    const [column, row] = [Math.floor(x / cell), Math.floor(y / cell)]
    if (column >= 0 && row >= 0 && column < columns && row < rows && states[row * columns + column] === agrees) overlapping++
  }
  return cells.length === 0 ? 0 : overlapping / cells.length
}
