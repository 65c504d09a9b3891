import type { Luma } from '../luma.ts'

/** Pixels read for each direction. */
const maxPixelsRead = 1_000_000

/** Predictability by a residual's magnitude in quarters of a level. */
const predictabilityOf = Float64Array.from({ length: 17 }, (_, quarters) => Math.exp(-((quarters / 4) ** 2)))

/**
 * How well each column (or row) of a picture is predicted by its neighbours: M. Kirchner's map with fixed weights ("Fast and Reliable
 * Resampling Detection by Spectral Analysis of Fixed Linear Predictor Residue", 2008), summed along the other direction, where a resized
 * picture repeats the same phase. A part of the lines is read, evenly.
 *
 * @returns a value for each column (or row) but the first and the last, 0 to `lines`, and how many lines were read
 */
export function predictability({ data, width, height }: Luma, direction: 'columns' | 'rows'): { profile: Float64Array; lines: number } {
  const across = direction === 'columns'
  const [length, count] = across ? [width, height] : [height, width]
  const [along, aside] = across ? [1, width] : [width, 1]
  const everyLine = Math.max(1, Math.ceil((width * height) / maxPixelsRead))
  const profile = new Float64Array(Math.max(0, length - 2))
  let lines = 0
  for (let line = 1; line < count - 1; line += everyLine, lines++) {
    let at = line * aside + along
    // Sums of three pixels across the line with weights 1 −2 1: the residual is their second difference along the line, a quarter of it.
    let before = data[at - along - aside]! - 2 * data[at - along]! + data[at - along + aside]!
    let here = data[at - aside]! - 2 * data[at]! + data[at + aside]!
    for (let index = 0; index < profile.length; index++, at += along) {
      const next = at + along
      const after = data[next - aside]! - 2 * data[next]! + data[next + aside]!
      const quarters = Math.abs(before - 2 * here + after)
      if (quarters < predictabilityOf.length) profile[index]! += predictabilityOf[quarters]!
      before = here
      here = after
    }
  }
  return { profile, lines }
}
