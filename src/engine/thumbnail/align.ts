import { median, normalEquations, tukey } from './leastSquares.ts'
import { interior, smoothedPlane, warpedPlane, type Bounds, type Frame, type Planes } from './planes.ts'

/** Gauss–Newton steps for the frame's four numbers, with gain and bias; a step that leads away ends it. */
export function refine(seen: Planes, source: Planes, frame: Frame): Frame {
  let best = frame
  let bestError = Number.POSITIVE_INFINITY
  let current = frame
  for (let step = 0; step < 8; step++) {
    const bounds = interior(current, seen)
    if (bounds.right - bounds.left < 16 || bounds.bottom - bounds.top < 16) break
    const shown = smoothedPlane(warpedPlane(source.planes[0], source, current, seen.width, seen.height), seen.width, seen.height)
    const solved = gaussNewton(seen.planes[0], shown, seen.width, bounds, current)
    if (solved === undefined || solved.error >= bestError * 0.9999) break
    best = current
    bestError = solved.error
    current = solved.frame
    const isFar = Math.abs(current.left - frame.left) + Math.abs(current.top - frame.top) > 16 || Math.abs(current.width / frame.width - 1) > 0.1 || Math.abs(current.height / frame.height - 1) > 0.1
    if (isFar) break
  }
  return best
}

function gaussNewton(seen: Float32Array, shown: Float32Array, width: number, { left, top, right, bottom }: Bounds, frame: Frame): { frame: Frame; error: number } | undefined {
  const residuals: number[] = []
  for (let y = top; y < bottom; y += 2) for (let x = left; x < right; x += 2) residuals.push(Math.abs(seen[y * width + x]! - shown[y * width + x]!))
  const scale = 1.5 + 4.685 * 1.4826 * median(residuals)
  const row = new Float64Array(6)
  const system = normalEquations(6)
  let [error, weights] = [0, 0]
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const at = y * width + x
      const residual = seen[at]! - shown[at]!
      const weight = tukey(residual / scale)
      error += Math.min(1, (residual / scale) ** 2) * scale * scale
      weights++
      if (weight === 0) continue
      const slopeX = (shown[at + 1]! - shown[at - 1]!) / 2
      const slopeY = (shown[at + width]! - shown[at - width]!) / 2
      row[0] = -slopeX
      row[1] = (-slopeX * (x + 0.5 - frame.left)) / frame.width
      row[2] = -slopeY
      row[3] = (-slopeY * (y + 0.5 - frame.top)) / frame.height
      row[4] = 1
      row[5] = shown[at]! / 128 - 1
      system.add(row, residual, weight)
    }
  }
  const step = system.solve(1e-3)
  if (step === undefined) return undefined
  return { error: error / weights, frame: { left: frame.left + step[0]!, width: frame.width + step[1]!, top: frame.top + step[2]!, height: frame.height + step[3]! } }
}
