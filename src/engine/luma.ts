import type { Pixels } from './image.ts'
import { loadKernel } from './kernels/load.ts'

/** Luminance: `height × width`, row-major, 0–255. */
export interface Luma {
  data: Uint8Array
  width: number
  height: number
}

/** What `kernels/luma.as.ts` exports. */
interface Kernel {
  memory: WebAssembly.Memory
  maxPixels: WebAssembly.Global<'i32'>
  inputAt: WebAssembly.Global<'i32'>
  outputAt: WebAssembly.Global<'i32'>
  convert(pixels: number): void
}

/** One for each thread, made when it is first needed. */
let kernel: Kernel | undefined

/**
 * Luminance of sRGB pixels by the weights of JPEG (ITU-T T.871, section 7; ITU-R BT.601), rounded to whole levels: in 16.16 fixed point
 * (19,595 red + 38,470 green + 7,471 blue + 32,768) >> 16, where the weights sum to 65,536, and the half makes the shift round.
 */
export function lumaOf({ data, width, height }: Pixels): Luma {
  kernel ??= loadKernel('luma') as unknown as Kernel
  const memory = new Uint8Array(kernel.memory.buffer)
  const [maxPixels, inputAt, outputAt] = [kernel.maxPixels.value, kernel.inputAt.value, kernel.outputAt.value]
  const luma = new Uint8Array(width * height)
  for (let from = 0; from < luma.length; from += maxPixels) {
    const pixels = Math.min(maxPixels, luma.length - from)
    memory.set(data.subarray(3 * from, 3 * (from + pixels)), inputAt)
    kernel.convert(pixels)
    luma.set(memory.subarray(outputAt, outputAt + pixels), from)
  }
  return { data: luma, width, height }
}
