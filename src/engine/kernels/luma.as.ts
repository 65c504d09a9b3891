/**
 * AssemblyScript: compiled to `luma.wasm` by `npm run kernels`, not by TypeScript. What it computes is said in `../luma.ts`.
 *
 * Pixels of three bytes lie at `inputAt`, and their luminances, a byte each, are left at `outputAt`. Vectors reach over the last pixel,
 * to bytes of no meaning.
 */

/** A few, so that they stay in the processor's nearest caches. */
export const maxPixels: i32 = 8192

export const inputAt: usize = 1024
export const outputAt: usize = inputAt + 3 * maxPixels + 64

export function convert(pixels: i32): void {
  for (let pixel = 0; pixel < pixels; pixel += 16) {
    const at = inputAt + 3 * pixel
    const low = i16x8.narrow_i32x4_u(four(at), four(at + 12))
    const high = i16x8.narrow_i32x4_u(four(at + 24), four(at + 36))
    v128.store(outputAt + pixel, i8x16.narrow_i16x8_u(low, high))
  }
}

/** The luminances of four pixels. A weight of green goes beyond 16 bits with a sign, so each of two products has half of it. */
@inline
function four(at: usize): v128 {
  const pixels = v128.load(at)
  // Bytes become 16 bits: where the index is beyond the vector, there is a zero.
  const redGreen = i8x16.swizzle(pixels, i8x16(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1))
  const greenBlue = i8x16.swizzle(pixels, i8x16(1, -1, 2, -1, 4, -1, 5, -1, 7, -1, 8, -1, 10, -1, 11, -1))
  const one = i32x4.dot_i16x8_s(redGreen, i16x8(19595, 19235, 19595, 19235, 19595, 19235, 19595, 19235))
  const other = i32x4.dot_i16x8_s(greenBlue, i16x8(19235, 7471, 19235, 7471, 19235, 7471, 19235, 7471))
  return i32x4.shr_u(i32x4.add(i32x4.add(one, other), i32x4.splat(32768)), 16)
}
