import { readJpeg, type JpegStructure } from '../containers/jpeg.ts'
import { extendedXmp } from '../containers/jpegTexts.ts'

/**
 * Small JPEGs that stand inside other blocks of a JPEG, found by what they are and not by a maker's table of contents, which each keeps
 * secret and changes.
 */

/** Of one block, all that are looked at: a note holds one or two. */
const maxStreams = 8
/** In pixels of the longer side: smaller ones are icons, or the thumbnail again. */
const leastPreviewSide = 200
/** By how much the proportions of a preview may differ from the picture's: cameras round to whole blocks. */
const mostStretch = 0.05

/**
 * Previews within EXIF, where makers put them into their notes (Nikon, Olympus, Minolta and others). Only those that are complete, larger
 * than a thumbnail and of the picture's proportions, lying or standing.
 *
 * @param thumbnail the one that EXIF names, which is not found again
 */
export function notedPreviews(jpeg: JpegStructure, thumbnail: Uint8Array | undefined): Uint8Array[] {
  const block = jpeg.segments.find(({ name, identifier }) => name === 'APP1' && identifier === 'Exif')?.payload
  if (block === undefined || jpeg.frame === undefined) return []
  return streamsIn(Buffer.from(block.buffer, block.byteOffset, block.length)).flatMap(({ bytes, frame }) => {
    const isPreview = frame !== undefined && Math.max(frame.width, frame.height) >= leastPreviewSide
    if (!isPreview || !hasProportionsOf(frame, jpeg)) return []
    const isThumbnail = thumbnail !== undefined && Buffer.from(thumbnail.subarray(0, bytes.length)).equals(bytes)
    return isThumbnail ? [] : [bytes]
  })
}

/** Whether a copy has the picture's proportions, lying or standing. */
export function hasProportionsOf(copy: Size, { frame }: JpegStructure): boolean {
  return frame !== undefined && Math.abs(proportionsOf(copy) / proportionsOf(frame) - 1) <= mostStretch
}

interface Size {
  width: number
  height: number
}

/** The longer side by the shorter. */
function proportionsOf({ width, height }: Size): number {
  return Math.max(width, height) / Math.min(width, height)
}

/** The start of an image, and a segment that may be the first: application's, comment, tables, restart interval or frame. */
const start = /\xff\xd8\xff[\xc0-\xc4\xdb\xdd\xe0-\xef\xfe]/g

function streamsIn(block: Buffer): { bytes: Buffer; frame: JpegStructure['frame'] }[] {
  const streams: { bytes: Buffer; frame: JpegStructure['frame'] }[] = []
  let end = 0
  for (const { index } of Array.from(block.toString('latin1').matchAll(start)).slice(0, maxStreams)) {
    // A preview may hold a thumbnail of its own.
    if (index < end) continue
    const { complete, trailingBytes, scans, frame } = readJpeg(block.subarray(index))
    if (!complete || scans === 0) continue
    end = block.length - trailingBytes
    streams.push({ bytes: block.subarray(index, end), frame })
  }
  return streams
}

const xmpIdentifier = 'http://ns.adobe.com/xap/1.0/'
/** `xmp:Thumbnails` (XMP specification, part 2, 1.2.2.4), an element or an attribute. No other picture in XMP is meant to be a copy. */
const thumbnailStart = /\bx[am]pGImg:image(?:>|=["'])/

/** The first thumbnail in XMP, which Adobe's programs write in base64. */
export function xmpThumbnail(jpeg: JpegStructure): Uint8Array | undefined {
  const packet = jpeg.segments.find(({ name, identifier }) => name === 'APP1' && identifier === xmpIdentifier)?.payload
  for (const block of [packet, extendedXmp(jpeg)]) {
    if (block === undefined) continue
    const text = Buffer.from(block.buffer, block.byteOffset, block.length).toString('latin1')
    const found = thumbnailStart.exec(text)
    if (found === null) continue
    const from = found.index + found[0].length
    const written = text.slice(from, from + text.slice(from).search(/["'<]/))
    // Lines are broken by a character reference.
    const bytes = Buffer.from(written.replaceAll(/&#x?[\dA-Fa-f]{1,4};|\s/g, ''), 'base64')
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return bytes
  }
  return undefined
}
