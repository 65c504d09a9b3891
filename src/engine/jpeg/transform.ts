import type { Luma } from '../luma.ts'

/** `cosines[8 * u + x]`: the basis of the 8-point DCT, as ITU-T T.81 (A.3.3) scales it. */
const cosines = Float64Array.from({ length: 64 }, (_, index) => {
  const [u, x] = [index >> 3, index & 7]
  return ((u === 0 ? Math.SQRT1_2 : 1) / 2) * Math.cos(((2 * x + 1) * u * Math.PI) / 16)
})

/** How far the calibration's grid is moved, in pixels, both ways: to where it has least in common with the file's own. */
const shift = 4

/**
 * The picture's DCT coefficients as they would be had it never been quantised, nearly: taken from a grid that is moved by half a block, in
 * which the traces of compression do not line up (Fridrich, Goljan & Hogea 2002; Bianchi, De Rosa & Piva 2011).
 *
 * @param frequencies in natural order, each with u and v below 6
 * @param most how many blocks are looked at, evenly over the picture
 * @returns for each frequency the magnitudes of its coefficients, not quantised
 */
export function calibrationMagnitudes({ data, width, height }: Luma, frequencies: readonly number[], most: number): Float32Array[] {
  const [columns, rows] = [Math.floor((width - shift) / 8), Math.floor((height - shift) / 8)]
  if (columns < 1 || rows < 1) return frequencies.map(() => new Float32Array(0))
  const step = coprimeStep(Math.max(1, Math.ceil((columns * rows) / most)), columns)
  const magnitudes = frequencies.map(() => new Float32Array(Math.ceil((columns * rows) / step)))
  const across = new Float64Array(48)
  for (let block = 0, index = 0; block < columns * rows; block += step, index++) {
    const from = (shift + 8 * Math.floor(block / columns)) * width + shift + 8 * (block % columns)
    for (let y = 0; y < 8; y++) {
      for (let u = 0; u < 6; u++) {
        let sum = 0
        for (let x = 0; x < 8; x++) sum += data[from + y * width + x]! * cosines[8 * u + x]!
        across[6 * y + u] = sum
      }
    }
    for (let at = 0; at < frequencies.length; at++) {
      const [u, v] = [frequencies[at]! & 7, frequencies[at]! >> 3]
      let sum = 0
      for (let y = 0; y < 8; y++) sum += across[6 * y + u]! * cosines[8 * v + y]!
      magnitudes[at]![index] = Math.abs(sum)
    }
  }
  return magnitudes
}

/** Every n-th block of a grid is taken, where n has no factor in common with a row's length, so that no column is preferred. */
export function coprimeStep(step: number, columns: number): number {
  for (let tried = step; tried < step + 64; tried++) if (greatestDivisor(tried, columns) === 1) return tried
  return step
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
