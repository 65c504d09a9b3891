import type { Pixels } from '../image.ts'
import { blocksOf, greatestSum, type Blocks } from './blocks.ts'

/** Side of a cell, in blocks. */
const cellBlocks = 10
/** Bins of like brightness: noise grows with it. */
const mostBins = 24
/** Blocks in a bin, at least, or its quantiles mean little. */
const leastBinBlocks = 500
/** The share of a bin's blocks whose motif is the weakest: there, what is of high frequency is noise. */
const evenShare = 0.3
/** The share of those whose noise is the lowest. */
export const quietShare = 0.25
/** Below this variance, in squared levels, a block holds no noise but its rounding to whole levels, or none. */
const leastVariance = 0.02

/** The picture by cells: where the quietest of its even blocks are. The same counts for every channel are added, and divided by their number. */
export interface NoiseCells {
  columns: number
  rows: number
  /** Side of a cell, in pixels. */
  side: number
  /** Even blocks in each cell. */
  even: Float32Array
  /** Those among the quietest of their bin. */
  quiet: Float32Array
  /** Sum over the even blocks of the logarithm (base 2) of their noise's standard deviation against their bin's median. */
  octaves: Float32Array
  /** Share of the picture's blocks that have noise to be looked at. */
  usable: number
}

/**
 * Noisesniffer's two lists (M. Gardella, P. Musé, J.-M. Morel & M. Colom 2021, 2024): in bins of like brightness the blocks with the
 * least motif, and of these the ones with the least noise. In a picture of one piece the second lie among the first as by chance.
 */
export function noiseCells(pixels: Pixels): NoiseCells {
  const channels = blocksOf(pixels)
  const [{ columns: blockColumns, rows: blockRows, step }] = channels
  const [columns, rows] = [Math.ceil(blockColumns / cellBlocks), Math.ceil(blockRows / cellBlocks)]
  const of = () => new Float32Array(columns * rows)
  const cells: NoiseCells = { columns, rows, side: step * cellBlocks, even: of(), quiet: of(), octaves: of(), usable: 0 }
  const weight = 1 / channels.length
  for (const blocks of channels) {
    const bins = binsOf(blocks)
    cells.usable += bins.reduce((sum, bin) => sum + bin.length, 0) / Math.max(1, blockColumns * blockRows) * weight
    for (const bin of bins) {
      const even = leastOf(bin, blocks.motif, evenShare)
      const variances = valuesOf(even, blocks.noise).sort()
      const [limit, median] = [variances[Math.floor(variances.length * quietShare)]!, variances[variances.length >> 1]!]
      for (let index = 0; index < even.length; index++) {
        const block = even[index]!
        const variance = blocks.noise[block]!
        const cell = Math.floor(Math.floor(block / blockColumns) / cellBlocks) * columns + Math.floor((block % blockColumns) / cellBlocks)
        cells.even[cell]! += weight
        if (variance < limit) cells.quiet[cell]! += weight
        cells.octaves[cell]! += (weight * Math.log2(variance / median)) / 2
      }
    }
  }
  return cells
}

/** Blocks with noise, in bins of equal numbers by their mean. */
function binsOf({ sums, motif, noise }: Blocks): Uint32Array[] {
  // A counting sort by the sum of the levels: after counting, where those of each sum begin.
  const starts = new Uint32Array(greatestSum + 2)
  const isCounted = (block: number) => sums[block]! >= 0 && noise[block]! >= leastVariance && motif[block]! >= leastVariance
  for (let block = 0; block < sums.length; block++) if (isCounted(block)) starts[sums[block]! + 1]!++
  for (let sum = 1; sum < starts.length; sum++) starts[sum]! += starts[sum - 1]!
  const count = starts[greatestSum + 1]!
  const order = new Uint32Array(count)
  for (let block = 0; block < sums.length; block++) if (isCounted(block)) order[starts[sums[block]!]!++] = block

  const bins = Math.min(mostBins, Math.floor(count / leastBinBlocks))
  return Array.from({ length: bins }, (_, bin) => order.subarray(Math.floor((bin * count) / bins), Math.floor(((bin + 1) * count) / bins)))
}

/** The share of the blocks with the least of something. */
function leastOf(blocks: Uint32Array, amount: Float32Array, share: number): Uint32Array {
  const limit = valuesOf(blocks, amount).sort()[Math.floor(blocks.length * share)]!
  const least = new Uint32Array(blocks.length)
  let count = 0
  for (let index = 0; index < blocks.length; index++) if (amount[blocks[index]!]! < limit) least[count++] = blocks[index]!
  return least.subarray(0, count)
}

function valuesOf(blocks: Uint32Array, amount: Float32Array): Float32Array {
  const values = new Float32Array(blocks.length)
  for (let index = 0; index < blocks.length; index++) values[index] = amount[blocks[index]!]!
  return values
}
