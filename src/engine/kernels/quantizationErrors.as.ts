/**
 * AssemblyScript: compiled to `quantizationErrors.wasm` by `npm run kernels`, not by TypeScript. What it computes is said in
 * `quantizationErrors.ts`.
 *
 * A row of blocks lies at `inputAt` (eight rows of `inputStride` bytes), and a block's sum of squared errors is left at `errorsAt`.
 */
import { transform } from './dct.part.as'

/** Blocks a row has at most. */
export const maxBlocks: i32 = 1024
export const inputStride: i32 = 8 * maxBlocks

/** For each coefficient what makes it a multiple of its quantiser (the transform's scale is taken off as well), by `order`. */
export const factorsAt: usize = 1024
/** For each coefficient its quantiser's square, by `order`. */
export const squaresAt: usize = factorsAt + 4 * 64
const scratchAt: usize = squaresAt + 4 * 64
const columnsAt: usize = scratchAt + 16 * 8
export const errorsAt: usize = columnsAt + 16 * 16
export const inputAt: usize = errorsAt + 4 * maxBlocks

/** Where the factors of a coefficient lie: four vertical frequencies are a vector. */
export function order(vertical: i32, horizontal: i32): i32 {
  return ((vertical >> 2) * 8 + horizontal) * 4 + (vertical & 3)
}

export function measure(blocks: i32): void {
  for (let block = 0; block < blocks; block++) {
    const at = inputAt + 8 * block
    transformColumns(at, 0)
    transformColumns(at, 4)
    const error = f32x4.add(errorOf(0), errorOf(1))
    const sum = f32x4.extract_lane(error, 0) + f32x4.extract_lane(error, 1) + f32x4.extract_lane(error, 2) + f32x4.extract_lane(error, 3)
    store<f32>(errorsAt + 4 * block, sum)
  }
}

/** Transforms four of a block's columns, and turns them: at `columnsAt` a vector is four vertical frequencies of one column. */
@inline
function transformColumns(block: usize, column: i32): void {
  const at = block + column
  transform(scratchAt, pixels(at, 0), pixels(at, 1), pixels(at, 2), pixels(at, 3), pixels(at, 4), pixels(at, 5), pixels(at, 6), pixels(at, 7))
  turn(scratchAt, columnsAt + 16 * column)
  turn(scratchAt + 4 * 16, columnsAt + 8 * 16 + 16 * column)
}

/** Four pixels of a row, less 128, as JPEG has them. */
@inline
function pixels(at: usize, row: i32): v128 {
  const bytes = v128.xor(v128.load32_zero(at + row * inputStride), i8x16.splat(-128))
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(bytes)))
}

/** Turns four vectors of four lanes: rows become columns. */
@inline
function turn(from: usize, to: usize): void {
  const a = v128.load(from)
  const b = v128.load(from + 16)
  const c = v128.load(from + 2 * 16)
  const d = v128.load(from + 3 * 16)
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5)
  const cd = i32x4.shuffle(c, d, 0, 4, 1, 5)
  v128.store(to, i32x4.shuffle(ab, cd, 0, 1, 4, 5))
  v128.store(to + 16, i32x4.shuffle(ab, cd, 2, 3, 6, 7))
  const abHigh = i32x4.shuffle(a, b, 2, 6, 3, 7)
  const cdHigh = i32x4.shuffle(c, d, 2, 6, 3, 7)
  v128.store(to + 2 * 16, i32x4.shuffle(abHigh, cdHigh, 0, 1, 4, 5))
  v128.store(to + 3 * 16, i32x4.shuffle(abHigh, cdHigh, 2, 3, 6, 7))
}

/** The squared errors of half of the coefficients, those of four vertical frequencies. */
@inline
function errorOf(half: i32): v128 {
  const at = columnsAt + 8 * 16 * half
  transform(
    scratchAt,
    v128.load(at),
    v128.load(at + 16),
    v128.load(at + 2 * 16),
    v128.load(at + 3 * 16),
    v128.load(at + 4 * 16),
    v128.load(at + 5 * 16),
    v128.load(at + 6 * 16),
    v128.load(at + 7 * 16)
  )
  let sum = f32x4.splat(0)
  for (let horizontal = 0; horizontal < 8; horizontal++) {
    const place = 16 * (8 * half + horizontal)
    const multiple = f32x4.mul(v128.load(scratchAt + 16 * horizontal), v128.load(factorsAt + place))
    const left = f32x4.sub(multiple, f32x4.nearest(multiple))
    sum = f32x4.add(sum, f32x4.mul(f32x4.mul(left, left), v128.load(squaresAt + place)))
  }
  return sum
}
