import type { Luma } from '../luma.ts'
import { loadKernel } from './load.ts'

/** The vote of a pixel that votes for no grid. */
export const noVote = 255

/** What `gridVotes.as.ts` exports. */
interface Kernel {
  memory: WebAssembly.Memory
  maxColumns: WebAssembly.Global<'i32'>
  maxRows: WebAssembly.Global<'i32'>
  inputAt: WebAssembly.Global<'i32'>
  inputStride: WebAssembly.Global<'i32'>
  votesAt: WebAssembly.Global<'i32'>
  votesStride: WebAssembly.Global<'i32'>
  vote(columns: number, rows: number): void
}

/** One for each thread, made when it is first needed. */
let kernel: Kernel | undefined

/**
 * The votes of ZERO (Nikoukhah, Anger, Colom, Morel & Grompone von Gioi, "ZERO: a Local JPEG Grid Origin Detector Based on the
 * Number of DCT Zeros and its Applications in Image Forensics", IPOL 2021), written from the paper: which of the 64 grids of 8×8
 * blocks the surroundings of a pixel were quantised in.
 *
 * Of the 64 windows of 8×8 pixels that hold a pixel, it votes for the one with the most DCT coefficients that are rounded to zero
 * (below ½; DCT-II, orthonormal, the mean left out), since quantization leaves most zeros where window and block meet. It votes for
 * none where two have as many, where the rows or the columns of the best are all alike, and within seven pixels of the sides.
 *
 * The coefficients are worked out in single precision, four windows at a time, 30 to 40 ns a pixel. The limit is a ten-thousandth below ½:
 * coefficients of exactly ½ are common in smooth parts, and are not left to rounding. Its votes are those of plain code in double
 * precision, one for one, which the tests hold it to.
 *
 * @returns `height × width`, row-major: 8 y + x of the grid's origin, 0–63, or `noVote`
 */
export function gridVotes({ data, width, height }: Luma): Uint8Array {
  const votes = new Uint8Array(width * height).fill(noVote)
  if (width < 15 || height < 15) return votes
  kernel ??= loadKernel('gridVotes') as unknown as Kernel
  const memory = new Uint8Array(kernel.memory.buffer)
  const [inputAt, inputStride, votesAt, votesStride] = [kernel.inputAt.value, kernel.inputStride.value, kernel.votesAt.value, kernel.votesStride.value]
  const [tileColumns, tileRows] = [kernel.maxColumns.value - 8, kernel.maxRows.value - 8]

  // A tile's windows begin at multiples of 8, so that its grids are the picture's; its votes lie seven pixels further in.
  for (let top = 0; top < height - 14; top += tileRows) {
    const rows = Math.min(tileRows, height - 14 - top)
    for (let left = 0; left < width - 14; left += tileColumns) {
      const columns = Math.min(tileColumns, width - 14 - left)
      for (let y = 0; y < rows + 14; y++) {
        const from = (top + y) * width + left
        memory.set(data.subarray(from, from + columns + 14), inputAt + y * inputStride)
      }
      kernel.vote(columns + 7, rows + 7)
      for (let y = 0; y < rows; y++) {
        const from = votesAt + y * votesStride
        votes.set(memory.subarray(from, from + columns), (top + 7 + y) * width + left + 7)
      }
    }
  }
  return votes
}
