import { log10HoeffdingBound } from '../binomialTail.ts'
import type { Coefficients } from './coefficients.ts'
import type { DoubleQuantizationMap } from './doubleQuantizationMap.ts'

/** A connected part of the picture that was quantised once where the rest was twice. */
export interface SingleRegion {
  /** Indices of its blocks. */
  blocks: number[]
  /** Bounding box, in blocks; right and bottom are the first ones behind it. */
  left: number
  top: number
  right: number
  bottom: number
  /** Telling coefficients. */
  telling: number
  /** Those in blocks to which the rest of the picture has comparable ones, and how many of these stand in gaps. */
  compared: number
  comparedInGaps: number
  /** log10 of how many such regions would be expected by chance, by the model alone. */
  log10Nfa: number
}

/** Smaller regions are left out: so many blocks, or this share of the picture. */
const leastBlocks = 20
const leastShare = 0.0005
/** A region speaks only through coefficients of which the rest of the picture has at least so many of the same kind. */
const leastElsewhere = 60
/** Of what a region has to say, so much must be comparable. */
const leastCompared = 0.1
/** Regions that the model alone calls rarer than this hold. It is far below what is claimed of them: photographs break models. */
const mostLog10Nfa = -60
/** A part that was put in has an edge: close around it, at most this share of the gaps of one quantization is met, beside what rounding leaves. */
const mostAround = 0.06
/** Most of what was quantised once must lie in regions that hold: scattered rests are what a change of the whole picture leaves. */
const leastInRegions = 0.7
/** Around a region, the blocks from the nearer to the farther distance. */
const [near, far] = [2, 5]

/**
 * The regions of a map that hold against a comparison with the rest of the picture: with blocks of the same brightness and the same
 * texture alone, and only where most of that kind was quantised twice. A tone curve, a filter against noise, or a sharpening changes what is
 * dark, flat or textured all over the picture: such a change has nothing to compare with, and makes no region.
 */
export function singleRegions(map: DoubleQuantizationMap, coefficients: Coefficients): SingleRegion[] {
  const kinds = kindsOf(map, coefficients)
  const once = new Float64Array(kindCount)
  const elsewhere = { blocks: new Float64Array(kindCount), telling: new Float64Array(kindCount), inGaps: new Float64Array(kindCount) }
  for (let block = 0; block < kinds.length; block++) {
    const kind = kinds[block]!
    if (map.state[block] === 1) once[kind]!++
    else {
      elsewhere.blocks[kind]!++
      elsewhere.telling[kind]! += map.telling[block]!
      elsewhere.inGaps[kind]! += map.inGaps[block]!
    }
  }
  const expected = Float64Array.from(elsewhere.telling, (telling, kind) => {
    const share = elsewhere.inGaps[kind]! / Math.max(1, telling)
    const comparable = telling >= leastElsewhere && elsewhere.blocks[kind]! >= once[kind]! && share < map.gapShareOnce / 4
    // Twice as much as was met, for kinds that are not quite the same.
    return comparable ? Math.max(0.01, 2 * share) : Number.NaN
  })
  const least = Math.max(leastBlocks, leastShare * kinds.length)
  const parts = components(map)
  const regions = parts
    .filter((blocks) => blocks.length >= least)
    .map((blocks) => regionOf(blocks, map, kinds, expected))
    .filter((region) => holds(region, map))
  const inParts = parts.reduce((sum, blocks) => sum + blocks.length, 0)
  const inRegions = regions.reduce((sum, { blocks }) => sum + blocks.length, 0)
  return inRegions >= leastInRegions * inParts ? regions.sort((a, b) => a.log10Nfa - b.log10Nfa) : []
}

function holds({ blocks, telling, compared, comparedInGaps, log10Nfa }: SingleRegion, map: DoubleQuantizationMap): boolean {
  if (compared < leastCompared * telling || comparedInGaps < 0.5 * map.gapShareOnce * compared || log10Nfa > mostLog10Nfa) return false
  return gapShareAround(blocks, map) - map.gapShareLeft <= mostAround * map.gapShareOnce
}

