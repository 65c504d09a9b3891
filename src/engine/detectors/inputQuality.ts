import { sentence } from '../../language/sentence.ts'
import { findings, type ImageDetector } from '../detector.ts'
import type { DecodedImage } from '../image.ts'
import { estimateQuality } from '../quantization.ts'
import type { NotChecked } from '../types.ts'
import { contextSignal } from './signal.ts'

/** Fewer pixels leave most measurements with too few samples: about 550 × 550. */
const smallPixels = 300_000
/** Below these qualities of IJG's scale, compression removes some, and then most, of what editing leaves behind. */
const limitedQuality = 85
const poorQuality = 70

/**
 * How much can be told from this file at all: its size and how strongly it is compressed. The same picture in better quality may
 * show what this one can't, which a reader has to know before “nothing was found” means anything.
 */
export const inputQuality: ImageDetector = {
  id: 'input_quality',
  kind: 'image',
  needsPixels: true,
  async detect(image) {
    const { width, height, damaged } = image
    const quality = jpegQuality(image)
    const isSmall = width * height < smallPixels
    const level = isSmall || damaged || (quality ?? 100) < poorQuality ? 'poor' : (quality ?? 100) < limitedQuality ? 'limited' : 'good'
    const exactly = (width * height) / 1e6
    const megapixels = exactly < 0.1 ? Number(exactly.toPrecision(1)) : Math.round(100 * exactly) / 100
    const ground = grounds[level]
    const signal = contextSignal({
      detector: 'input_quality',
      code: 'input_quality',
      meaning:
        quality === undefined
          ? sentence('The file has {megapixels, number} megapixels: {ground}.', { megapixels, ground })
          : sentence('The file has {megapixels, number} megapixels, saved at JPEG quality {quality} (estimated): {ground}.', { megapixels, quality, ground }),
      measured: { level, megapixels, jpegQuality: quality ?? null, lossless: image.lossless, damaged }
    })
    return findings({ signals: [signal], notChecked: [...tooSmall(isSmall), ...tooCompressed(quality)] })
  }
}

const grounds = {
  good: sentence('good ground for an examination'),
  limited: sentence('traces of editing may have been lost to compression'),
  poor: sentence('little ground for an examination; a larger or less compressed version of the picture would show more')
}

function jpegQuality({ jpeg, mediaType }: DecodedImage): number | undefined {
  const table = mediaType === 'image/jpeg' ? jpeg?.tables[0] : undefined
  return table && estimateQuality(table, 'luminance').quality
}

function tooSmall(isSmall: boolean): NotChecked[] {
  if (!isSmall) return []
  return [{ code: 'too_small', reason: sentence('The picture is so small that most measurements of its pixels say little or could not be made. A larger version would tell more.') }]
}

function tooCompressed(quality: number | undefined): NotChecked[] {
  if (quality === undefined || quality >= poorQuality) return []
  const reason = sentence('The picture is so strongly compressed that most traces of editing are gone. A version that was compressed less would tell more.')
  return [{ code: 'strongly_compressed', reason }]
}
