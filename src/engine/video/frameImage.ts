import type { DecodedImage, Orientation, Pixels } from '../image.ts'
import { lumaOf, type Luma } from '../luma.ts'

/** A frame as the picture detectors see a picture: its pixels alone, without a file around them. */
export function frameImage(pixels: Pixels, orientation: Orientation): DecodedImage {
  let luma: Luma | undefined
  return {
    kind: 'image',
    bytes: new Uint8Array(0),
    mediaType: 'image/png',
    width: pixels.width,
    height: pixels.height,
    orientation,
    metadata: { exif: new Map(), xmp: new Map(), iptc: new Map(), texts: [], thumbnail: undefined, hasContentCredentials: false, unreadable: [] },
    jpeg: undefined,
    coefficients: () => undefined,
    lossless: false,
    pixels,
    luma: () => (luma ??= lumaOf(pixels)),
    damaged: false,
    notChecked: []
  }
}
