/**
 * AssemblyScript: compiled to `gridVotes.wasm` by `npm run kernels`, not by TypeScript. What it computes is said in
 * `gridVotes.ts`.
 *
 * A tile of luminance lies at `inputAt` (rows of `inputStride` bytes), and the votes are left at `votesAt` (rows of `votesStride`
 * bytes). Vectors reach over the tile's last column, into bytes that no vote within the tile depends on.
 */
import { transform } from './dct.part.as'

/** Windows a tile has at most, in both directions; a tile's votes are seven fewer. */
export const maxColumns: i32 = 1032
export const maxRows: i32 = 264

export const inputStride: i32 = maxColumns + 24
export const votesStride: i32 = maxColumns + 8
const windowsStride: i32 = 2 * (maxColumns + 24)
/** Columns whose transformed rows are kept at a time, so that they stay in the processor's nearest cache. */
const chunkColumns: i32 = 64

const ringAt: usize = 1024
const scratchAt: usize = ringAt + 8 * 8 * 4 * chunkColumns
const evenRowsAt: usize = scratchAt + 8 * 16
const evenColumnsAt: usize = evenRowsAt + 8 * inputStride
export const inputAt: usize = evenColumnsAt + inputStride
const windowsAt: usize = inputAt + inputStride * (maxRows + 8)
export const votesAt: usize = windowsAt + windowsStride * (maxRows + 8)

/** A window is 16 bits: its zeros from bit 7 on, bit 6 for a tie, its grid below; so is a pixel, by the best of its windows. */
const tie: i16 = 64

/** Votes of the tile, whose first window belongs to grid 0. */
export function vote(columns: i32, rows: i32): void {
  for (let left = 0; left < columns; left += chunkColumns) countZeros(left, min(chunkColumns, columns - left), rows)
  markConstant(columns, rows)
  for (let y = 0; y < rows; y++) {
    const row = windowsAt + y * windowsStride
    for (let reach = 2; reach <= 8; reach <<= 1) keepBest(row, reach, columns)
  }
  for (let reach = 1; reach <= 4; reach <<= 1) {
    for (let y = 0; y < rows - reach; y++) keepBest(windowsAt + y * windowsStride, reach * windowsStride, columns)
  }
  for (let y = 0; y < rows - 7; y++) writeVotes(y, columns)
}

/** For each window of a chunk of columns the number of its zeros, and its grid. */
function countZeros(left: i32, columns: i32, rows: i32): void {
  const lanes = i32x4(0, 1, 2, 3)
  for (let y = 0; y < rows + 7; y++) {
    transformRow(inputAt + y * inputStride + left, ringAt + (y & 7) * (8 * 4 * chunkColumns), columns)
    if (y < 7) continue
    const top = y - 7
    const grids = i32x4.splat((top & 7) << 3)
    const windows = windowsAt + top * windowsStride + 2 * left
    for (let x = 0; x < columns; x += 4) {
      const grid = v128.or(grids, v128.and(i32x4.add(i32x4.splat(x), lanes), i32x4.splat(7)))
      const packed = v128.or(i32x4.shl(zeros(top, x), 7), grid)
      v128.store_lane<u64>(windows + 2 * x, i16x8.narrow_i32x4_u(packed, packed), 0)
    }
  }
}

/** The DCT of the eight pixels from each column on, orthonormal but for a factor of √8. */
function transformRow(input: usize, output: usize, columns: i32): void {
  for (let x = 0; x < columns; x += 4) {
    const at = input + x
    transform(scratchAt, pixels(at), pixels(at + 1), pixels(at + 2), pixels(at + 3), pixels(at + 4), pixels(at + 5), pixels(at + 6), pixels(at + 7))
    const to = output + 4 * x
    keep(to, 0, 1)
    keep(to, 1, 0.7209598220069479)
    keep(to, 2, 0.7653668647301796)
    keep(to, 3, 0.8504300947672564)
    keep(to, 4, 1)
    keep(to, 5, 1.2727585805728336)
    keep(to, 6, 1.847759065022573)
    keep(to, 7, 3.6245097854115502)
  }
}

@inline
function pixels(at: usize): v128 {
  return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at))))
}

@inline
function keep(to: usize, frequency: i32, factor: f32): void {
  const value = v128.load(scratchAt + 16 * frequency)
  v128.store(to + 4 * chunkColumns * frequency, factor == 1 ? value : f32x4.mul(value, f32x4.splat(factor)))
}

