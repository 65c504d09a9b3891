import type { Grid } from '../evidencePictures.ts'
import type { Coefficients } from './coefficients.ts'
import type { FirstStep } from './firstQuantization.ts'

/** A tile's side, in blocks. */
const tileBlocks = 2

/**
 * The JPEG ghost of an earlier quantization (Farid 2009): how far the coefficients are from multiples of its steps. It is the paper's
 * difference to a copy that is saved again with those steps, without saving it: the grid is the file's own.
 *
 * @param steps the earlier steps; those that were finer than the last ones are passed over
 * @returns by tile, 0 where all fits to 255 where nothing does; dark where there is nothing to tell
 */
export function ghostOf({ data, columns, rows, table }: Coefficients, steps: readonly FirstStep[]): Grid<Uint8Array> {
  const telling = steps.filter(({ first, last }) => first > last)
  const [width, height] = [Math.ceil(columns / tileBlocks), Math.ceil(rows / tileBlocks)]
  const misfits = new Float32Array(width * height)
  const counts = new Uint16Array(width * height)
  for (let block = 0; block < columns * rows; block++) {
    const tile = Math.floor(block / columns / tileBlocks) * width + Math.floor((block % columns) / tileBlocks)
    for (let index = 0; index < telling.length; index++) {
      const { frequency, first } = telling[index]!
      const value = Math.abs(data[block * 64 + frequency]! * table[frequency]!)
      // A 0 fits any step.
      if (value === 0) continue
      // Half a last step is what the last quantization moves a multiple by.
      const off = Math.max(0, Math.abs(value - first * Math.round(value / first)) - table[frequency]! / 2)
      misfits[tile]! += off / Math.max(1, (first - table[frequency]!) / 2)
      counts[tile]!++
    }
  }
  const levels = Uint8Array.from(misfits, (misfit, tile) => (counts[tile]! < 3 ? 0 : Math.min(255, Math.round((2 * 255 * misfit) / counts[tile]!))))
  return { data: levels, width, height }
}
