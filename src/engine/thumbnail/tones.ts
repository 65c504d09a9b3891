import { median, normalEquations, tukey } from './leastSquares.ts'
import type { Bounds, Planes } from './planes.ts'

/** Standard deviation of the chrominance, in levels, below which a picture is grey or of one tint. */
const greySpread = 1.5

function spreadOf(plane: Float32Array): number {
  const centre = plane.reduce((sum, value) => sum + value, 0) / plane.length
  return Math.sqrt(plane.reduce((sum, value) => sum + (value - centre) ** 2, 0) / plane.length)
}

/** Until nothing changes any more that could be seen. */
const fittingRounds = 5

/** Fits the picture's tones to the thumbnail's: a cubic curve for luminance, colours by a linear map. */
export function fitTones(seen: Planes, shown: Planes, bounds: Bounds): Planes {
  const [y, cb, cr] = shown.planes
  const featuresOf = (at: number, row: Float64Array) => {
    const level = y[at]! / 128 - 1
    row[0] = 1
    row[1] = level
    row[2] = level * level
    row[3] = level * level * level
    row[4] = cb[at]! / 64
    row[5] = cr[at]! / 64
  }
  const row = new Float64Array(6)
  // What was made black and white has no colours to be compared.
  const isGrey = [seen, shown].some((one) => spreadOf(one.planes[1]) < greySpread && spreadOf(one.planes[2]) < greySpread)
  if (isGrey) for (const one of [seen, shown]) for (const plane of one.planes.slice(1)) plane.fill(0)
  const sampled: number[] = []
  for (let at = bounds.top; at < bounds.bottom; at += 2) {
    for (let x = bounds.left; x < bounds.right; x += 2) if (shown.clipped[at * seen.width + x]! <= mostClipped) sampled.push(at * seen.width + x)
  }
  const fitted = (plane: Float32Array, start: Float32Array) => {
    let solution: Float64Array | undefined
    const tone = (at: number) => {
      if (solution === undefined) return start[at]!
      featuresOf(at, row)
      return row.reduce((sum, feature, index) => sum + feature * solution![index]!, 0)
    }
    for (let round = 0; round < fittingRounds; round++) {
      const residuals = sampled.map((at) => plane[at]! - tone(at))
      const scale = 1.5 + 4.685 * 1.4826 * median(residuals.map(Math.abs))
      const system = normalEquations(6)
      for (const [index, at] of sampled.entries()) {
        const weight = tukey(residuals[index]! / scale)
        if (weight === 0) continue
        featuresOf(at, row)
        system.add(row, plane[at]!, weight)
      }
      solution = system.solve(1) ?? solution
    }
    return start.map((_, at) => tone(at))
  }
  const planes: Planes['planes'] = [fitted(seen.planes[0], shown.planes[0]), fitted(seen.planes[1], shown.planes[1]), fitted(seen.planes[2], shown.planes[2])]
  allowForClipping(seen, planes, shown)
  return { ...shown, planes }
}

/** Of a pixel and its neighbours, so much may be clipped, and its tones still be told. */
const mostClipped = 0.1

/** What was made lighter until it ran into white can have been any lighter tone before, of any colour; likewise black. */
function allowForClipping(seen: Planes, fitted: Planes['planes'], shown: Planes): void {
  for (let at = 0; at < shown.clipped.length; at++) {
    if (shown.clipped[at]! <= mostClipped) continue
    const [was, now] = [seen.planes[0][at]!, fitted[0][at]!]
    fitted[0][at] = shown.planes[0][at]! > 128 ? Math.max(was, now) : Math.min(was, now)
    fitted[1][at] = seen.planes[1][at]!
    fitted[2][at] = seen.planes[2][at]!
  }
}
