import type { Grid } from '../evidencePictures.ts'
import { standardTable } from '../quantization.ts'
import type { Coefficients } from './coefficients.ts'
import { lowFrequencies } from './firstQuantization.ts'

/** A part of the picture that was once saved at a lower quality, which the rest of it was not. */
export interface LocalGhost {
  /** Of IJG's scale, in steps of five. */
  quality: number
  /** By tile: 0 where the coefficients fit that quality or tell nothing, to 255 where they are as far from it as chance leaves them. */
  map: Grid<Uint8Array>
  /** The part's share of the tiles that tell something. */
  share: number
  /** How far the coefficients are from multiples of that quality's steps, in the part and in the rest; 0.5 is what chance gives. */
  misfitWithin: number
  misfitAround: number
  /** Bounding box, in blocks; right and bottom are the first ones behind it. */
  left: number
  top: number
  right: number
  bottom: number
}

/** IJG's qualities that are tried. The steps of higher ones are too small to be told from those of the last save. */
const qualities = Array.from({ length: 11 }, (_, index) => 40 + 5 * index)
/** A tile's side, in blocks: as in the paper, means over 16 × 16 pixels. */
const tileBlocks = 2
/** Tiles of a picture at most. Those of larger pictures are larger, and four blocks of each are looked at. */
const maxTiles = 4_000
/** A frequency tells something where the earlier step is at least so many times the last, … */
const leastRatio = 1.8
/** … and a quality where so many frequencies do. */
const leastFrequencies = 6
/** Magnitudes that are looked at, in steps of the last save. */
const mostMagnitude = 255
/** So many coefficients of a tile and of those around it make its misfit known. */
const leastCount = 20
/** A tile fits where its misfit is at most this share of the picture's. */
const fittingShare = 0.5
/** The whole picture was saved at some quality before where its misfit is below: what its parts are near to is then no news. */
const wholeMisfit = 0.15
/** A part has so many tiles with so many coefficients, and between these shares of the tiles that tell something. */
const leastTiles = 24
const leastCountWithin = 400
const leastPartShare = 0.01
const mostPartShare = 0.5
/** Its misfit is at most this share of the rest's, and less by so much: the rest has what chance gives, 0.5, or 0.25 where earlier steps are twice the last. */
const mostMisfitWithin = 0.3
const leastDifference = 0.22

/**
 * Looks for the JPEG ghost of a part (Farid 2009): for each of a range of qualities, how far the coefficients are from multiples of its
 * steps, and whether they are so close in one part of the picture as only a save at that quality leaves them. It is the paper's difference
 * to a copy that is saved again at that quality, without saving it, on the file's own grid of 8×8 blocks: a part whose blocks don't lie on that
 * grid, or that was saved with other tables than IJG's, has no ghost here.
 *
 * @returns the clearest; undefined where no part stands out
 */
export function findLocalGhost(coefficients: Coefficients): LocalGhost | undefined {
  const telling = qualities.filter((quality) => frequenciesFor(quality, coefficients).length >= leastFrequencies)
  const tried = misfitsOf(coefficients, telling)
  if (tried.some((misfits) => meanOf(misfits) < wholeMisfit)) return undefined
  const ghosts = tried.flatMap((misfits, index) => ghostIn(misfits, telling[index]!, coefficients))
  return ghosts.sort((a, b) => a.misfitWithin / a.misfitAround - b.misfitWithin / b.misfitAround)[0]
}

function frequenciesFor(quality: number, { table }: Coefficients): number[] {
  const earlier = standardTable('luminance', quality)
  return lowFrequencies.filter((frequency) => earlier[frequency]! >= leastRatio * table[frequency]!)
}

/** Sums of misfits by tile, and of how many coefficients. */
interface Misfits {
  sums: Float32Array
  counts: Uint16Array
  width: number
  height: number
  /** In blocks. */
  side: number
}

function meanOf({ sums, counts }: Misfits): number {
  let [sum, count] = [0, 0]
  for (let tile = 0; tile < sums.length; tile++) {
    sum += sums[tile]!
    count += counts[tile]!
  }
  return sum / Math.max(1, count)
}

function misfitsOf(coefficients: Coefficients, tried: readonly number[]): Misfits[] {
  const { data, columns, rows } = coefficients
  const side = Math.max(tileBlocks, Math.ceil(Math.sqrt((columns * rows) / maxTiles)))
  const [width, height] = [Math.ceil(columns / side), Math.ceil(rows / side)]
  // By tile, and there by quality: what one coefficient adds to stands side by side.
  const sums = new Float32Array(width * height * tried.length)
  const counts = new Uint16Array(width * height * tried.length)
  const tables = lowFrequencies.map((frequency) => misfitTable(frequency, tried, coefficients))
  for (let row = 0; row < rows; row += row % side === tileBlocks - 1 ? side - tileBlocks + 1 : 1) {
    for (let column = 0; column < columns; column += column % side === tileBlocks - 1 ? side - tileBlocks + 1 : 1) {
      const block = (row * columns + column) * 64
      const tile = (Math.floor(row / side) * width + Math.floor(column / side)) * tried.length
      for (let index = 0; index < lowFrequencies.length; index++) {
        const magnitude = Math.abs(data[block + lowFrequencies[index]!]!)
        if (magnitude === 0 || magnitude > mostMagnitude) continue
        const table = tables[index]!
        const from = magnitude * tried.length
        for (let at = 0; at < tried.length; at++) {
          const misfit = table[from + at]!
          if (misfit < 0) continue
          sums[tile + at]! += misfit
          counts[tile + at]!++
        }
      }
    }
  }
  return tried.map((_, at) => {
    const misfits = { sums: new Float32Array(width * height), counts: new Uint16Array(width * height), width, height, side }
    for (let tile = 0; tile < width * height; tile++) {
      misfits.sums[tile] = sums[tile * tried.length + at]!
      misfits.counts[tile] = counts[tile * tried.length + at]!
    }
    return misfits
  })
}

