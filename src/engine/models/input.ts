import sharp from 'sharp'
import { operationTimeoutSeconds } from '../decoder.ts'
import type { Pixels } from '../image.ts'
import type { Manifest } from './manifest.ts'

/** Tiles a side at most: nine answers are enough to tell a picture, and bound the time. */
const maxTilesASide = 3

/** The pixels as a network takes them, one tensor for each part of the picture that is looked at. */
export interface Tensors {
  data: Float32Array[]
  /** Of each tensor, by the manifest's layout. */
  dims: [number, number, number, number]
}

/** Brings pixels to the size, the order and the range that a network was trained with. */
export async function tensorsOf(pixels: Pixels, input: Manifest['input']): Promise<Tensors> {
  const { width, height, layout } = input
  const parts = input.crop === 'tiles' ? tilesOf(pixels, width, height) : [await reduced(pixels, input)]
  return {
    data: parts.map((part) => tensorOf(part, input)),
    dims: layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3]
  }
}

async function reduced(pixels: Pixels, input: Manifest['input']): Promise<Uint8Array> {
  const { width, height, interpolation, crop, resizeTo = 0 } = input
  const picture = sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: 3 } }).timeout({ seconds: operationTimeoutSeconds })
  if (crop === 'stretch') return picture.resize({ width, height, fit: 'fill', kernel: interpolation }).raw().toBuffer()
  const scale = resizeTo / Math.min(pixels.width, pixels.height)
  // Of a very long picture only the middle is wanted: the rest is cut before it is scaled.
  const [wide, high] = [pixels.width, pixels.height].map((side) => Math.min(side, Math.ceil((Math.max(width, height) + 2) / scale)))
  const middle = { left: (pixels.width - wide!) >> 1, top: (pixels.height - high!) >> 1, width: wide!, height: high! }
  const small = await picture
    .extract(middle)
    .resize({ width: Math.max(width, Math.round(wide! * scale)), height: Math.max(height, Math.round(high! * scale)), fit: 'fill', kernel: interpolation })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const [left, top] = [(small.info.width - width) >> 1, (small.info.height - height) >> 1]
  return partOf({ data: small.data, width: small.info.width, height: small.info.height }, left, top, width, height)
}

/** Parts of the picture as it is, evenly spread; a picture that is smaller is repeated to its edges. */
function tilesOf(pixels: Pixels, width: number, height: number): Uint8Array[] {
  const places = (side: number, tile: number) => {
    const count = Math.max(1, Math.min(maxTilesASide, Math.floor(side / tile)))
    return Array.from({ length: count }, (_, index) => Math.max(0, Math.floor(((side - tile) * (2 * index + 1)) / (2 * count))))
  }
  return places(pixels.height, height).flatMap((top) => places(pixels.width, width).map((left) => partOf(pixels, left, top, width, height)))
}

function partOf({ data, width, height }: Pixels, left: number, top: number, partWidth: number, partHeight: number): Uint8Array {
  const part = new Uint8Array(partWidth * partHeight * 3)
  for (let y = 0; y < partHeight; y++) {
    for (let x = 0; x < partWidth; x++) {
      const from = 3 * (((top + y) % height) * width + ((left + x) % width))
      part.set(data.subarray(from, from + 3), 3 * (y * partWidth + x))
    }
  }
  return part
}

function tensorOf(rgb: Uint8Array, { layout, channels, scale, mean, std }: Manifest['input']): Float32Array {
  const tensor = new Float32Array(rgb.length)
  const pixels = rgb.length / 3
  for (let channel = 0; channel < 3; channel++) {
    const from = channels === 'RGB' ? channel : 2 - channel
    for (let pixel = 0; pixel < pixels; pixel++) {
      const value = (rgb[3 * pixel + from]! * scale - mean[channel]!) / std[channel]!
      tensor[layout === 'NCHW' ? channel * pixels + pixel : 3 * pixel + channel] = value
    }
  }
  return tensor
}
