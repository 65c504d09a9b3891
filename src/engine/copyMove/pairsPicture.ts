import sharp from 'sharp'
import { operationTimeoutSeconds } from '../decoder.ts'
import { maxEvidenceSide, type Grid } from '../evidencePictures.ts'
import type { Orientation, Pixels } from '../image.ts'
import { upright, type Raster } from '../orientation.ts'
import type { Evidence } from '../types.ts'
import type { Copy } from './copies.ts'
import { moved } from './motion.ts'
import { onePlace, otherPlace } from './places.ts'

type Colour = readonly [red: number, green: number, blue: number]

const outlines: { readonly [place: number]: Colour } = { [onePlace]: [0, 220, 255], [otherPlace]: [255, 140, 0] }
const lineColour: Colour = [255, 240, 0]
/** Lines that join a place with its copy, for each copy. */
const linesEach = 10

/**
 * The picture, reduced, with a copy's two places outlined and joined by lines.
 *
 * @param places of each copy, in the same order
 */
export async function pairsPicture(
  pixels: Pixels,
  copies: readonly Copy[],
  places: readonly Grid<Uint8Array>[],
  { name, caption, orientation }: Pick<Evidence, 'name' | 'caption'> & { orientation: Orientation }
): Promise<Evidence> {
  const raster = await reducedPicture(pixels)
  const scale = raster.width / pixels.width
  for (const [index, copy] of copies.entries()) {
    outline(raster, places[index]!)
    const stride = Math.max(1, Math.floor(copy.cells.length / linesEach))
    for (let cell = stride >> 1; cell < copy.cells.length; cell += stride) {
      const at = copy.cells[cell]!
      const [x, y] = [((at % copy.columns) + 0.5) * copy.cell, (Math.floor(at / copy.columns) + 0.5) * copy.cell]
      const [toX, toY] = moved(copy.motion, x, y)
      line(raster, x * scale, y * scale, toX * scale, toY * scale)
    }
  }
  const { data, width, height } = upright(raster, orientation)
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } }).jpeg({ quality: 85 }).toBuffer()
  return { name, mediaType: 'image/jpeg', caption, layer: 'beside', bytes }
}

async function reducedPicture({ data, width, height }: Pixels): Promise<Raster> {
  const reduced = await sharp(data, { raw: { width, height, channels: 3 } })
    .timeout({ seconds: operationTimeoutSeconds })
    .resize({ width: maxEvidenceSide, height: maxEvidenceSide, fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data: reduced.data, width: reduced.info.width, height: reduced.info.height, channels: 3 }
}

/** Paints the border of each place, two pixels wide. */
function outline(raster: Raster, { data, width, height }: Grid<Uint8Array>): void {
  const placeAt = (x: number, y: number) => {
    const column = Math.min(width - 1, Math.floor(((x + 0.5) * width) / raster.width))
    return data[Math.min(height - 1, Math.floor(((y + 0.5) * height) / raster.height)) * width + column]!
  }
  for (let y = 0; y < raster.height; y++) {
    for (let x = 0; x < raster.width; x++) {
      const place = placeAt(x, y)
      if (place === 0) continue
      const isBorder = [[-2, 0], [2, 0], [0, -2], [0, 2]].some(([dx, dy]) => placeAt(Math.max(0, x + dx!), Math.max(0, y + dy!)) !== place)
      if (isBorder) paint(raster, x, y, outlines[place]!)
    }
  }
}

function line(raster: Raster, fromX: number, fromY: number, toX: number, toY: number): void {
  const steps = Math.ceil(Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY), 1))
  for (let step = 0; step <= steps; step++) {
    const [x, y] = [Math.round(fromX + ((toX - fromX) * step) / steps), Math.round(fromY + ((toY - fromY) * step) / steps)]
    paint(raster, x, y, lineColour)
  }
}

function paint({ data, width, height }: Raster, x: number, y: number, colour: Colour): void {
  if (x >= 0 && y >= 0 && x < width && y < height) data.set(colour, (y * width + x) * 3)
}
