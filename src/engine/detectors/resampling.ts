import { sentence, paragraph, type Sentence } from '../../language/sentence.ts'
import { findings, type ImageDetector } from '../detector.ts'
import { findResampling, type Peak, type Resampling } from '../noise/resamplingFactor.ts'
import { spectrumPicture } from '../noise/spectrumPicture.ts'
import type { DecodedImage } from '../image.ts'
import { estimateQuality } from '../quantization.ts'
import { contextSignal } from './signal.ts'

/** Both sides, in pixels: below, too few periods fit. */
const leastSide = 128
/** JPEG's own rounding hides the periods below it, and most of them up to 95. */
const leastQuality = 85
/** Peaks of both directions that a factor has to explain before it is named. */
const clearPeaks = 4

/**
 * Whether the picture as a whole was resized (method and sources in `resamplingFactor.ts`). Who publishes a picture resizes it, and
 * cameras do so themselves for digital zoom, stabilisation and panoramas: it tells what the file is not, the camera's original, and moves no
 * verdict. Reducing by a half, doubling and other steps of sixteenths can't be told from the blocks of JPEG, and a reduction
 * that was then saved as JPEG mostly leaves nothing.
 */
export const resampling: ImageDetector = {
  id: 'resampling',
  kind: 'image',
  needsPixels: true,
  async detect(image) {
    const luma = image.luma()
    if (luma === undefined) return findings()
    if (Math.min(luma.width, luma.height) < leastSide) {
      const reason = sentence('Whether the picture was resized could not be looked at: that takes at least {pixels} pixels a side.', { pixels: leastSide })
      return findings({ notChecked: [{ code: 'too_small_for_resampling', reason }] })
    }
    if (qualityOf(image) < leastQuality) {
      const reason = sentence('Whether the picture was resized could not be looked at: it is compressed too strongly.')
      return findings({ notChecked: [{ code: 'too_compressed_for_resampling', reason }] })
    }
    const found = findResampling(luma)
    return found === undefined ? findings() : resized(found)
  }
}

function qualityOf({ jpeg }: DecodedImage): number {
  const table = jpeg?.tables.find(({ id }) => id === (jpeg.frame?.components[0]?.tableId ?? 0))
  return table === undefined ? 100 : estimateQuality(table, 'luminance').quality
}

async function resized({ factors, peaks, explained, spectra }: Resampling) {
  const possible = explained >= clearPeaks ? factors : []
  const factor = possible.length === 1 ? possible[0] : undefined
  const evidence = await spectrumPicture([spectra.columns, spectra.rows], {
    name: 'resampling.png',
    caption: sentence(
      'How strongly fine detail repeats, by frequency: across the picture above, down the picture below. Single tall lines at the same places in both come from resizing; the regular ones at every sixteenth of the scale come from JPEG. It says nothing about whether the picture was altered in any other way.'
    )
  })
  return findings({
    signals: [
      contextSignal({
        detector: 'resampling',
        code: 'resampled',
        meaning: paragraph(resizedBy(factor), notWhatTheSensorSaw),
        measured: {
          possibleFactors: possible.map(rounded),
          peaksExplained: explained,
          acrossPeaks: peaks.columns.map(listed),
          downPeaks: peaks.rows.map(listed)
        },
        evidence: [evidence.name]
      })
    ],
    evidence: [evidence]
  })
}

const notWhatTheSensorSaw = sentence('That is common and no sign of a forgery, but this is not what the sensor saw.')

function resizedBy(factor: number | undefined): Sentence {
  if (factor === undefined) {
    return sentence(
      'Fine detail repeats as it does after resizing: the picture was probably resized, by a program, by the site that published it, or by the camera itself (digital zoom, stabilisation).'
    )
  }
  const percent = Math.round(factor * 100)
  return factor > 1
    ? sentence(
        'Fine detail repeats as it does after resizing: the picture was probably enlarged to about {percent} % of its size, by a program, by the site that published it, or by the camera itself (digital zoom, stabilisation).',
        { percent }
      )
    : sentence(
        'Fine detail repeats as it does after resizing: the picture was probably reduced to about {percent} % of its size, by a program, by the site that published it, or by the camera itself (digital zoom, stabilisation).',
        { percent }
      )
}

function listed({ frequency, prominence }: Peak): { frequency: number; prominence: number } {
  return { frequency: rounded(frequency), prominence: Math.round(prominence) }
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
