import sharp from 'sharp'
import { nothingKnown, type ImageDetector } from '../../../src/engine/detector.ts'
import { decodeImage } from '../../../src/engine/image.ts'
import { sniffMediaType, type ImageMediaType } from '../../../src/engine/mediaTypes.ts'
import type { Signal } from '../../../src/engine/types.ts'
import { conclude } from '../../../src/engine/verdict.ts'
import { quoted } from '../../../src/language/sentence.ts'
import { inEnglish } from '../../language/inEnglish.ts'
import { photo, type PhotoOptions } from '../pictures.ts'

/** Runs one detector over a file as the engine does, and says in English what it found. */
export async function detect(detector: ImageDetector, file: Uint8Array) {
  const bytes = new Uint8Array(file)
  const sniffed = await sniffMediaType(bytes)
  return inEnglish(await detector.detect(await decodeImage(bytes, sniffed!.mediaType as ImageMediaType), nothingKnown))
}

/** The verdict that such signals alone lead to. */
export const verdictOf = (signals: readonly (Omit<Signal, 'meaning'> & { meaning: string })[]) =>
  conclude(signals.map((signal) => ({ ...signal, meaning: quoted(signal.meaning) })), []).verdict

/** A JPEG as a camera writes it, with a small copy of a picture in its EXIF. */
export async function photoWithThumbnail(thumbnail: Buffer, options: PhotoOptions = {}): Promise<Buffer> {
  return withExif(await photo(options), exifWithThumbnail(thumbnail))
}

/** A picture scaled down to a thumbnail of this size; `contain` leaves black bars. */
export async function thumbnailOf(picture: Buffer, { width = 160, height = 120, fit = 'fill' }: { width?: number; height?: number; fit?: 'fill' | 'contain' } = {}): Promise<Buffer> {
  return sharp(picture).resize({ width, height, fit, background: 'black' }).jpeg({ quality: 80 }).toBuffer()
}

/** Puts an EXIF block into a JPEG as its first segment. */
export function withExif(jpeg: Buffer, tiff: Buffer): Buffer {
  const payload = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff])
  const segment = Buffer.alloc(4)
  segment.writeUInt16BE(0xffe1, 0)
  segment.writeUInt16BE(payload.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), segment, payload, jpeg.subarray(2)])
}

/** A TIFF block of two directories (TIFF 6.0, section 2): an empty one, and that of the thumbnail. */
export function exifWithThumbnail(thumbnail: Buffer): Buffer {
  const entries: [tag: number, type: number, value: number][] = [
    [0x0103, 3, 6],
    [0x0201, 4, 56],
    [0x0202, 4, thumbnail.length]
  ]
  const head = Buffer.alloc(56)
  head.write('II*\0', 0, 'latin1')
  head.writeUInt32LE(8, 4)
  head.writeUInt16LE(0, 8)
  head.writeUInt32LE(14, 10)
  head.writeUInt16LE(entries.length, 14)
  for (const [index, [tag, type, value]] of entries.entries()) {
    const at = 16 + 12 * index
    head.writeUInt16LE(tag, at)
    head.writeUInt16LE(type, at + 2)
    head.writeUInt32LE(1, at + 4)
    if (type === 3) head.writeUInt16LE(value, at + 8)
    else head.writeUInt32LE(value, at + 8)
  }
  return Buffer.concat([head, thumbnail])
}
