import type { Pixels } from '../image.ts'
import type { Luma } from '../luma.ts'

/** The blocks of one grid, `rows × columns`, row-major, and how well each fits the quantization that most of them went through. */
export interface BlockFits {
  /** Of the first whole block's upper left corner, in pixels, 0–7. */
  left: number
  top: number
  columns: number
  rows: number
  /** How many coefficients of each block tell something. 0 for a block that is even, or where a channel was cut off at 0 or 255. */
  told: Uint8Array
  /** Sum over them of cos(2π c / q), c a coefficient and q its quantiser: 1 for a multiple, on average 0 for what was never quantised. */
  fit: Float32Array
  /** What kind of block it is, by its mean luminance, its energy and its colour: each below `kinds`. */
  brightness: Uint8Array
  activity: Uint8Array
  colour: Uint8Array
}

export const kinds = 25

/** Of the DCT's coefficients those with u + v ≤ 5, without the mean: higher ones are zero nearly everywhere. */
const frequencies = Array.from({ length: 36 }, (_, at) => ({ u: at % 6, v: Math.floor(at / 6) })).filter(({ u, v }) => u + v > 0 && u + v <= 5)
/** `cosines[8 * u + x]`: the basis of the 8-point DCT, as ITU-T T.81 (A.3.3) scales it. */
const cosines = Float64Array.from({ length: 48 }, (_, at) => {
  const [u, x] = [at >> 3, at & 7]
  return ((u === 0 ? Math.SQRT1_2 : 1) / 2) * Math.cos(((2 * x + 1) * u * Math.PI) / 16)
})
/** In less lively blocks (sum of squares about the mean) the rounding of the pixels follows the pattern, and adds up. */
const leastEnergy = 256
/** A coefficient that was quantised to zero says little, and one that rounding alone may have made says nothing. */
const leastMagnitude = 1.5
const sampledBlocks = 20_000

/**
 * Whether the blocks of a decoded JPEG were quantised as the most of them: their DCT coefficients are then multiples of the quantiser,
 * but for the rounding of the pixels (about 0.45 for each coefficient; Fan & de Queiroz, "Identification of Bitmap Compression
 * History", 2003). The quantisers are those that most coefficients are multiples of.
 *
 * About 10 ns a pixel.
 *
 * @param grid 8 y + x of the grid's origin
 * @returns undefined where no quantiser can be told: steps of 1, or no such grid
 */
export function quantizationFit(luma: Luma, pixels: Pixels, grid: number): BlockFits | undefined {
  const [left, top] = [grid & 7, grid >> 3]
  const [columns, rows] = [(luma.width - left) >> 3, (luma.height - top) >> 3]
  const cornerOf = (block: number) => (top + 8 * Math.floor(block / columns)) * luma.width + left + 8 * (block % columns)
  const coefficients = new Float64Array(frequencies.length)
  const quantizers = quantizersOf(sampledMagnitudes(luma, columns * rows, cornerOf))
  if (quantizers.every((quantizer) => quantizer === 0)) return undefined

  const blocks = columns * rows
  const fits: BlockFits = {
    left,
    top,
    columns,
    rows,
    told: new Uint8Array(blocks),
    fit: new Float32Array(blocks),
    brightness: new Uint8Array(blocks),
    activity: new Uint8Array(blocks),
    colour: new Uint8Array(blocks)
  }
  for (let block = 0; block < blocks; block++) {
    const energy = transform(luma, cornerOf(block), coefficients)
    if (energy < leastEnergy) continue
    let [told, fit] = [0, 0]
    for (const [at, quantizer] of quantizers.entries()) {
      const magnitude = Math.abs(coefficients[at]!)
      if (quantizer === 0 || magnitude < Math.max(leastMagnitude, quantizer / 2)) continue
      told++
      fit += Math.cos((2 * Math.PI * magnitude) / quantizer)
    }
    const colour = told === 0 ? undefined : colourOf(pixels, cornerOf(block))
    if (colour === undefined) continue
    fits.told[block] = told
    fits.fit[block] = fit
    fits.brightness[block] = colour.brightness
    fits.activity[block] = Math.min(kinds - 1, Math.log2(energy))
    fits.colour[block] = colour.colour
  }
  return fits
}

const across = new Float64Array(48)

