import sharp, { type Metadata as Header } from 'sharp'
import { sentence } from '../language/sentence.ts'
import { admitPixels, admitStructure } from './admission.ts'
import { readJpeg, type JpegStructure } from './containers/jpeg.ts'
import { formatsOf, maxPixels, operationTimeoutSeconds, passOnWarning } from './decoder.ts'
import { decodeHeic } from './heic.ts'
import { readMetadata, type Metadata } from './metadata.ts'
import { decodeCoefficients, type Coefficients } from './jpeg/coefficients.ts'
import { lumaOf, type Luma } from './luma.ts'
import type { ImageMediaType } from './mediaTypes.ts'
import { EngineError, isOutOfMemory, type NotChecked } from './types.ts'

/**
 * Decoded pixels: `height × width × 3`, row-major, interleaved R, G, B, 0–255, sRGB (8 bits a channel; deeper pictures
 * are reduced, grey becomes three equal channels, CMYK is converted, transparency is dropped), first frame of an animation,
 * as stored: EXIF orientation is *not* applied, so that a JPEG's 8×8 grid starts at (0, 0).
 */
export interface Pixels {
  data: Uint8Array
  width: number
  height: number
}

/** How the stored picture is turned for display: EXIF's values 1 (as it is) to 8. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

/** One picture as the detectors see it, read and decoded once. */
export interface DecodedImage {
  kind: 'image'
  /** The whole file. */
  bytes: Uint8Array
  mediaType: ImageMediaType
  /** In pixels, as stored. */
  width: number
  height: number
  orientation: Orientation
  metadata: Metadata
  /** The marker structure of a JPEG. */
  jpeg: JpegStructure | undefined
  /** Whether the format keeps every pixel exactly: PNG, GIF, TIFF and lossless WebP. */
  lossless: boolean
  /** Undefined where no decoder is at hand (a HEIF of neither AV1 nor HEVC, or a damaged one). */
  pixels: Pixels | undefined
  /** The luminance of the pixels, worked out once for all detectors. Not to be written to. */
  luma: () => Luma | undefined
  /** The quantised DCT coefficients of a JPEG, decoded once for all detectors. Not to be written to. */
  coefficients: () => Coefficients | undefined
  /** Whether a part of the picture could not be decoded. */
  damaged: boolean
  /** What could not be looked at for reasons of the file itself. */
  notChecked: NotChecked[]
}

/**
 * Reads a picture's metadata and decodes its pixels.
 *
 * @throws {EngineError} `too_many_pixels` by the header alone; `undecodable_file` when there is no picture in the file, too
 *   little of it, or more parts than any honest file has; `analysis_timed_out` when decoding takes too long
 */
export async function decodeImage(bytes: Uint8Array, mediaType: ImageMediaType): Promise<DecodedImage> {
  // What the decoders would take for a JPEG, whatever it is said to be.
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8
  const jpeg = isJpeg ? readJpeg(bytes) : undefined
  admitStructure(bytes, jpeg)
  const header = await readHeader(bytes)
  if (!formatsOf[mediaType].includes(header.format)) {
    throw new EngineError('undecodable_file', sentence('The file is another kind of picture than its first bytes say'))
  }
  admitPixels(header, jpeg)
  const decoded = await decodePixels(bytes, header, jpeg)
  return {
    kind: 'image',
    bytes,
    mediaType,
    width: header.width,
    height: header.height,
    orientation: orientationOf(header),
    metadata: readMetadata(bytes, mediaType, header, jpeg),
    jpeg,
    lossless: isLossless(bytes, mediaType),
    luma: once(() => decoded.pixels && lumaOf(decoded.pixels)),
    coefficients: once(() => jpeg && decodeCoefficients(bytes, jpeg)),
    ...decoded
  }
}

/** Works a value out when it is first asked for, and keeps it. */
function once<Value>(work: () => Value): () => Value {
  let kept: { value: Value } | undefined
  return () => (kept ??= { value: work() }).value
}

async function readHeader(bytes: Uint8Array): Promise<Header> {
  try {
    // Without a limit here: one that throws would not tell the size. Nothing is decoded yet.
    return await sharp(bytes, { limitInputPixels: false, failOn: 'none' }).on('warning', passOnWarning).metadata()
  } catch (error) {
    throw new EngineError('undecodable_file', sentence('The file can not be read as a picture: its header is damaged'), { cause: error })
  }
}

/** HEIC is HEVC inside, for which the libvips that sharp brings has no decoder. */
function isForLibvips(header: Header): boolean {
  return header.format !== 'heif' || header.compression === 'av1'
}

/** Where it can't be decoded, its metadata can be read nevertheless. */
function decodeOtherHeif(bytes: Uint8Array, header: Header): Pick<DecodedImage, 'pixels' | 'damaged' | 'notChecked'> {
  const { width, height } = header
  try {
    const pixels = decodeHeic(bytes)
    if (pixels.width !== width || pixels.height !== height) throw new Error('another size than the header’s')
    return { pixels, damaged: false, notChecked: [] }
  } catch (error) {
    if (isOutOfMemory(error)) throw error
    // Whatever else went wrong in there: nothing of it is left, and there is no second decoder to be asked.
    const kind = header.compression?.toUpperCase() ?? 'HEIF'
    const reason = sentence(
      'The pixels could not be looked at: this {kind} picture is damaged, or of a kind for which there is no decoder here. Only what stands around them was read.',
      { kind }
    )
    return { pixels: undefined, damaged: false, notChecked: [{ code: 'pixels_not_decodable', reason }] }
  }
}

