import type { Luma } from '../luma.ts'
import { loadKernel } from './load.ts'

/** What `quantizationErrors.as.ts` exports. */
interface Kernel {
  memory: WebAssembly.Memory
  maxBlocks: WebAssembly.Global<'i32'>
  inputAt: WebAssembly.Global<'i32'>
  inputStride: WebAssembly.Global<'i32'>
  factorsAt: WebAssembly.Global<'i32'>
  squaresAt: WebAssembly.Global<'i32'>
  errorsAt: WebAssembly.Global<'i32'>
  order(vertical: number, horizontal: number): number
  measure(blocks: number): void
}

/** One for each thread, made when it is first needed. */
let kernel: Kernel | undefined

/** Blocks of 8×8 pixels from the upper left corner on, `rows × columns`, row-major; the last of a row or a column may reach over the picture's side. */
export interface BlockErrors {
  /** Mean squared error of each block, in squared levels. */
  data: Float32Array
  columns: number
  rows: number
}

/**
 * How much saving as JPEG would change each 8×8 block, without saving: the block is transformed (DCT-II, ITU-T T.81, A.3.3),
 * and the squared error of quantising its coefficients is summed. As the transform is orthonormal, that is the squared error of the
 * decoded pixels (Parseval's theorem), but for their being rounded to whole levels (up to 1/12 more) and cut off at 0 and 255
 * (less). Blocks that reach over the right or the lower side repeat its last pixels, as libjpeg has it.
 *
 * Worked out in single precision, four columns at a time, about 2 ns a pixel.
 *
 * @param table 64 quantisers, in natural order
 */
export function quantizationErrors({ data, width, height }: Luma, table: readonly number[]): BlockErrors {
  kernel ??= loadKernel('quantizationErrors') as unknown as Kernel
  setTable(kernel, table)
  const memory = new Uint8Array(kernel.memory.buffer)
  const [inputAt, stride, maxBlocks] = [kernel.inputAt.value, kernel.inputStride.value, kernel.maxBlocks.value]
  const [columns, rows] = [Math.ceil(width / 8), Math.ceil(height / 8)]
  const means = new Float32Array(columns * rows)
  const sums = new Float32Array(kernel.memory.buffer, kernel.errorsAt.value, maxBlocks)

  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += maxBlocks) {
      const blocks = Math.min(maxBlocks, columns - column)
      const pixels = Math.min(8 * blocks, width - 8 * column)
      for (let y = 0; y < 8; y++) {
        const from = Math.min(height - 1, 8 * row + y) * width + 8 * column
        const at = inputAt + y * stride
        memory.set(data.subarray(from, from + pixels), at)
        if (pixels < 8 * blocks) memory.fill(data[from + pixels - 1]!, at + pixels, at + 8 * blocks)
      }
      kernel.measure(blocks)
      for (let block = 0; block < blocks; block++) means[row * columns + column + block] = sums[block]! / 64
    }
  }
  return { data: means, columns, rows }
}

/** What the kernel's one-dimensional transform scales its coefficients by. */
const scales = Array.from({ length: 8 }, (_, frequency) => Math.sqrt(8) * (frequency === 0 ? 1 : Math.SQRT2 * Math.cos((frequency * Math.PI) / 16)))

function setTable(kernel: Kernel, table: readonly number[]): void {
  const factors = new Float32Array(kernel.memory.buffer, kernel.factorsAt.value, 64)
  const squares = new Float32Array(kernel.memory.buffer, kernel.squaresAt.value, 64)
  for (let vertical = 0; vertical < 8; vertical++) {
    for (let horizontal = 0; horizontal < 8; horizontal++) {
      const quantizer = table[8 * vertical + horizontal]!
      const at = kernel.order(vertical, horizontal)
      factors[at] = 1 / (scales[vertical]! * scales[horizontal]! * quantizer)
      squares[at] = quantizer ** 2
    }
  }
}
