import { log10HoeffdingBound } from '../binomialTail.ts'
import { quietShare, type NoiseCells } from './noiseCells.ts'

/** A part of the picture, in one piece, where more of the quietest blocks are than would lie there by chance. */
export interface NoiseRegion {
  cells: number[]
  /** log10 of the expected number of such regions if the quietest blocks lay anywhere: the model's figure, no photograph's. */
  log10ModelNfa: number
  /** Its noise (standard deviation) as a multiple of that of like even surfaces in the whole picture. */
  ratio: number
}

/** Even blocks in a cell, at least, to begin or to join a region. */
const leastEven = 3
/** log10 of a cell's own probability with which a region can begin. */
const seedProbability = -2
/** log10 of the growth of the number of connected figures with each cell (polyominoes; I. Jensen 2003). */
const log10Growth = Math.log10(4.0626)
const maxRegions = 20

/**
 * Grows regions from the most improbable cells, always by the neighbour that makes them the most improbable, as Noisesniffer does (2024).
 * Each cell belongs to one region at most; there are few cells (a thousand at most), whatever the picture.
 */
export function noiseRegions(cells: NoiseCells, log10Threshold: number): NoiseRegion[] {
  const { columns, rows, even, quiet } = cells
  const evenCells = even.reduce((sum, count) => sum + (count >= leastEven ? 1 : 0), 0)
  const nfaOf = (size: number, trials: number, hits: number) =>
    Math.log10(Math.max(1, evenCells)) + size * log10Growth - Math.log10(size) + log10HoeffdingBound(trials, hits, quietShare)

  const tails = Float64Array.from(even, (count, cell) => (count < leastEven ? 0 : log10HoeffdingBound(count, quiet[cell]!, quietShare)))
  const seeds = [...tails.keys()].filter((cell) => tails[cell]! <= seedProbability).sort((a, b) => tails[a]! - tails[b]!)
  const taken = new Uint8Array(columns * rows)
  const regions: NoiseRegion[] = []
  for (const seed of seeds) {
    if (taken[seed] === 1) continue
    if (regions.length === maxRegions) break
    const region = grown(seed)
    if (region.log10ModelNfa <= log10Threshold) regions.push(region)
  }
  return regions.sort((a, b) => a.log10ModelNfa - b.log10ModelNfa)

  function grown(seed: number): NoiseRegion {
    const members = [seed]
    taken[seed] = 1
    let [trials, hits] = [even[seed]!, quiet[seed]!]
    let nfa = nfaOf(1, trials, hits)
    const border = new Set(neighboursOf(seed, columns, rows))
    for (;;) {
      let best: { cell: number; nfa: number } | undefined
      for (const cell of border) {
        if (taken[cell] === 1 || even[cell]! < leastEven) {
          border.delete(cell)
          continue
        }
        const joined = nfaOf(members.length + 1, trials + even[cell]!, hits + quiet[cell]!)
        if (joined < (best?.nfa ?? nfa)) best = { cell, nfa: joined }
      }
      if (best === undefined) return { cells: members, log10ModelNfa: nfa, ratio: ratioOf(members, cells) }
      members.push(best.cell)
      taken[best.cell] = 1
      for (const neighbour of neighboursOf(best.cell, columns, rows)) border.add(neighbour)
      trials += even[best.cell]!
      hits += quiet[best.cell]!
      nfa = best.nfa
    }
  }
}

/** The geometric mean over the even blocks. */
function ratioOf(region: readonly number[], { even, octaves }: NoiseCells): number {
  let [sum, count] = [0, 0]
  for (const cell of region) {
    sum += octaves[cell]!
    count += even[cell]!
  }
  return 2 ** (sum / count)
}

function neighboursOf(cell: number, columns: number, rows: number): number[] {
  const [x, y] = [cell % columns, Math.floor(cell / columns)]
  return [x > 0 ? cell - 1 : -1, x < columns - 1 ? cell + 1 : -1, y > 0 ? cell - columns : -1, y < rows - 1 ? cell + columns : -1].filter((one) => one >= 0)
}
