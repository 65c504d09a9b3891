import sharp from 'sharp'
import type { Orientation } from './image.ts'
import { upright } from './orientation.ts'
import type { Evidence } from './types.ts'

/** The longer side of maps and masks, in pixels, at most: enough to be laid over a picture on a screen. */
export const maxEvidenceSide = 1024

/** A grid of values over the whole picture as it is stored: `height × width`, row-major; each cell covers the same share of it. */
export interface Grid<Values> {
  data: Values
  width: number
  height: number
}

/** A map of noise is smaller as JPEG; left out, it is PNG. */
type Picture = Pick<Evidence, 'name' | 'caption'> & Partial<Pick<Evidence, 'mediaType'>> & { orientation: Orientation }

/** Enough for the eye. */
const jpegQuality = 80

/** What masks are painted with: red, green, blue, opacity. */
const markColour = [255, 0, 96, 150] as const

/**
 * A picture that marks parts of the original: transparent, except where the mask is not 0. Alpha is above 0 exactly there, by which
 * programs can read the mask back.
 *
 * @param mask anything but 0 marks a cell
 */
export async function maskPicture({ data, width, height }: Grid<Uint8Array>, picture: Picture): Promise<Evidence> {
  const step = stepFor(width, height)
  const [columns, rows] = [Math.ceil(width / step), Math.ceil(height / step)]
  const rgba = new Uint8Array(columns * rows * 4)
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const from = Math.min(height - 1, y * step + (step >> 1)) * width + Math.min(width - 1, x * step + (step >> 1))
      if (data[from] !== 0) rgba.set(markColour, (y * columns + x) * 4)
    }
  }
  return encoded({ data: rgba, width: columns, height: rows, channels: 4 }, 'mask', picture)
}

/**
 * A grey picture of how much of something was measured where, laid over the original or looked at beside it.
 *
 * @param levels 0–255, white for most
 */
export async function mapPicture({ data, width, height }: Grid<Uint8Array>, picture: Picture): Promise<Evidence> {
  const step = stepFor(width, height)
  const [columns, rows] = [Math.ceil(width / step), Math.ceil(height / step)]
  const grey = step === 1 ? data : meansOf(data, width, height, step)
  return encoded({ data: grey, width: columns, height: rows, channels: 1 }, 'map', picture)
}

/** The mean of each square of cells, of what there is of it at the edges; rounded. */
function meansOf(data: Uint8Array, width: number, height: number, step: number): Uint8Array {
  const columns = Math.ceil(width / step)
  const rows = Math.ceil(height / step)
  const means = new Uint8Array(columns * rows)
  for (let y = 0; y < rows; y++) {
    const top = y * step
    const bottom = Math.min(height, top + step)
    for (let x = 0; x < columns; x++) {
      const left = x * step
      const right = Math.min(width, left + step)
      let sum = 0
      for (let row = top; row < bottom; row++) for (let at = row * width + left; at < row * width + right; at++) sum += data[at]!
      means[y * columns + x] = Math.round(sum / ((bottom - top) * (right - left)))
    }
  }
  return means
}

/** How many cells a side become one pixel. */
function stepFor(width: number, height: number): number {
  return Math.max(1, Math.ceil(Math.max(width, height) / maxEvidenceSide))
}

async function encoded(
  raster: { data: Uint8Array; width: number; height: number; channels: 1 | 4 },
  layer: Evidence['layer'],
  { name, caption, orientation, mediaType = 'image/png' }: Picture
): Promise<Evidence> {
  const { data, width, height } = upright(raster, orientation)
  const picture = sharp(data, { raw: { width, height, channels: raster.channels } })
  const bytes = await (mediaType === 'image/png' ? picture.png() : picture.jpeg({ quality: jpegQuality })).toBuffer()
  return { name, mediaType, caption, layer, bytes }
}
