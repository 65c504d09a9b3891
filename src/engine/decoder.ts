import sharp, { type Metadata as Header } from 'sharp'
import type { ImageMediaType } from './mediaTypes.ts'

/**
 * Readies libvips for files of strangers. Its settings belong to the process; setting them again from each thread
 * changes nothing.
 *
 * - One thread an operation: the pool already has one an analysis.
 * - No cache: two files never share a decode, and a cached one would hold its memory.
 * - Only the loaders of the formats that we take: the others (SVG, PDF, …) are never reached, whatever a file says.
 */
export function prepareDecoder(): void {
  sharp.concurrency(1)
  sharp.cache(false)
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpeg',
      'VipsForeignLoadPng',
      'VipsForeignLoadWebp',
      'VipsForeignLoadNsgif',
      'VipsForeignLoadHeif',
      'VipsForeignLoadTiff'
    ]
  })
}

/**
 * Passes on what libvips finds odd about a file and decodes all the same, as a warning of Node.js: see `notice.ts`. libvips keeps one list
 * of warnings for the whole process: with several threads one may be told of the wrong file.
 */
export function passOnWarning(warning: string): void {
  process.emitWarning(warning, 'LibvipsWarning')
}

/** What libvips calls the formats that a media type may turn out to be. */
export const formatsOf: { readonly [mediaType in ImageMediaType]: readonly string[] } = {
  'image/jpeg': ['jpeg'],
  'image/png': ['png'],
  'image/webp': ['webp'],
  'image/gif': ['gif'],
  'image/tiff': ['tiff'],
  'image/avif': ['heif'],
  'image/heic': ['heif'],
  'image/heif': ['heif']
}

/*
 * The limits that stand before decoding. What a file holds beside its pixels has its own, where it is read: texts of PNG
 * and GIF in `containers/`, EXIF, XMP and IPTC in `metadata.ts`, what a report may hold in `storable.ts`.
 */

/** The largest picture that is decoded, in pixels, whatever its format. The header is asked before anything is decoded. */
export const maxPixels = 100_000_000

/** In pixels. Pictures of one endless row are no pictures, and decoders reckon with sides wrongly long before they overflow. */
export const maxSide = 1_000_000

/** A running libvips call can't be stopped from JavaScript; this ends it from inside. All attempts at one file share it. */
export const operationTimeoutSeconds = 25

/**
 * Scans of a JPEG. A progressive one takes about ten; each costs a walk over the whole picture however few bytes it has, and libjpeg
 * does not look at the clock meanwhile: 5,000 scans of 100 megapixels fit into a megabyte and take minutes.
 */
export const maxScans = 100

/** Frames of an animated WebP. libvips counts them in a time that grows with their square: 10,000 take half a second. */
export const maxFrames = 10_000

/** Frames and extensions of a GIF, two for a frame as a rule. */
export const maxGifBlocks = 100_000

/** Memory that one analysis may take outside of the JavaScript heap, in bytes: the gigabyte that `config.ts` plans for a thread. */
export const maxDecodeBytes = 1_000_000_000

/**
 * Memory that an analysis takes for each pixel, in bytes, at its peak: what the decoder keeps, and the pixels as they come out.
 *
 * Measured as the growth of a process with one thread, at 100 megapixels: baseline JPEG, PNG and TIFF 540–630 MB, GIF 680 MB, WebP 760 MB,
 * progressive JPEG 580 MB (grey) to 870 MB (4:4:4) and 1,070 MB (CMYK), interlaced PNG 530 MB (8-bit grey) to 1,060 MB (16-bit RGBA), AVIF
 * 1,700 MB. AVIF of 30 megapixels 520 MB, of 12 megapixels with 12 bits and transparency 370 MB. Damaged files, which are decoded again,
 * up to 830 MB. HEIC of 12 megapixels in tiles, as phones write it, 80–100 MB; in one piece the decoder keeps earlier frames too, so more
 * is planned.
 */
export function bytesPerPixel({ format, channels, depth, isProgressive }: Header, isProgressiveJpeg: boolean): number {
  const sampleBytes = { uchar: 1, char: 1, ushort: 2, short: 2, uint: 4, int: 4, float: 4, complex: 8, double: 8, dpcomplex: 16 }[depth] ?? 16
  const stored = channels * sampleBytes
  switch (format) {
    case 'jpeg':
      // All coefficients of all scans, 16 bits each, before the first row comes out.
      return isProgressiveJpeg ? 4 + 2 * channels : 7
    case 'png':
      return isProgressive ? 4 + stored : 7
    case 'tiff':
      // A strip or a tile can be the whole picture, of any number of samples.
      return 4 + stored
    case 'heif':
      // libheif's planes and libvips' pixels beside each other, of two bytes a sample where there are more than 8 bits.
      return channels * (sampleBytes > 1 ? 8.5 : 6)
    default:
      return 8
  }
}
