import type { Pixels } from './image.ts'

/** Luminance: `height × width`, row-major, 0–255. */
export interface Luma {
  data: Uint8Array
  width: number
  height: number
}

/** Luminance of sRGB pixels by the weights of JPEG (ITU-T T.871, section 7; ITU-R BT.601), rounded to whole levels. */
export function lumaOf({ data, width, height }: Pixels): Luma {
  const luma = new Uint8Array(width * height)
  // In 16.16 fixed point: the weights sum to 65,536, and the half makes the shift round.
  for (let pixel = 0, at = 0; pixel < luma.length; pixel++, at += 3) {
    luma[pixel] = (19_595 * data[at]! + 38_470 * data[at + 1]! + 7_471 * data[at + 2]! + 32_768) >> 16
  }
  return { data: luma, width, height }
}
