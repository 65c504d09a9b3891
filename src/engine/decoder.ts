import sharp from 'sharp'

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
 * The largest picture that is decoded, in pixels: 300 MB of memory a thread as 8-bit RGB. The header is asked before
 * anything is decoded.
 */
export const maxPixels = 100_000_000

/** A running libvips call can't be stopped from JavaScript; this ends it from inside. */
export const operationTimeoutSeconds = 25
