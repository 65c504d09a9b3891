import sharp from 'sharp'
import { operationTimeoutSeconds } from '../decoder.ts'
import { readJpeg } from '../containers/jpeg.ts'
import type { Pixels } from '../image.ts'
import type { Mask } from './region.ts'

/** A file as somebody would save it. */
export interface SavedFile {
  bytes: Buffer
  mediaType: 'image/png' | 'image/jpeg'
}

/** `undefined` for PNG, else a JPEG quality of IJG's scale. */
export type Quality = number | undefined

/** The pixels of a file, as `Pixels` has them. */
export async function pixelsOf(path: string): Promise<Pixels> {
  const { data, info } = await sharp(path, { failOn: 'error' })
    .timeout({ seconds: operationTimeoutSeconds })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** Saves pixels without any metadata. */
export async function save(pixels: Pixels, quality: Quality): Promise<SavedFile> {
  const picture = rawSharp(pixels)
  return quality === undefined
    ? { bytes: await picture.png({ compressionLevel: 1 }).toBuffer(), mediaType: 'image/png' }
    : { bytes: await picture.jpeg({ quality }).toBuffer(), mediaType: 'image/jpeg' }
}

/** The pixels as they are after they were saved as JPEG. */
export async function compressed(pixels: Pixels, quality: number): Promise<Pixels> {
  const { data, info } = await sharp((await save(pixels, quality)).bytes).raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** Pixels at another size, with the kernel that most programs use. */
export async function resized(pixels: Pixels, factor: number): Promise<Pixels> {
  const { data, info } = await rawSharp(pixels)
    .resize({ width: Math.max(1, Math.round(pixels.width * factor)), kernel: 'cubic' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** A mask at the size of another picture: the nearest cell. */
export function maskResized({ data, width, height }: Mask, toWidth: number, toHeight: number): Mask {
  const scaled = new Uint8Array(toWidth * toHeight)
  for (let y = 0; y < toHeight; y++) {
    const row = Math.min(height - 1, Math.floor(((y + 0.5) * height) / toHeight)) * width
    for (let x = 0; x < toWidth; x++) scaled[y * toWidth + x] = data[row + Math.min(width - 1, Math.floor(((x + 0.5) * width) / toWidth))]!
  }
  return { data: scaled, width: toWidth, height: toHeight }
}

/** Puts the EXIF block of one JPEG, its thumbnail included, into another, as an editor does that copies what it does not know. */
export function withExifOf(original: Uint8Array, jpeg: Buffer): Buffer {
  const exif = readJpeg(original).segments.find(({ name, identifier }) => name === 'APP1' && identifier === 'Exif')
  if (exif === undefined) return jpeg
  const head = Buffer.from([0xff, 0xe1, 0, 0])
  head.writeUInt16BE(exif.payload.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), head, exif.payload, jpeg.subarray(2)])
}

function rawSharp({ data, width, height }: Pixels) {
  return sharp(data, { raw: { width, height, channels: 3 } })
}
