import { cellOf, coarser, grids, log10Chance, type VoteCounts } from './votes.ts'

/** A square in which one grid other than the global one stands out. In pixels. */
export interface ForeignWindow {
  /** 8 y + x of the grid's origin. */
  grid: number
  x: number
  y: number
  side: number
  /** log10 of how many windows like it, or stronger, are to be expected by chance in all that was looked at. */
  log10Nfa: number
}

/** Of the votes in a window, and in each of its quarters (an edge votes in one or two), this share at least is for its grid... */
const leastShare = 0.15
const leastQuarterShare = 0.05
/** ...and so many times as many as for the global grid, and for any third: edges and patterns make votes for several. */
const dominance = 3

/** Looks at windows of 64, 128, 256… pixels, overlapping by half, for votes that agree on a grid other than the global one. */
export function foreignWindows(finest: VoteCounts, globalGrid: number): ForeignWindow[] {
  const found: ForeignWindow[] = []
  let tests = 0
  for (let level = coarser(finest); level.columns >= 2 && level.rows >= 2; level = coarser(level)) {
    tests += (level.columns - 1) * (level.rows - 1) * (grids - 1)
    for (let y = 0; y + 1 < level.rows; y++) {
      for (let x = 0; x + 1 < level.columns; x++) {
        const standsOut = foreignGrid(level, x, y, globalGrid)
        if (standsOut !== undefined) found.push({ ...standsOut, x: x * level.side, y: y * level.side, side: 2 * level.side })
      }
    }
  }
  const log10Tests = Math.log10(tests)
  return found.map((window) => ({ ...window, log10Nfa: window.log10Nfa + log10Tests })).filter(({ log10Nfa }) => log10Nfa < 0)
}

/** The grid that stands out in a window of 2 × 2 cells, with its chance, not yet multiplied by the number of tests. */
function foreignGrid(level: VoteCounts, x: number, y: number, globalGrid: number): { grid: number; log10Nfa: number } | undefined {
  const quarters = [cellOf(level, x, y), cellOf(level, x + 1, y), cellOf(level, x, y + 1), cellOf(level, x + 1, y + 1)] as const
  const [one, two, three, four] = quarters
  let [best, most, second, votes] = [-1, 0, 0, 0]
  for (let grid = 0; grid < grids; grid++) {
    const count = one[grid]! + two[grid]! + three[grid]! + four[grid]!
    votes += count
    if (count > most && grid !== globalGrid) [best, most, second] = [grid, count, most]
    else if (count > second && grid !== globalGrid) second = count
  }
  const own = one[globalGrid]! + two[globalGrid]! + three[globalGrid]! + four[globalGrid]!
  if (most < leastShare * votes || most < dominance * Math.max(second, own, 1)) return undefined
  if (quarters.some((quarter) => quarter[best]! <= leastQuarterShare * sumOf(quarter))) return undefined
  return { grid: best, log10Nfa: log10Chance((2 * level.side) ** 2, most) }
}

function sumOf(counts: Uint32Array): number {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}
