import sharp from 'sharp'
import { mulberry32 } from '../pictures.ts'

export interface NoisyOptions {
  width?: number
  height?: number
  seed?: number
  /** Standard deviation of the noise, in levels. */
  noise?: number
  /** Of the noise in `patch`. */
  patchNoise?: number
  patch?: { left: number; top: number; width: number; height: number }
}

/** An uneven light with Gaussian noise, of another strength in a patch: `height × width × 3`, RGB, 0–255. */
export function noisyPixels({ width = 768, height = 512, seed = 7, noise = 3, patchNoise = noise, patch }: NoisyOptions = {}): Uint8Array {
  const random = mulberry32(seed)
  const pixels = new Uint8Array(width * height * 3)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = patch !== undefined && x >= patch.left && x < patch.left + patch.width && y >= patch.top && y < patch.top + patch.height
      const light = 110 + 40 * Math.sin(x / 90) * Math.cos(y / 70)
      for (let channel = 0; channel < 3; channel++, at++) {
        const gaussian = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
        pixels[at] = Math.round(light + (inside ? patchNoise : noise) * gaussian)
      }
    }
  }
  return pixels
}

export async function noisy(options: NoisyOptions = {}): Promise<Buffer> {
  const { width = 768, height = 512 } = options
  return sharp(noisyPixels(options), { raw: { width, height, channels: 3 } }).png().toBuffer()
}
