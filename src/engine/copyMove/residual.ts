import type { Luma } from '../luma.ts'

/** Pixels around a patch that its filter needs. */
export const reach = 4

/**
 * The fine detail of a square patch: smoothed over 3 pixels, less the mean over 9. Noise of the sensor and texture are in it, light and shade are
 * not. Scratch space is kept between patches, so one reader serves one detection.
 *
 * @param side of the patch, in pixels
 */
export function residualReader({ data, width, height }: Luma, side: number) {
  const wide = side + 2 * reach
  const sampled = new Float32Array(wide * wide)
  const sums = new Float32Array(wide * wide)
  const fine = new Float32Array(wide * wide)

  /** Box sums over `2 × radius + 1` pixels of what lies `inset` or more inside of the scratch square. */
  const box = (values: Float32Array, target: Float32Array, radius: number, inset: number) => {
    const [from, to] = [inset, wide - inset]
    const share = 1 / (2 * radius + 1)
    for (let y = from - radius; y < to + radius; y++) {
      const row = y * wide
      let sum = 0
      for (let x = from - radius; x < from + radius; x++) sum += values[row + x]!
      for (let x = from; x < to; x++) {
        sum += values[row + x + radius]!
        sums[row + x] = sum * share
        sum -= values[row + x - radius]!
      }
    }
    for (let x = from; x < to; x++) {
      let sum = 0
      for (let y = from - radius; y < from + radius; y++) sum += sums[y * wide + x]!
      for (let y = from; y < to; y++) {
        sum += sums[(y + radius) * wide + x]!
        target[y * wide + x] = sum * share
        sum -= sums[(y - radius) * wide + x]!
      }
    }
  }

  /**
   * Reads the patch whose pixel (i, j) lies at (x + a·i − b·j, y + b·i + a·j), between pixels by bilinear interpolation.
   *
   * @returns false where the patch leaves the picture
   */
  return (target: Float32Array, x: number, y: number, a = 1, b = 0): boolean => {
    const [startX, startY] = [x - reach * a + reach * b, y - reach * b - reach * a]
    for (const i of [0, wide - 1]) {
      for (const j of [0, wide - 1]) {
        const [cornerX, cornerY] = [startX + a * i - b * j, startY + b * i + a * j]
        if (!(cornerX >= 0 && cornerY >= 0 && cornerX <= width - 1 && cornerY <= height - 1)) return false
      }
    }
    if (a === 1 && b === 0 && Number.isInteger(startX) && Number.isInteger(startY)) {
      for (let j = 0; j < wide; j++) {
        for (let i = 0, at = (startY + j) * width + startX, to = j * wide; i < wide; i++) sampled[to + i] = data[at + i]!
      }
    } else {
      for (let j = 0, to = 0; j < wide; j++) {
        for (let i = 0; i < wide; i++, to++) {
          const [placeX, placeY] = [startX + a * i - b * j, startY + b * i + a * j]
          const [column, row] = [Math.min(width - 2, Math.floor(placeX)), Math.min(height - 2, Math.floor(placeY))]
          const [right, below, at] = [placeX - column, placeY - row, row * width + column]
          const upper = data[at]! + right * (data[at + 1]! - data[at]!)
          const lower = data[at + width]! + right * (data[at + width + 1]! - data[at + width]!)
          sampled[to] = upper + below * (lower - upper)
        }
      }
    }
    box(sampled, fine, 1, 1)
    box(fine, sampled, 3, reach)
    for (let j = 0; j < side; j++) {
      for (let i = 0, at = (j + reach) * wide + reach, to = j * side; i < side; i++) target[to + i] = fine[at + i]! - sampled[at + i]!
    }
    return true
  }
}
