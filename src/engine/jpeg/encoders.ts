import type { Text } from '../../language/sentence.ts'
import type { JpegStructure } from '../containers/jpeg.ts'
import { standardTable, webTable } from '../quantization.ts'
import { knownTables } from './knownTables.ts'

/** The program or camera that last saved a file, as far as the file's own structure tells. */
export interface Encoder {
  /** As it stands in a sentence: `Adobe Photoshop`. */
  name: Text
  /** What tells it. A note may be left over from a program before; others may write the same segments or tables. */
  by: 'comment' | 'segments' | 'tables'
  /** On the writer's own scale. */
  setting?: { quality: number; of: number }
  /** Of a camera: how EXIF's Make begins. */
  maker?: string
}

/** What encoders write into comments, unasked. */
const comments: readonly (readonly [pattern: RegExp, name: Text])[] = [
  // gd_jpeg.c
  [/^CREATOR: gd-jpeg/, 'GD, the picture library of PHP'],
  // plug-ins/file-jpeg
  [/^Created with (The )?GIMP/i, 'GIMP'],
  // libavcodec/mjpegenc_common.c
  [/^Lavc\d/, 'FFmpeg'],
  [/^LEAD Technologies/, 'a program made with LEADTOOLS'],
  [/^Intel\(R\) JPEG Library/, 'a program made with Intel’s JPEG library'],
  [/^File written by Adobe Photoshop/, 'Adobe Photoshop'],
  [/^AppleMark/, 'Apple’s QuickTime'],
  [/^Optimized by JPEGmini/, 'JPEGmini'],
  // jpeg-archive, jpeg-recompress.c
  [/^Compressed by jpeg-recompress/, 'jpeg-recompress, which makes pictures smaller for web sites'],
  // Pictures of offers, as they are downloaded.
  [/^Processed By eBay/, 'eBay'],
  // MediaWiki, TransformationalImageHandler.php: the address is that of the picture's page.
  [/^File source: https?:\/\/commons\.wikimedia\.org\//, 'Wikimedia Commons, when it made a smaller copy'],
  [/^File source: https?:\/\/\S+\/wiki\//, 'a wiki, when it made a smaller copy']
]

/**
 * Names what last saved a JPEG: by the comment that it leaves, by segments that it alone writes, or by its tables. Tables of annex K.1 are
 * shared by all programs that use the same library, so they name the library: of WhatsApp, Telegram, X and most other sites no file tells more.
 */
export function encoderOf(jpeg: JpegStructure): Encoder | undefined {
  for (const { name, payload } of jpeg.segments) {
    if (name !== 'COM') continue
    const text = latin1(payload.subarray(0, 80))
    const known = comments.find(([pattern]) => pattern.test(text))
    if (known !== undefined) return { name: known[1], by: 'comment' }
  }
  if (jpeg.segments.some(({ name, payload }) => name === 'APP13' && hasFacebookInstructions(payload))) {
    return { name: 'Facebook or Instagram', by: 'segments' }
  }
  const tables = knownTables(jpeg)
  if (tables !== undefined) return { ...tables, by: 'tables' }
  const hasStandardTables = hasTables(jpeg, (quality) => standardTable('luminance', quality))
  // Others keep segments of Adobe's when they save a picture again, but with tables of annex K.1, which Adobe's programs never use.
  if (!hasStandardTables) {
    if (jpeg.segments.some(({ name, identifier }) => name === 'APP12' && identifier.startsWith('Ducky'))) {
      return { name: 'Adobe Photoshop (“Save for Web”)', by: 'segments' }
    }
    const hasResources = jpeg.segments.some(({ name, identifier }) => name === 'APP13' && identifier === 'Photoshop 3.0')
    if (jpeg.adobeTransform !== undefined && hasResources) return { name: 'Adobe Photoshop or Lightroom', by: 'segments' }
  }
  if (hasTables(jpeg, webTable)) return { name: 'mozjpeg, an encoder that web sites use', by: 'tables' }
  // As libjpeg writes by itself: a JFIF header that stands first.
  if (hasStandardTables && jpeg.segments[0]?.identifier === 'JFIF') return { name: 'libjpeg, the library of most programs, web sites and some phones', by: 'tables' }
  return undefined
}

/**
 * IPTC's “special instructions” (IIM 2:40) as Facebook has written them since 2014, and Instagram, which it owns: these letters, and then
 * hexadecimal digits (P. Peccatte and others, Stack Overflow 31120222).
 */
function hasFacebookInstructions(payload: Uint8Array): boolean {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  const at = bytes.indexOf('FBMD', 5, 'latin1')
  // A data set begins with its tag, three bytes, and its length, two.
  return at >= 5 && bytes.readUIntBE(at - 5, 3) === 0x1c0228 && /^[0-9a-f]{8}/.test(bytes.toString('latin1', at + 4, at + 12))
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
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
  // What a maker's own programs share with its cameras is no contradiction, and a camera's tables may yet be found in another maker's.
  if (typeof make !== 'string' || encoder.maker !== undefined || encoder.name.startsWith('Apple')) return false
  return makersWithOwnEncoders.test(make.trim())
}
