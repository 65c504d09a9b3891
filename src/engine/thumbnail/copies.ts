import type { JpegStructure } from '../containers/jpeg.ts'
import type { DecodedImage } from '../image.ts'
import { furtherPictures } from '../jpeg/marks.ts'
import { hasProportionsOf, notedPreviews, xmpThumbnail } from './embedded.ts'

/** A small copy of the picture that stands in the same file. */
export interface SmallCopy {
  /** Where it stands, as a reader may be told. */
  name: string
  jpeg: Uint8Array
  /** Whether it may be a picture of something else, by where it stands: then that it differs altogether says nothing. */
  uncertain?: true
  /** Whether it may be another frame of the same moment: then that a part of it differs is no evidence of a change. */
  mayBeFrame?: true
}

/** All that are compared: no camera writes more. */
const maxCopies = 4

/**
 * The thumbnail in EXIF, the previews that cameras put behind the picture or into their notes, and the ones of Photoshop and in XMP; last, smaller
 * pictures behind the end of which nothing tells what they are.
 */
export function smallCopies({ bytes, jpeg, metadata }: Pick<DecodedImage, 'bytes' | 'jpeg' | 'metadata'>): SmallCopy[] {
  const copies: SmallCopy[] = metadata.thumbnail === undefined ? [] : [{ name: 'EXIF thumbnail', jpeg: metadata.thumbnail }]
  if (jpeg === undefined) return copies
  copies.push(...previews(bytes, jpeg), ...photoshopThumbnails(jpeg))
  const inXmp = xmpThumbnail(jpeg)
  if (inXmp !== undefined) copies.push({ name: 'thumbnail in XMP', jpeg: inXmp, uncertain: true })
  for (const preview of notedPreviews(jpeg, metadata.thumbnail)) copies.push({ name: 'preview in the camera’s note', jpeg: preview, uncertain: true })
  // The Multi-Picture Format says of each picture what it is; without it, nothing does.
  if (multiPictureSegment(jpeg) === undefined) {
    for (const further of furtherPictures(jpeg, bytes)) {
      if (!isSmaller(further, jpeg) || !hasProportionsOf(further, jpeg)) continue
      copies.push({ name: 'smaller picture behind the picture', jpeg: further.bytes, uncertain: true, mayBeFrame: true })
    }
  }
  return copies.slice(0, maxCopies)
}

/** Frames of a burst and the picture before its background was blurred are as large as the picture. */
function isSmaller({ width }: { width: number }, { frame }: JpegStructure): boolean {
  return frame !== undefined && 1.5 * width <= frame.width
}

/** `MPEntry` (CIPA DC-007, 5.2.3.3), 16 bytes a picture. */
const entryTag = 0xb002
/** Its types “Large Thumbnail, VGA” and “…, full HD”. Others are frames of their own, gain maps or depth maps, and no copies. */
const largeThumbnails: ReadonlySet<number> = new Set([0x010001, 0x010002])

function multiPictureSegment({ segments }: JpegStructure): JpegStructure['segments'][number] | undefined {
  return segments.find(({ name, identifier }) => name === 'APP2' && identifier === 'MPF')
}

/** Previews by the Multi-Picture Format, whose APP2 segment tells where they begin. */
function previews(bytes: Uint8Array, jpeg: JpegStructure): SmallCopy[] {
  const segment = multiPictureSegment(jpeg)
  if (segment === undefined || segment.payload.length < 12) return []
  const tiff = segment.payload.subarray(4)
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  const littleEndian = tiff[0] === 0x49
  const directory = view.getUint32(4, littleEndian)
  if (directory + 2 > tiff.length) return []
  const count = Math.min(view.getUint16(directory, littleEndian), 20)
  const found: SmallCopy[] = []
  for (let at = directory + 2; at < directory + 2 + 12 * count && at + 12 <= tiff.length; at += 12) {
    if (view.getUint16(at, littleEndian) !== entryTag) continue
    const [length, first] = [view.getUint32(at + 4, littleEndian), view.getUint32(at + 8, littleEndian)]
    for (let entry = first; entry + 16 <= Math.min(first + length, first + 16 * 10, tiff.length); entry += 16) {
      const type = view.getUint32(entry, littleEndian) & 0xffffff
      // From the byte-order mark in this segment on.
      const start = tiff.byteOffset - bytes.byteOffset + view.getUint32(entry + 8, littleEndian)
      const jpeg = bytes.subarray(start, start + view.getUint32(entry + 4, littleEndian))
      if (largeThumbnails.has(type) && jpeg.length > 0) found.push({ name: 'camera’s preview', jpeg })
    }
  }
  return found
}

const signature = Buffer.from('Photoshop 3.0\0', 'latin1')
/** Adobe Photoshop File Formats Specification, “Thumbnail resource format”. */
const thumbnailResource = 1036
const maxResources = 200

function photoshopThumbnails({ segments }: JpegStructure): SmallCopy[] {
  const segment = segments.find(({ name, payload }) => name === 'APP13' && Buffer.from(payload.subarray(0, signature.length)).equals(signature))
  if (segment === undefined) return []
  const block = Buffer.from(segment.payload.buffer, segment.payload.byteOffset, segment.payload.length)
  let at = signature.length
  for (let resource = 0; resource < maxResources && at + 12 <= block.length && block.toString('latin1', at, at + 4) === '8BIM'; resource++) {
    const id = block.readUInt16BE(at + 4)
    // A name with its length before it, and data, each of an even number of bytes.
    const size = at + 6 + ((block[at + 6]! + 2) & ~1)
    if (size + 4 > block.length) break
    const length = block.readUInt32BE(size)
    // A header of 28 bytes that begins with 1 for JPEG.
    if (id === thumbnailResource && length > 28 && block.length >= size + 8 && block.readUInt32BE(size + 4) === 1) {
      return [{ name: 'Photoshop thumbnail', jpeg: block.subarray(size + 4 + 28, size + 4 + length) }]
    }
    at = size + 4 + length + (length % 2)
  }
  return []
}
