import type { QuantizationTable } from './containers/jpeg.ts'

/**
 * The quantization tables of the Independent JPEG Group's library, which most software uses: ITU-T T.81, annex K.1,
 * scaled by a quality from 1 to 100 as in `jpeg_set_quality` (jcparam.c).
 */

// prettier-ignore
const luminance = [
  16, 11, 10, 16, 24, 40, 51, 61,
  12, 12, 14, 19, 26, 58, 60, 55,
  14, 13, 16, 24, 40, 57, 69, 56,
  14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77,
  24, 35, 55, 64, 81, 104, 113, 92,
  49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99
]

// prettier-ignore
const chrominance = [
  17, 18, 24, 47, 99, 99, 99, 99,
  18, 21, 26, 66, 99, 99, 99, 99,
  24, 26, 56, 99, 99, 99, 99, 99,
  47, 66, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99
]

// prettier-ignore
const robidoux = [
  16, 16, 16, 18, 25, 37, 56, 85,
  16, 17, 20, 27, 34, 40, 53, 75,
  16, 20, 24, 31, 43, 62, 91, 135,
  18, 27, 31, 40, 53, 74, 106, 156,
  25, 34, 43, 53, 69, 94, 131, 189,
  37, 40, 62, 74, 94, 124, 169, 238,
  56, 53, 91, 106, 131, 169, 226, 311,
  85, 75, 135, 156, 189, 238, 311, 418
]

export interface QualityEstimate {
  /** 1–100, the nearest of IJG's scale. */
  quality: number
  /** Mean absolute difference from IJG's table of that quality, relative to its mean; 0 for IJG's own table. */
  deviation: number
}

/** IJG's table of a quality, in natural order. */
export function standardTable(kind: 'luminance' | 'chrominance', quality: number): number[] {
  return scaled(kind === 'luminance' ? luminance : chrominance, quality)
}

/** mozjpeg's own table of a quality (N. Robidoux's, for ImageMagick), for luminance and chrominance alike. */
export function webTable(quality: number): number[] {
  return scaled(robidoux, quality)
}

function scaled(base: readonly number[], quality: number): number[] {
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality
  return base.map((value) => Math.max(1, Math.min(255, Math.floor((value * scale + 50) / 100))))
}

/** The quality whose table comes nearest. Cameras and Adobe's programs use tables of their own: then it is no more than a comparison. */
export function estimateQuality(table: Pick<QuantizationTable, 'values'>, kind: 'luminance' | 'chrominance'): QualityEstimate {
  let best: QualityEstimate = { quality: 1, deviation: Number.POSITIVE_INFINITY }
  for (let quality = 100; quality >= 1; quality--) {
    const standard = standardTable(kind, quality)
    let difference = 0
    let sum = 0
    for (let index = 0; index < 64; index++) {
      difference += Math.abs((table.values[index] ?? 0) - standard[index]!)
      sum += standard[index]!
    }
    if (difference / sum < best.deviation) best = { quality, deviation: difference / sum }
  }
  return best
}
