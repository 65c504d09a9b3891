import sharp from 'sharp'
import type { Sentence } from '../../../language/sentence.ts'
import type { Orientation, Pixels } from '../../image.ts'
import type { Evidence } from '../../types.ts'
import { probeColumns, probeRows, thumbnailSide } from '../../video/frames.ts'
import { orient } from '../../video/rotation.ts'
import { clock } from './times.ts'

type Shown = { seconds: number } & ({ thumbnail: Pixels } | { probe: Uint8Array })

const [gap, labelHeight, columnsAtMost] = [6, 18, 5]

/** Frames side by side with their times below. */
export async function contactSheet(
  name: string,
  frames: readonly Shown[],
  { caption, orientation = 1, columns: wanted = columnsAtMost }: { caption: Sentence; orientation?: Orientation; columns?: number }
): Promise<Evidence> {
  const pictures = await Promise.all(frames.map(async (frame) => ('thumbnail' in frame ? frame.thumbnail : greyPicture(frame.probe, orientation))))
  const columns = Math.min(wanted, frames.length)
  const cellWidth = Math.max(64, ...pictures.map(({ width }) => width))
  const cellHeight = Math.max(...pictures.map(({ height }) => height)) + labelHeight
  const [width, height] = [columns * (cellWidth + gap) + gap, Math.ceil(frames.length / columns) * (cellHeight + gap) + gap]
  const parts = pictures.flatMap((picture, index) => {
    const [left, top] = [gap + (index % columns) * (cellWidth + gap), gap + Math.floor(index / columns) * (cellHeight + gap)]
    const label = labelOf(clock(frames[index]!.seconds))
    return [
      { input: Buffer.from(picture.data), raw: { width: picture.width, height: picture.height, channels: 3 as const }, left, top },
      { input: label.data, raw: { width: label.width, height: label.height, channels: 3 as const }, left, top: top + picture.height + 4 }
    ]
  })
  const bytes = await sharp({ create: { width, height, channels: 3, background: { r: 24, g: 24, b: 28 } } }).composite(parts).jpeg({ quality: 80 }).toBuffer()
  return { name, mediaType: 'image/jpeg', caption, layer: 'beside', bytes }
}

async function greyPicture(probe: Uint8Array, orientation: Orientation): Promise<Pixels> {
  const { data, info } = await orient(sharp(probe, { raw: { width: probeColumns, height: probeRows, channels: 1 } }), orientation)
    .resize(thumbnailSide, thumbnailSide, { fit: 'inside' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data: info.channels === 3 ? data : Uint8Array.from({ length: info.width * info.height * 3 }, (_, at) => data[Math.floor(at / 3)]!), width: info.width, height: info.height }
}

/** Digits of three by five points, from the top left, in octal: no fonts are at hand where the engine runs. */
const glyphs: { readonly [character: string]: string } = {
  0: '75557', 1: '26227', 2: '71747', 3: '71717', 4: '55711', 5: '74717', 6: '74757', 7: '71122', 8: '75757', 9: '75717', ':': '02020', '.': '00002'
} // prettier-ignore

const [point, background, ink] = [2, 26, 230]

function labelOf(text: string): { data: Buffer; width: number; height: number } {
  const [width, height] = [text.length * 4 * point, 5 * point]
  const data = Buffer.alloc(width * height * 3, background)
  for (let index = 0; index < text.length; index++) {
    const rows = glyphs[text[index]!] ?? '00000'
    for (let y = 0; y < height; y++) {
      const bits = Number(rows[Math.floor(y / point)])
      for (let x = 0; x < 3 * point; x++) {
        if ((bits >> (2 - Math.floor(x / point))) & 1) data.fill(ink, (y * width + index * 4 * point + x) * 3, (y * width + index * 4 * point + x + 1) * 3)
      }
    }
  }
  return { data, width, height }
}
