import type { Grid } from '../evidencePictures.ts'
import { loadKernel } from '../kernels/load.ts'
import type { Luma } from '../luma.ts'

/** Rows beyond so many pixels are passed over, evenly: a level is a mean, and a part of the rows gives it as well. */
const maxPixelsLookedAt = 4_000_000
/** The least side of a cell, in pixels: 16 residuals make a mean that does not only flicker. */
const leastCellSide = 4
/** Of the residual's mean magnitude in Gaussian noise to its standard deviation, √(π/2), through a mask whose weights' squares sum to 36. */
const toStandardDeviation = Math.sqrt(Math.PI / 2) / 6

/** What `kernels/noiseResiduals.as.ts` exports. */
interface Kernel {
  memory: WebAssembly.Memory
  maxColumns: WebAssembly.Global<'i32'>
  inputAt: WebAssembly.Global<'i32'>
  inputStride: WebAssembly.Global<'i32'>
  sumsAt: WebAssembly.Global<'i32'>
  clear(columns: number): void
  addRow(columns: number): void
}

/** One for each thread, made when it is first needed. */
let kernel: Kernel | undefined

/**
 * The local noise level of a picture, after J. Immerkær, "Fast Noise Variance Estimation" (1996): the mask
 * (1 −2 1 / −2 4 −2 / 1 −2 1) takes away what changes evenly, and upright and level edges; what is left is noise, and fine texture.
 *
 * @param maxSide of the grid's longer side, in cells
 * @returns the standard deviation in levels of 0–255, a cell; 0 where nothing could be measured
 */
export function noiseLevels({ data, width, height }: Luma, maxSide: number): Grid<Float32Array> {
  kernel ??= loadKernel('noiseResiduals') as unknown as Kernel
  const memory = new Uint8Array(kernel.memory.buffer)
  const [inputAt, stride, maxColumns] = [kernel.inputAt.value, kernel.inputStride.value, kernel.maxColumns.value]
  const columnSums = new Uint32Array(memory.buffer, kernel.sumsAt.value, maxColumns)

  const side = Math.max(leastCellSide, Math.ceil(Math.max(width, height) / maxSide))
  // What is left over at the right and the lower edge belongs to the last cell.
  const [columns, rows] = [Math.max(1, Math.floor(width / side)), Math.max(1, Math.floor(height / side))]
  const everyRow = Math.max(1, Math.min(side, Math.ceil((width * height) / maxPixelsLookedAt)))
  const sums = new Float64Array(columns * rows)
  const counts = new Uint32Array(columns * rows)

  for (let left = 1; left < width - 1; left += maxColumns) {
    const right = Math.min(width - 1, left + maxColumns)
    for (let row = 0, y = 1; row < rows; row++) {
      const bottom = row === rows - 1 ? height - 1 : (row + 1) * side
      let rowsLookedAt = 0
      kernel.clear(right - left)
      for (; y < bottom; y += everyRow, rowsLookedAt++) {
        for (let line = 0, from = (y - 1) * width; line < 3; line++, from += width) {
          memory.set(data.subarray(from + left - 1, from + right + 1), inputAt + line * stride)
        }
        kernel.addRow(right - left)
      }
      for (let x = left, column = Math.min(columns - 1, Math.floor(left / side)); x < right; column++) {
        const cell = row * columns + column
        const end = column === columns - 1 ? right : Math.min(right, (column + 1) * side)
        counts[cell]! += rowsLookedAt * (end - x)
        let sum = 0
        for (; x < end; x++) sum += columnSums[x - left]!
        sums[cell]! += sum
      }
    }
  }
  const levels = new Float32Array(sums.length)
  for (let cell = 0; cell < levels.length; cell++) levels[cell] = counts[cell] === 0 ? 0 : (sums[cell]! / counts[cell]!) * toStandardDeviation
  return { data: levels, width: columns, height: rows }
}