/** The share of gaps among the telling coefficients of the blocks around a region. */
function gapShareAround(blocks: readonly number[], { columns, rows, telling, inGaps }: DoubleQuantizationMap): number {
  const reached = new Uint8Array(columns * rows)
  for (const block of blocks) reached[block] = 1
  let edge = blocks
  let [all, gaps] = [0, 0]
  for (let distance = 1; distance <= far; distance++) {
    const next: number[] = []
    for (const block of edge) {
      for (const neighbour of neighbours(block, columns, rows)) {
        if (reached[neighbour] === 1) continue
        reached[neighbour] = 1
        next.push(neighbour)
        if (distance < near) continue
        all += telling[neighbour]!
        gaps += inGaps[neighbour]!
      }
    }
    edge = next
  }
  return all === 0 ? 0 : gaps / all
}

const kindCount = 16 * 4

/** What a block is compared by: its mean in sixteen levels, and how many of its coefficients are strong in four. */
function kindsOf({ strong }: DoubleQuantizationMap, { data, table }: Coefficients): Uint8Array {
  return Uint8Array.from(strong, (count, block) => {
    const mean = (data[block * 64]! * table[0]!) / 8 + 128
    const brightness = Math.max(0, Math.min(15, Math.floor(mean / 16)))
    const texture = count < 2 ? 0 : count < 4 ? 1 : count < 8 ? 2 : 3
    return 4 * brightness + texture
  })
}

function regionOf(
  blocks: number[],
  { columns, rows, telling, inGaps }: DoubleQuantizationMap,
  kinds: Uint8Array,
  expectedShares: Float64Array
): SingleRegion {
  const region: SingleRegion = { blocks, left: columns, top: rows, right: 0, bottom: 0, telling: 0, compared: 0, comparedInGaps: 0, log10Nfa: 0 }
  let expected = 0
  for (const block of blocks) {
    const [column, row] = [block % columns, Math.floor(block / columns)]
    region.left = Math.min(region.left, column)
    region.right = Math.max(region.right, column + 1)
    region.top = Math.min(region.top, row)
    region.bottom = Math.max(region.bottom, row + 1)
    region.telling += telling[block]!
    const share = expectedShares[kinds[block]!]!
    if (Number.isNaN(share)) continue
    region.compared += telling[block]!
    region.comparedInGaps += inGaps[block]!
    expected += telling[block]! * share
  }
  // A region could begin and end at any block; its shape follows from the map.
  const log10Tests = 2 * Math.log10(columns * rows)
  region.log10Nfa = log10Tests + log10HoeffdingBound(region.compared, region.comparedInGaps, expected / Math.max(1, region.compared))
  return region
}

/** The connected parts of what was quantised once. */
function components({ columns, rows, state }: DoubleQuantizationMap): number[][] {
  const left = Uint8Array.from(state, (value) => (value === 1 ? 1 : 0))
  const found: number[][] = []
  for (let start = 0; start < left.length; start++) {
    if (left[start] === 0) continue
    const blocks = [start]
    left[start] = 0
    for (let next = 0; next < blocks.length; next++) {
      for (const neighbour of neighbours(blocks[next]!, columns, rows)) {
        if (left[neighbour] === 0) continue
        left[neighbour] = 0
        blocks.push(neighbour)
      }
    }
    found.push(blocks)
  }
  return found
}

/** The up to four blocks beside, above and below one. */
function neighbours(block: number, columns: number, rows: number): number[] {
  const column = block % columns
  const beside: number[] = []
  if (column > 0) beside.push(block - 1)
  if (column + 1 < columns) beside.push(block + 1)
  if (block >= columns) beside.push(block - columns)
  if (block + columns < columns * rows) beside.push(block + columns)
  return beside
}
