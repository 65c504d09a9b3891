import type { Text } from '../../language/sentence.ts'
import { readJpeg, type JpegStructure } from '../containers/jpeg.ts'

/**
 * What makers leave in a JPEG beside the picture: segments of their own, and data behind its end. Programs that save a picture again drop
 * it as a rule, those that only rewrite metadata keep it.
 *
 * Source: Image::ExifTool::JPEG lists each of them, with the devices and programs that it was seen from.
 */
const segmentMarks: readonly (readonly [segment: string, start: RegExp, name: Text])[] = [
  ['APP1', /^FLIR\0/, 'thermal data of a FLIR camera'],
  ['APP1', /^PARROT\0/, 'thermal data of a Parrot drone'],
  ['APP3', /^(?:Meta|META)\0\0/, 'a note of a Kodak camera'],
  ['APP4', /^SCALADO\0/, 'data of Scalado, a library of phones from before 2014'],
  ['APP5', /^RMETA\0/, 'a note of a Ricoh camera'],
  ['APP6', /^GoPro\0/, 'data of a GoPro camera'],
  ['APP6', /^MMIMETA\0/, 'data of a Motorola phone'],
  ['APP7', /^PENTAX \0/, 'a note of a Pentax camera'],
  ['APP7', /^HUAWEI\0\0/, 'data of a Huawei phone'],
  ['APP7', /^.Qualcomm Camera Attributes/s, 'data of a phone with a Qualcomm chip'],
  ['APP9', /^Media Jukebox\0/, 'data of Media Jukebox']
]

const trailerMarks: readonly (readonly [mark: RegExp, name: Text])[] = [
  [/(?:SEFT|QDIOBS)$/, 'data of a Samsung phone'],
  [/8db42d694ccc418790edff439fe026bf$/, 'data of an Insta360 camera'],
  [/\0{6}\/NIKON APP$/, 'edits made in a Nikon app'],
  [/CANON OPTIONAL DATA\0[^]{44}$/, 'edits made in a Canon program'],
  [/cbipcbbl$/, 'data of Photo Mechanic'],
  [/\xa1\xb2\xc3\xd4$/, 'data of FotoStation'],
  [/^[^]{4}ftyp/, 'a short film, as phones keep it with a moving photograph']
]

/** Names of what was found, each once. */
export function marksOf({ segments, trailingBytes }: JpegStructure, file: Uint8Array): Text[] {
  const found = segmentMarks.filter(([segment, start]) => segments.some(({ name, payload }) => name === segment && start.test(latin1(payload.subarray(0, 40)))))
  const trailer = file.subarray(file.length - trailingBytes)
  const ends = latin1(trailer.subarray(0, 8)) + latin1(trailer.subarray(Math.max(8, trailer.length - 100)))
  const behind = trailingBytes === 0 ? [] : trailerMarks.filter(([mark]) => mark.test(ends))
  return [...new Set([...found.map(([, , name]) => name), ...behind.map(([, name]) => name)])]
}

/** A whole JPEG that stands behind the picture. */
export interface FurtherPicture {
  width: number
  height: number
  bytes: Uint8Array
}

/** Of those behind a picture, all that are looked at; a burst holds up to twenty. */
const maxFurtherPictures = 20

/**
 * The pictures behind the end of a JPEG, one after another, where each begins at the end of the one before or within a short gap. What they
 * are the file does not always say: previews, frames of a burst or of a panorama, brightness maps, or the picture before its background was
 * blurred.
 */
export function furtherPictures({ trailingBytes }: JpegStructure, file: Uint8Array): FurtherPicture[] {
  const found: FurtherPicture[] = []
  let rest = file.subarray(file.length - trailingBytes)
  while (found.length < maxFurtherPictures) {
    const start = startWithin(rest)
    if (start < 0) break
    const picture = rest.subarray(start)
    const { complete, scans, frame, trailingBytes: behind } = readJpeg(picture)
    if (!complete || scans === 0 || frame === undefined) break
    found.push({ width: frame.width, height: frame.height, bytes: picture.subarray(0, picture.length - behind) })
    rest = picture.subarray(picture.length - behind)
  }
  return found
}

/** Makers fill up to the next block of a card. */
const largestGap = 65_536
const startOfImage = Buffer.from([0xff, 0xd8, 0xff])

function startWithin(bytes: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, largestGap)).indexOf(startOfImage)
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
