/**
 * AssemblyScript: compiled to `noiseResiduals.wasm` by `npm run kernels`, not by TypeScript. What it is for is said in
 * `../noise/noiseLevels.ts`.
 *
 * Three rows of luminance lie at `inputAt` (rows of `inputStride` bytes), from the column left of the first that is measured to the one
 * right of the last. Vectors reach over the last column, to sums of no meaning.
 */

/** Columns measured at a time, at most. */
export const maxColumns: i32 = 16384

export const inputStride: i32 = maxColumns + 32
export const inputAt: usize = 1024
/** A sum of 32 bits for each column. */
export const sumsAt: usize = inputAt + 3 * inputStride

/** Sets the columns' sums to zero. */
export function clear(columns: i32): void {
  memory.fill(sumsAt, 0, 4 * columns)
}

/** Adds to each column's sum the magnitude of the middle row's residual through the mask (1 −2 1 / −2 4 −2 / 1 −2 1). */
export function addRow(columns: i32): void {
  for (let x = 0; x < columns; x += 8) {
    const sides = i16x8.add(difference(x), difference(x + 2))
    const residual = i16x8.abs(i16x8.sub(sides, i16x8.shl(difference(x + 1), 1)))
    const sums = sumsAt + 4 * x
    v128.store(sums, i32x4.add(v128.load(sums), i32x4.extend_low_i16x8_u(residual)))
    v128.store(sums + 16, i32x4.add(v128.load(sums + 16), i32x4.extend_high_i16x8_u(residual)))
  }
}

/** The second difference down a column, of eight columns. */
@inline
function difference(x: i32): v128 {
  const at = inputAt + x
  return i16x8.sub(i16x8.add(pixels(at), pixels(at + 2 * inputStride)), i16x8.shl(pixels(at + inputStride), 1))
}

@inline
function pixels(at: usize): v128 {
  return i16x8.extend_low_i8x16_u(v128.load64_zero(at))
}