/** Four windows' numbers of coefficients below ½, squared and scaled as `transform` scales, the mean left out. */
@inline
function zeros(top: i32, x: i32): v128 {
  let count = i32x4.splat(0)
  for (let frequency = 0; frequency < 8; frequency++) {
    const at = ringAt + 4 * chunkColumns * frequency + 4 * x
    transform(scratchAt, row(at, top), row(at, top + 1), row(at, top + 2), row(at, top + 3), row(at, top + 4), row(at, top + 5), row(at, top + 6), row(at, top + 7))
    if (frequency > 0) count = i32x4.sub(count, below(0, 15.9968002))
    count = i32x4.sub(count, below(1, 30.7759164))
    count = i32x4.sub(count, below(2, 27.308246))
    count = i32x4.sub(count, below(3, 22.1185106))
    count = i32x4.sub(count, below(4, 15.9968002))
    count = i32x4.sub(count, below(5, 9.87508977))
    count = i32x4.sub(count, below(6, 4.68535429))
    count = i32x4.sub(count, below(7, 1.21768391))
  }
  return count
}

@inline
function row(at: usize, y: i32): v128 {
  return v128.load(at + (y & 7) * (8 * 4 * chunkColumns))
}

@inline
function below(frequency: i32, squaredLimit: f32): v128 {
  const value = v128.load(scratchAt + 16 * frequency)
  return f32x4.lt(f32x4.mul(value, value), f32x4.splat(squaredLimit))
}

/** A window whose rows or whose columns are all alike has zeros for another reason than quantization: it votes for nothing. */
function markConstant(columns: i32, rows: i32): void {
  for (let y = 0; y < rows + 7; y++) {
    const input = inputAt + y * inputStride
    const evenRow = evenRowsAt + (y & 7) * inputStride
    for (let x = 0; x < columns; x += 16) v128.store(evenRow + x, alike(input + x, 1))
    if (y < 7) continue
    for (let x = 0; x < columns + 8; x += 16) v128.store(evenColumnsAt + x, alike(input - 7 * inputStride + x, inputStride))
    for (let x = 0; x < columns; x += 16) {
      const constant = v128.or(all(evenRowsAt + x, inputStride), all(evenColumnsAt + x, 1))
      const windows = windowsAt + (y - 7) * windowsStride + 2 * x
      const ties = i16x8.splat(tie)
      v128.store(windows, v128.or(v128.load(windows), v128.and(ties, i16x8.extend_low_i8x16_s(constant))))
      v128.store(windows + 16, v128.or(v128.load(windows + 16), v128.and(ties, i16x8.extend_high_i8x16_s(constant))))
    }
  }
}

/** Whether eight pixels, `stride` bytes apart, are the same. */
@inline
function alike(at: usize, stride: i32): v128 {
  const first = v128.load(at)
  let same = i8x16.eq(first, v128.load(at + stride))
  for (let next = 2; next < 8; next++) same = v128.and(same, i8x16.eq(first, v128.load(at + next * stride)))
  return same
}

@inline
function all(at: usize, stride: i32): v128 {
  let every = v128.load(at)
  for (let next = 1; next < 8; next++) every = v128.and(every, v128.load(at + next * stride))
  return every
}

/** Of each two windows `reach` bytes apart the one with more zeros; with as many, a tie. */
function keepBest(row: usize, reach: usize, columns: i32): void {
  for (let at = row, end = row + 2 * columns; at < end; at += 16) {
    const one = v128.load(at)
    const other = v128.load(at + reach)
    const alike = i16x8.lt_u(v128.xor(one, other), i16x8.splat(128))
    v128.store(at, v128.or(i16x8.max_u(one, other), v128.and(alike, i16x8.splat(tie))))
  }
}

/** The grid that each pixel votes for, 255 for none. */
function writeVotes(y: i32, columns: i32): void {
  const windows = windowsAt + y * windowsStride
  const votes = votesAt + y * votesStride
  for (let x = 0; x < columns; x += 16) v128.store(votes + x, i8x16.narrow_i16x8_u(grids(windows + 2 * x), grids(windows + 2 * x + 16)))
}

@inline
function grids(at: usize): v128 {
  const best = v128.load(at)
  const ties = i16x8.splat(tie)
  const tied = i16x8.eq(v128.and(best, ties), ties)
  return v128.or(v128.and(best, i16x8.splat(63)), v128.and(tied, i16x8.splat(255)))
}
