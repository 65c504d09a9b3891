import sharp, { type Raw, type Sharp } from 'sharp'
import { sentence } from '../language/sentence.ts'
import type { DecodedImage, Orientation, Pixels } from './image.ts'
import type { Evidence } from './types.ts'
import { probeColumns, probeRows, type SampledFrame } from './video/frames.ts'
import type { DecodedVideo } from './video/video.ts'

/** The longer side at most, in pixels: for a list, and for a large screen. */
export const thumbnailSide = 320
export const previewSide = 2048

/**
 * Quality and effort of WebP. A preview of 2048 × 1536 takes 65 ms to be coded (and 20 ms to be shrunk from 12 megapixels), about a tenth of
 * what the detectors take; effort 2 takes twice as long for 15 % less, effort 4 four times as long for 18 %.
 */
const webp = { quality: 80, effort: 0 } as const

/** What is shown: pixels as they are stored, how they are turned, and their size then, which for a video need not be theirs. */
interface Shown {
  pixels: Pixels
  orientation: Orientation
  width: number
  height: number
}

/**
 * The medium itself for people to look at, in two sizes, made of the pixels that were decoded for the detectors: upright, sRGB,
 * without transparency, and without a word of what the file says about itself. Of a video it is a frame.
 *
 * @returns nothing where no pixels could be decoded
 */
export async function previewsOf(medium: DecodedImage | DecodedVideo): Promise<Evidence[]> {
  const shown = medium.kind === 'image' ? pictureOf(medium) : frameOf(medium)
  if (shown === undefined) return []
  const preview = await shrunk(shown)
  const large = sharp(preview.data, { raw: preview.info })
  const small = large.clone().resize(thumbnailSide, thumbnailSide, { fit: 'inside', withoutEnlargement: true })
  return [await evidenceOf('thumbnail.webp', small), await evidenceOf('preview.webp', large)]
}

async function evidenceOf(name: string, picture: Sharp): Promise<Evidence> {
  const caption = sentence('The picture itself, smaller, or a frame of the video.')
  return { name, mediaType: 'image/webp', caption, layer: 'preview', bytes: await picture.webp(webp).toBuffer() }
}

function pictureOf({ pixels, orientation }: DecodedImage): Shown | undefined {
  if (pixels === undefined) return undefined
  const { width, height } = pixels
  return orientation >= 5 ? { pixels, orientation, width: height, height: width } : { pixels, orientation, width, height }
}

/** A frame of one colour shows nothing: films begin in black. The spread of luminance is counted in levels of 256. */
const leastSpread = 8

/** The first frame that shows something, whole if one was kept; else one that was kept small, which is upright already. */
function frameOf({ frames, orientation, width, height }: DecodedVideo): Shown | undefined {
  const kept = frames.filter(({ picture }) => picture !== undefined)
  const candidates = kept.length > 0 ? kept : frames.filter(({ thumbnail }) => thumbnail !== undefined)
  const { picture, thumbnail } = candidates.find((frame) => spreadOf(frame) >= leastSpread) ?? candidates[0] ?? {}
  if (picture !== undefined) return { pixels: picture, orientation, width, height }
  return thumbnail && { pixels: thumbnail, orientation: 1, width: thumbnail.width, height: thumbnail.height }
}

/** The standard deviation of a frame's luminance. */
function spreadOf({ probe }: SampledFrame): number {
  let [sum, squares] = [0, 0]
  for (const level of probe) [sum, squares] = [sum + level, squares + level * level]
  const mean = sum / (probeColumns * probeRows)
  return Math.sqrt(Math.max(0, squares / (probeColumns * probeRows) - mean * mean))
}

/** As displayed, within `previewSide`. It is turned when it is small. */
async function shrunk({ pixels, orientation, width, height }: Shown): Promise<{ data: Uint8Array; info: Raw }> {
  const scale = Math.min(1, previewSide / Math.max(width, height))
  const [across, down] = [width, height].map((side) => Math.max(1, Math.round(side * scale))) as [number, number]
  const [columns, rows] = orientation >= 5 ? [down, across] : [across, down]
  const raw = (picture: Sharp) => picture.raw().toBuffer({ resolveWithObject: true })
  const small = await raw(sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: 3 } }).resize(columns, rows, { fit: 'fill' }))
  return orientation === 1 ? small : raw(turned(sharp(small.data, { raw: small.info }), orientation))
}

/** See `upright`, which turns cells one by one: for pictures of this size libvips is quicker. sharp mirrors first, in whatever order it is told. */
function turned(picture: Sharp, orientation: Orientation): Sharp {
  const degrees = { 1: 0, 2: 0, 3: 180, 4: 0, 5: 90, 6: 90, 7: 90, 8: 270 }[orientation]
  const rotated = degrees === 0 ? picture : picture.rotate(degrees)
  if (orientation === 2 || orientation === 7) return rotated.flop()
  return orientation === 4 || orientation === 5 ? rotated.flip() : rotated
}
