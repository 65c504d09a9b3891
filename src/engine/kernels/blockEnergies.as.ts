/**
 * AssemblyScript: compiled to `blockEnergies.wasm` by `npm run kernels`, not by TypeScript. What it is for is said in
 * `../noise/blocks.ts`.
 *
 * Five rows of pixels of three bytes lie at `inputAt` (rows of `inputStride` bytes). For each block of 5×5 pixels four vectors of 32-bit
 * floats are left at `resultsAt`, a lane a channel, and one of no meaning: least level, greatest, sum of levels, motif, and the whole
 * energy are five.
 */

/** Blocks measured at a time, at most, and pixels of a row they lie in. */
export const maxBlocks: i32 = 1024
export const maxColumns: i32 = 16384

const scratchAt: usize = 1024
export const inputStride: i32 = 3 * maxColumns + 16
export const resultsAt: usize = scratchAt + 16 * 4 * 5
export const inputAt: usize = resultsAt + 16 * 5 * maxBlocks

/** Of the orthonormal DCT-II of five values: √(1/5), and √(2/5)·cos(kπ/10) for k = 1 to 4. */
const mean: f32 = 0.4472135954999579
const cosine1: f32 = 0.6015009550075456
const cosine2: f32 = 0.5116672736016927
const cosine3: f32 = 0.37174803446018445
const cosine4: f32 = 0.19543950758485484
const cosine0: f32 = 0.6324555320336759

/** Blocks from the first pixel on, `step` pixels apart. */
export function measure(blocks: i32, step: i32): void {
  for (let block = 0; block < blocks; block++) measureBlock(inputAt + 3 * step * block, resultsAt + 16 * 5 * block)
}

function measureBlock(at: usize, to: usize): void {
  // Levels are taken from one of the block's own: so are small where it is even, and single precision is plenty.
  const base = pixel(at + 2 * inputStride + 6)
  let least = base
  let greatest = base
  let sum = f32x4.splat(0)
  let squares = f32x4.splat(0)
  for (let y = 0; y < 5; y++) {
    const row = at + y * inputStride
    const v0 = pixel(row)
    const v1 = pixel(row + 3)
    const v2 = pixel(row + 6)
    const v3 = pixel(row + 9)
    const v4 = pixel(row + 12)
    least = f32x4.min(f32x4.min(least, f32x4.min(v0, v1)), f32x4.min(v2, f32x4.min(v3, v4)))
    greatest = f32x4.max(f32x4.max(greatest, f32x4.max(v0, v1)), f32x4.max(v2, f32x4.max(v3, v4)))
    const p0 = f32x4.sub(v0, base)
    const p1 = f32x4.sub(v1, base)
    const p2 = f32x4.sub(v2, base)
    const p3 = f32x4.sub(v3, base)
    const p4 = f32x4.sub(v4, base)
    sum = f32x4.add(sum, f32x4.add(f32x4.add(f32x4.add(p0, p4), f32x4.add(p1, p3)), p2))
    squares = f32x4.add(squares, f32x4.add(f32x4.add(f32x4.add(square(p0), square(p4)), f32x4.add(square(p1), square(p3))), square(p2)))
    const to = scratchAt + 16 * y
    v128.store(to, coefficient0(p0, p1, p2, p3, p4))
    v128.store(to + 5 * 16, coefficient1(p0, p1, p3, p4))
    v128.store(to + 10 * 16, coefficient2(p0, p1, p2, p3, p4))
    v128.store(to + 15 * 16, coefficient3(p0, p1, p3, p4))
  }
  v128.store(to, least)
  v128.store(to + 16, greatest)
  v128.store(to + 2 * 16, f32x4.add(sum, f32x4.mul(base, f32x4.splat(25))))
  v128.store(to + 3 * 16, motif())
  v128.store(to + 4 * 16, f32x4.sub(squares, f32x4.div(square(sum), f32x4.splat(25))))
}

/** The energy of the coefficients, without that of the mean, whose indices sum to 3 at most. */
@inline
function motif(): v128 {
  let energy = f32x4.splat(0)
  for (let u = 0; u <= 3; u++) {
    const at = scratchAt + 5 * 16 * u
    const p0 = v128.load(at)
    const p1 = v128.load(at + 16)
    const p2 = v128.load(at + 2 * 16)
    const p3 = v128.load(at + 3 * 16)
    const p4 = v128.load(at + 4 * 16)
    if (u > 0) energy = f32x4.add(energy, square(coefficient0(p0, p1, p2, p3, p4)))
    if (u < 3) energy = f32x4.add(energy, square(coefficient1(p0, p1, p3, p4)))
    if (u < 2) energy = f32x4.add(energy, square(coefficient2(p0, p1, p2, p3, p4)))
    if (u < 1) energy = f32x4.add(energy, square(coefficient3(p0, p1, p3, p4)))
  }
  return energy
}

@inline
function coefficient0(p0: v128, p1: v128, p2: v128, p3: v128, p4: v128): v128 {
  return f32x4.mul(f32x4.add(f32x4.add(f32x4.add(p0, p4), f32x4.add(p1, p3)), p2), f32x4.splat(mean))
}

@inline
function coefficient1(p0: v128, p1: v128, p3: v128, p4: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.sub(p0, p4), f32x4.splat(cosine1)), f32x4.mul(f32x4.sub(p1, p3), f32x4.splat(cosine3)))
}

@inline
function coefficient2(p0: v128, p1: v128, p2: v128, p3: v128, p4: v128): v128 {
  const sides = f32x4.sub(f32x4.mul(f32x4.add(p0, p4), f32x4.splat(cosine2)), f32x4.mul(f32x4.add(p1, p3), f32x4.splat(cosine4)))
  return f32x4.sub(sides, f32x4.mul(p2, f32x4.splat(cosine0)))
}

@inline
function coefficient3(p0: v128, p1: v128, p3: v128, p4: v128): v128 {
  return f32x4.sub(f32x4.mul(f32x4.sub(p0, p4), f32x4.splat(cosine3)), f32x4.mul(f32x4.sub(p1, p3), f32x4.splat(cosine1)))
}

/** A pixel's three channels. */
@inline
function pixel(at: usize): v128 {
  return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at))))
}

@inline
function square(value: v128): v128 {
  return f32x4.mul(value, value)
}
