import type { Pixels } from '../image.ts'
import { loadKernel } from '../kernels/load.ts'

/** Side of a block, in pixels. */
const blockSide = 5
/** Of a block's levels. */
export const greatestSum = 255 * blockSide ** 2
/** Blocks looked at, of larger pictures an even part: time and memory are bounded. */
const maxBlocks = 64_000
/** Beyond these levels the sensor or the editor has cut off the noise. */
const [darkest, brightest] = [2, 253]
/** Coefficients of the motif, those whose two indices sum to 3 at most, without that of the mean. */
const motifCoefficients = 9
const noiseCoefficients = blockSide ** 2 - 1 - motifCoefficients

/** Blocks of one channel on an even lattice, `rows × columns`, row-major. */
export interface Blocks {
  columns: number
  rows: number
  /** From one block's corner to the next, in pixels; at least a block's side, 5. */
  step: number
  /** Sum of a block's 25 levels, 0–6,375; −1 for a block with saturated pixels. */
  sums: Int16Array
  /** Mean energy of a coefficient of low or medium frequency: what the motif has there, and noise. */
  motif: Float32Array
  /** Mean energy of a coefficient of high frequency: the variance of white noise, in squared levels. */
  noise: Float32Array
}

/** What `kernels/blockEnergies.as.ts` exports. */
interface Kernel {
  memory: WebAssembly.Memory
  maxBlocks: WebAssembly.Global<'i32'>
  maxColumns: WebAssembly.Global<'i32'>
  inputAt: WebAssembly.Global<'i32'>
  inputStride: WebAssembly.Global<'i32'>
  resultsAt: WebAssembly.Global<'i32'>
  measure(blocks: number, step: number): void
}

/** One for each thread, made when it is first needed. */
let kernel: Kernel | undefined

/**
 * Transforms the blocks (DCT-II, orthonormal) of each channel. A block's energy is that of its levels about their mean; what the
 * motif's coefficients have not of it, is the others' (Parseval's theorem), which need not be worked out.
 */
export function blocksOf({ data, width, height }: Pixels): [red: Blocks, green: Blocks, blue: Blocks] {
  kernel ??= loadKernel('blockEnergies') as unknown as Kernel
  const memory = new Uint8Array(kernel.memory.buffer)
  const [inputAt, stride] = [kernel.inputAt.value, kernel.inputStride.value]
  const results = new Float32Array(kernel.memory.buffer, kernel.resultsAt.value, 20 * kernel.maxBlocks.value)

  const step = Math.max(blockSide, Math.ceil(Math.sqrt((width * height) / maxBlocks)))
  const fitting = (side: number) => (side < blockSide ? 0 : Math.floor((side - blockSide) / step) + 1)
  const [columns, rows] = [fitting(width), fitting(height)]
  const count = columns * rows
  const channel = (): Blocks => ({ columns, rows, step, sums: new Int16Array(count), motif: new Float32Array(count), noise: new Float32Array(count) })
  const channels = [channel(), channel(), channel()] as [Blocks, Blocks, Blocks]

  const atOnce = Math.min(kernel.maxBlocks.value, Math.floor((kernel.maxColumns.value - blockSide) / step) + 1)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += atOnce) {
      const blocks = Math.min(atOnce, columns - column)
      const pixels = (blocks - 1) * step + blockSide
      for (let y = 0; y < blockSide; y++) {
        const from = ((row * step + y) * width + column * step) * 3
        memory.set(data.subarray(from, from + 3 * pixels), inputAt + y * stride)
      }
      kernel.measure(blocks, step)
      for (let lane = 0; lane < 3; lane++) readResults(results, lane, blocks, channels[lane]!, row * columns + column)
    }
  }
  return channels
}

/** What the kernel leaves for each block: five vectors of four lanes. */
function readResults(results: Float32Array, lane: number, count: number, { sums, motif, noise }: Blocks, block: number): void {
  for (let at = lane; at < 20 * count; at += 20, block++) {
    const isSaturated = results[at]! < darkest || results[at + 4]! > brightest
    const energy = results[at + 16]!
    const motifEnergy = Math.min(energy, results[at + 12]!)
    sums[block] = isSaturated ? -1 : results[at + 8]!
    motif[block] = motifEnergy / motifCoefficients
    noise[block] = (energy - motifEnergy) / noiseCoefficients
  }
}