/** The coefficients of the block at a pixel, in the order of `frequencies`. Returns the sum of squares about the mean. */
function transform({ data, width }: Luma, corner: number, coefficients: Float64Array): number {
  let [sum, squares] = [0, 0]
  for (let y = 0; y < 8; y++) {
    const at = corner + y * width
    const [p0, p1, p2, p3, p4, p5, p6, p7] = [data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!, data[at + 4]!, data[at + 5]!, data[at + 6]!, data[at + 7]!]
    sum += p0 + p1 + p2 + p3 + p4 + p5 + p6 + p7
    squares += p0 * p0 + p1 * p1 + p2 * p2 + p3 * p3 + p4 * p4 + p5 * p5 + p6 * p6 + p7 * p7
    // Even rows of the basis are symmetric, odd ones antisymmetric.
    const [s0, s1, s2, s3] = [p0 + p7, p1 + p6, p2 + p5, p3 + p4]
    const [d0, d1, d2, d3] = [p0 - p7, p1 - p6, p2 - p5, p3 - p4]
    across[y] = (s0 + s1 + s2 + s3) * cosines[0]!
    across[8 + y] = d0 * cosines[8]! + d1 * cosines[9]! + d2 * cosines[10]! + d3 * cosines[11]!
    across[16 + y] = s0 * cosines[16]! + s1 * cosines[17]! + s2 * cosines[18]! + s3 * cosines[19]!
    across[24 + y] = d0 * cosines[24]! + d1 * cosines[25]! + d2 * cosines[26]! + d3 * cosines[27]!
    across[32 + y] = s0 * cosines[32]! + s1 * cosines[33]! + s2 * cosines[34]! + s3 * cosines[35]!
    across[40 + y] = d0 * cosines[40]! + d1 * cosines[41]! + d2 * cosines[42]! + d3 * cosines[43]!
  }
  for (let at = 0; at < frequencies.length; at++) {
    const { u, v } = frequencies[at]!
    let coefficient = 0
    for (let y = 0; y < 8; y++) coefficient += across[8 * u + y]! * cosines[8 * v + y]!
    coefficients[at] = coefficient
  }
  return squares - sum ** 2 / 64
}

/** Magnitudes are counted in steps of a quarter, up to 512. */
const stepsOfOne = 4
const steps = 2048

/** For each frequency how many coefficients have which magnitude, in lively blocks all over the picture. */
function sampledMagnitudes(luma: Luma, blocks: number, cornerOf: (block: number) => number): Uint32Array[] {
  const magnitudes = frequencies.map(() => new Uint32Array(steps))
  const coefficients = new Float64Array(frequencies.length)
  for (let block = 0; block < blocks; block += Math.floor(blocks / sampledBlocks) | 1) {
    if (transform(luma, cornerOf(block), coefficients) < leastEnergy) continue
    for (const [at, counts] of magnitudes.entries()) {
      const step = Math.round(stepsOfOne * Math.abs(coefficients[at]!))
      if (step < steps) counts[step]!++
    }
  }
  return magnitudes
}

const mostQuantizer = 100
/** A quantiser is known if so many coefficients speak for it, and fit it this well on average: 2 is fitted to 0.4, 3 to 0.65. */
const leastCoefficients = 150
const leastFit = 0.3

/** For each frequency the quantiser that its coefficients fit best, 0 for none. */
function quantizersOf(magnitudes: readonly Uint32Array[]): number[] {
  return magnitudes.map((counts) => {
    let [best, most] = [0, leastFit]
    for (let quantizer = 2; quantizer <= mostQuantizer; quantizer++) {
      let [told, fit] = [0, 0]
      for (let step = stepsOfOne * Math.max(leastMagnitude, quantizer / 2); step < steps; step++) {
        if (counts[step] === 0) continue
        told += counts[step]!
        fit += counts[step]! * Math.cos((2 * Math.PI * step) / stepsOfOne / quantizer)
      }
      if (told >= leastCoefficients && fit / told > most) [best, most] = [quantizer, fit / told]
    }
    return best
  })
}

/** What a block looks like, roughly; undefined where a channel was cut off, which no coefficient outlives. */
function colourOf({ data, width }: Pixels, corner: number): { brightness: number; colour: number } | undefined {
  let [red, green, blue] = [0, 0, 0]
  for (let y = 0; y < 8; y++) {
    const from = 3 * (corner + y * width)
    for (let at = from; at < from + 24; at += 3) {
      const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!]
      if (r === 0 || r === 255 || g === 0 || g === 255 || b === 0 || b === 255) return undefined
      red += r
      green += g
      blue += b
    }
  }
  const luminance = (0.299 * red + 0.587 * green + 0.114 * blue) / 64
  return { brightness: luminance >> 4, colour: 5 * tint(blue / 64 - luminance) + tint(red / 64 - luminance) }
}

/** 0–4 for a difference of a channel from the luminance, in levels. */
function tint(difference: number): number {
  return [-24, -6, 6, 24].filter((limit) => difference > limit).length
}