/** Of a damaged file, this share of the rows must be sound: less is another picture than the one that was meant. */
const leastShareOfRows = 0.75

/**
 * A damaged file whose larger part is sound is analysed all the same, and that is said. A progressive JPEG that is cut has no
 * sound rows: each of its scans holds a part of the whole picture.
 */
async function decodePixels(
  bytes: Uint8Array,
  header: Header,
  jpeg: JpegStructure | undefined
): Promise<Pick<DecodedImage, 'pixels' | 'damaged' | 'notChecked'>> {
  if (!isForLibvips(header)) return decodeOtherHeif(bytes, header)
  const time = decodingTime()
  const sound = await decodeSound(bytes, jpeg, time).catch((complaint: Error) => complaint)
  if (!(sound instanceof Error)) return { pixels: sound, damaged: false, notChecked: [] }
  if (sound instanceof EngineError) throw sound
  if (sound.message.startsWith('timeout')) throw tookTooLong(sound)
  const share = await shareOfSoundRows(bytes, header, time)
  const pixels = share < leastShareOfRows ? undefined : await decode(bytes, 'none', time).catch(() => undefined)
  if (pixels === undefined) {
    throw new EngineError('undecodable_file', sentence('The picture in the file is damaged or cut short and can not be decoded'), { cause: sound })
  }
  const reason = sentence('The file is damaged or ends too early: a part of the picture is missing or distorted. The undamaged file may tell more.')
  return { pixels, damaged: true, notChecked: [{ code: 'file_damaged', reason }] }
}

/** How many seconds are left, whole ones; a damaged file is decoded several times, and all of them share one limit. */
type DecodingTime = () => number

function decodingTime(): DecodingTime {
  const end = performance.now() + operationTimeoutSeconds * 1_000
  return () => {
    const seconds = Math.round((end - performance.now()) / 1_000)
    if (seconds < 1) throw tookTooLong()
    return seconds
  }
}

function tookTooLong(cause?: Error): EngineError {
  return new EngineError('analysis_timed_out', sentence('Decoding took longer than {seconds, number} seconds', { seconds: operationTimeoutSeconds }), { cause })
}

/** What libjpeg calls a warning though the picture is no longer what it was. Other warnings are about what viewers pass over. */
const jpegDamage = /corrupt jpeg data|premature end|inconsistent progression/i

/** Stray bytes between segments, where the structure is whole: some cameras leave them. */
function isHarmless(complaint: Error, jpeg: JpegStructure): boolean {
  return !jpegDamage.test(complaint.message) || (complaint.message.includes('extraneous bytes') && jpeg.complete)
}

/** Fails for a picture that is cut or damaged. For other formats than JPEG the decoders call that an error. */
async function decodeSound(bytes: Uint8Array, jpeg: JpegStructure | undefined, time: DecodingTime): Promise<Pixels> {
  if (jpeg === undefined) return decode(bytes, 'error', time)
  return decode(bytes, 'warning', time).catch((complaint: Error) => {
    if (!isHarmless(complaint, jpeg)) throw complaint
    return decode(bytes, 'error', time)
  })
}

/** Up to where the picture can be decoded without a complaint, as a share of its rows, in sixteenths. */
async function shareOfSoundRows(bytes: Uint8Array, { width, height }: Header, time: DecodingTime): Promise<number> {
  let [sound, damaged] = [0, 16]
  while (damaged - sound > 1) {
    const middle = (sound + damaged) >> 1
    const rows = { left: 0, top: 0, width, height: Math.max(1, Math.floor((height * middle) / 16)) }
    const complaint = await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'warning', sequentialRead: true })
      .timeout({ seconds: time() })
      .extract(rows)
      .raw()
      .toBuffer()
      .catch((error: Error) => error)
    if (complaint instanceof Error) damaged = middle
    else sound = middle
  }
  return sound / 16
}

async function decode(bytes: Uint8Array, failOn: 'warning' | 'error' | 'none', time: DecodingTime): Promise<Pixels> {
  const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels, failOn, sequentialRead: true })
    .on('warning', passOnWarning)
    .timeout({ seconds: time() })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  if (info.channels !== 3) throw new Error(`${info.channels} channels where 3 were asked for`)
  return { data, width: info.width, height: info.height }
}

function orientationOf(header: Header): Orientation {
  const { orientation = 1 } = header
  // libvips has turned HEIF pictures already, by the container's own properties.
  if (header.format === 'heif' || orientation < 1 || orientation > 8) return 1
  return orientation as Orientation
}

function isLossless(bytes: Uint8Array, mediaType: ImageMediaType): boolean {
  // A TIFF can hold JPEG data, which is rare and not looked for here.
  if (mediaType === 'image/png' || mediaType === 'image/gif' || mediaType === 'image/tiff') return true
  // RIFF container specification of WebP: the chunk `VP8L` is the lossless bitstream, `VP8 ` the lossy one.
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 65_536))
  return mediaType === 'image/webp' && head.includes('VP8L')
}
