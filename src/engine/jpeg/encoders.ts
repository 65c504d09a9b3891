import type { JpegStructure } from '../containers/jpeg.ts'
import { standardTable, webTable } from '../quantization.ts'

/** The program that last saved a file, as far as the file's own structure tells. */
export interface Encoder {
  /** As it stands in a sentence: `Adobe Photoshop`. */
  name: string
  /** What tells it. */
  by: 'comment' | 'segments' | 'tables'
}

/** What encoders write into comments, unasked. */
const comments: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^CREATOR: gd-jpeg/, 'GD, the picture library of PHP'],
  [/^Created with (The )?GIMP/i, 'GIMP'],
  [/^Lavc\d/, 'FFmpeg'],
  [/^LEAD Technologies/, 'a program made with LEADTOOLS'],
  [/^Intel\(R\) JPEG Library/, 'a program made with Intel’s JPEG library'],
  [/^File written by Adobe Photoshop/, 'Adobe Photoshop'],
  [/^AppleMark/, 'Apple’s QuickTime'],
  [/^Optimized by JPEGmini/, 'JPEGmini']
]

/**
 * Names the program that last saved a JPEG: by the comment that it leaves, by segments that it alone writes, or by its tables. Tables are shared
 * by all programs that use the same library, so they name the library.
 */
export function encoderOf(jpeg: JpegStructure): Encoder | undefined {
  for (const { name, payload } of jpeg.segments) {
    if (name !== 'COM') continue
    const text = Buffer.from(payload.subarray(0, 80)).toString('latin1')
    const known = comments.find(([pattern]) => pattern.test(text))
    if (known !== undefined) return { name: known[1], by: 'comment' }
  }
  // Facebook and Instagram write IPTC's special instructions so, beginning with these letters.
  if (holds(jpeg, 'APP13', 'FBMD')) return { name: 'Facebook or Instagram', by: 'segments' }
  if (jpeg.segments.some(({ name, identifier }) => name === 'APP12' && identifier.startsWith('Ducky'))) {
    return { name: 'Adobe Photoshop (“Save for Web”)', by: 'segments' }
  }
  if (jpeg.adobeTransform !== undefined && holds(jpeg, 'APP13', 'Photoshop 3.0')) return { name: 'Adobe Photoshop or Lightroom', by: 'segments' }
  if (hasTables(jpeg, webTable)) return { name: 'mozjpeg, an encoder that web sites use', by: 'tables' }
  if (isLibjpeg(jpeg)) return { name: 'libjpeg, the library of most programs, web sites and some phones', by: 'tables' }
  return undefined
}

function holds({ segments }: JpegStructure, segment: string, text: string): boolean {
  return segments.some(({ name, payload }) => name === segment && Buffer.from(payload.buffer, payload.byteOffset, payload.length).includes(text))
}

/** IJG's tables behind a JFIF header that stands first, as libjpeg writes by itself. */
function isLibjpeg(jpeg: JpegStructure): boolean {
  return jpeg.segments[0]?.identifier === 'JFIF' && hasTables(jpeg, (quality) => standardTable('luminance', quality))
}

/** Whether the first component's table is one of a family. */
function hasTables({ tables, frame }: JpegStructure, tableOf: (quality: number) => number[]): boolean {
  const own = tables.find(({ id }) => id === frame?.components[0]?.tableId)?.values
  // At the highest qualities all families are the same: nothing but ones.
  if (own === undefined || own.every((value) => value <= 2)) return false
  for (let quality = 1; quality <= 100; quality++) if (tableOf(quality).every((value, index) => value === own[index])) return true
  return false
}

/** Makers whose cameras write Exif first and tables of their own, never a JFIF header and IJG's. */
const makersWithOwnEncoders = /^(canon|nikon|apple|olympus|om digital|panasonic|pentax|fujifilm)/i

/** Whether the camera that EXIF names can't have written this file itself. */
export function contradictsCamera(encoder: Encoder, make: unknown): boolean {
  return typeof make === 'string' && makersWithOwnEncoders.test(make.trim()) && !encoder.name.startsWith('Apple')
}
