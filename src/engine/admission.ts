import type { Metadata as Header } from 'sharp'
import { sentence, type Sentence } from '../language/sentence.ts'
import { countGifBlocks } from './containers/gif.ts'
import { maxSegments, type JpegStructure } from './containers/jpeg.ts'
import { countWebpFrames } from './containers/webp.ts'
import { bytesPerPixel, maxDecodeBytes, maxFrames, maxGifBlocks, maxPixels, maxScans, maxSide } from './decoder.ts'
import { EngineError } from './types.ts'

/**
 * Refuses files of which a decoder would take too long or too much, before it sees them. libvips reads a file's whole
 * structure to tell its size, and is not stopped there by a time-out: so the parts are counted here first.
 *
 * @throws {EngineError} `undecodable_file`
 */
export function admitStructure(bytes: Uint8Array, jpeg: JpegStructure | undefined): void {
  if (jpeg !== undefined && jpeg.segments.length >= maxSegments) throw tooMany(sentence('segments'), maxSegments)
  if (jpeg !== undefined && jpeg.scans > maxScans) throw tooMany(sentence('scans'), maxScans)
  // By their signatures, as the decoders do, not by what the file is said to be.
  const signature = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (signature.startsWith('GIF8') && countGifBlocks(bytes, maxGifBlocks) > maxGifBlocks) throw tooMany(sentence('blocks'), maxGifBlocks)
  const isWebp = signature.startsWith('RIFF') && signature.endsWith('WEBP')
  if (isWebp && countWebpFrames(bytes, maxFrames) > maxFrames) throw tooMany(sentence('frames'), maxFrames)
}

function tooMany(parts: Sentence, most: number): EngineError {
  return new EngineError('undecodable_file', sentence('The file has more than {most, number} {parts}, which no program writes: it is not decoded', { most, parts }))
}

/**
 * Refuses pictures whose pixels would take more memory than a thread has. The header has been read, nothing is decoded.
 *
 * @throws {EngineError} `too_many_pixels`
 */
export function admitPixels(header: Header, jpeg: JpegStructure | undefined): void {
  const { width, height } = header
  if (width > maxSide || height > maxSide) {
    const tooLong = sentence('The picture has {width} × {height} pixels; at most {most, number} on a side are analysed', { width, height, most: maxSide })
    throw new EngineError('too_many_pixels', tooLong)
  }
  const most = Math.min(maxPixels, Math.floor(maxDecodeBytes / bytesPerPixel(header, jpeg?.frame?.process === 'progressive')))
  if (width * height > most) {
    const told = { width, height, millions: Math.round(most / 1e6) }
    const tooMuch =
      most < maxPixels
        ? sentence('The picture has {width} × {height} pixels; at most {millions, number} million are analysed in this format', told)
        : sentence('The picture has {width} × {height} pixels; at most {millions, number} million are analysed', told)
    throw new EngineError('too_many_pixels', tooMuch)
  }
}