/**
 * By magnitude, and there by quality: how far a coefficient is from a multiple of the earlier step, beside half a last step that the last save
 * moved it by; 0 where it fits, 1 half-way between two. -1 where it tells nothing: a small one is near 0 in whatever was blurred.
 */
function misfitTable(frequency: number, tried: readonly number[], coefficients: Coefficients): Float32Array {
  const last = coefficients.table[frequency]!
  const misfits = new Float32Array((mostMagnitude + 1) * tried.length).fill(-1)
  for (const [at, quality] of tried.entries()) {
    const earlier = standardTable('luminance', quality)[frequency]!
    if (earlier < leastRatio * last) continue
    for (let magnitude = Math.ceil(earlier / 2 / last); magnitude <= mostMagnitude; magnitude++) {
      const value = magnitude * last
      const distance = Math.abs(value - earlier * Math.round(value / earlier))
      misfits[magnitude * tried.length + at] = Math.max(0, distance - last / 2) / ((earlier - last) / 2)
    }
  }
  return misfits
}

function ghostIn(misfits: Misfits, quality: number, { columns, rows }: Coefficients): LocalGhost[] {
  const { width, height, side } = misfits
  const { sums, counts } = smoothed(misfits)
  const mean = meanOf(misfits)
  const fits = new Uint8Array(sums.length)
  let known = 0
  for (let tile = 0; tile < sums.length; tile++) {
    if (counts[tile]! < leastCount) continue
    known++
    if (sums[tile]! <= fittingShare * mean * counts[tile]!) fits[tile] = 1
  }
  const part = largestPart(fits, width, height)
  if (part.length < leastTiles || part.length < leastPartShare * known || part.length > mostPartShare * known) return []

  let [within, countWithin, around, countAround] = [0, 0, 0, 0]
  const isPart = new Uint8Array(sums.length)
  const box = { left: width, top: height, right: 0, bottom: 0 }
  for (const tile of part) {
    isPart[tile] = 1
    const [x, y] = [tile % width, Math.floor(tile / width)]
    box.left = Math.min(box.left, x)
    box.right = Math.max(box.right, x + 1)
    box.top = Math.min(box.top, y)
    box.bottom = Math.max(box.bottom, y + 1)
  }
  for (let tile = 0; tile < sums.length; tile++) {
    if (isPart[tile] === 1) [within, countWithin] = [within + misfits.sums[tile]!, countWithin + misfits.counts[tile]!]
    else [around, countAround] = [around + misfits.sums[tile]!, countAround + misfits.counts[tile]!]
  }
  const misfitWithin = within / Math.max(1, countWithin)
  const misfitAround = around / Math.max(1, countAround)
  if (countWithin < leastCountWithin) return []
  if (misfitAround - misfitWithin < leastDifference || misfitWithin > mostMisfitWithin * misfitAround) return []
  const levels = Uint8Array.from(sums, (value, tile) => (counts[tile]! < leastCount ? 0 : Math.min(255, Math.round((2 * 255 * value) / counts[tile]!))))
  return [
    {
      quality,
      map: { data: levels, width, height },
      share: part.length / known,
      misfitWithin,
      misfitAround,
      left: box.left * side,
      top: box.top * side,
      right: Math.min(columns, box.right * side),
      bottom: Math.min(rows, box.bottom * side)
    }
  ]
}

/** Sums over each tile and the eight around it. */
function smoothed({ sums, counts, width, height }: Misfits): { sums: Float32Array; counts: Uint32Array } {
  const wide = { sums: new Float32Array(sums.length), counts: new Uint32Array(sums.length) }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [sum, count] = [0, 0]
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let tile = row * width + Math.max(0, x - 1); tile <= row * width + Math.min(width - 1, x + 1); tile++) {
          sum += sums[tile]!
          count += counts[tile]!
        }
      }
      wide.sums[y * width + x] = sum
      wide.counts[y * width + x] = count
    }
  }
  return wide
}

/** The largest connected part, as indices of its tiles. */
function largestPart(marked: Uint8Array, width: number, height: number): number[] {
  const left = Uint8Array.from(marked)
  let largest: number[] = []
  for (let start = 0; start < left.length; start++) {
    if (left[start] === 0) continue
    const part = [start]
    left[start] = 0
    for (let next = 0; next < part.length; next++) {
      const tile = part[next]!
      const [x, y] = [tile % width, Math.floor(tile / width)]
      const beside = [x > 0 ? tile - 1 : -1, x + 1 < width ? tile + 1 : -1, y > 0 ? tile - width : -1, y + 1 < height ? tile + width : -1]
      for (const neighbour of beside) {
        if (neighbour < 0 || left[neighbour] === 0) continue
        left[neighbour] = 0
        part.push(neighbour)
      }
    }
    if (part.length > largest.length) largest = part
  }
  return largest
}
