import { sentence } from '../../language/sentence.ts'
import { findings, type Findings, type ImageDetector } from '../detector.ts'
import { mapPicture, maskPicture } from '../evidencePictures.ts'
import type { DecodedImage } from '../image.ts'
import type { Coefficients } from '../jpeg/coefficients.ts'
import { mapDoubleQuantization, type DoubleQuantizationMap } from '../jpeg/doubleQuantizationMap.ts'
import { firstDigitDistance } from '../jpeg/firstDigits.ts'
import { estimateFirstSteps, type FirstStep } from '../jpeg/firstQuantization.ts'
import { ghostOf } from '../jpeg/ghosts.ts'
import { findLocalGhost, type LocalGhost } from '../jpeg/ghostSearch.ts'
import { singleRegions, type SingleRegion } from '../jpeg/regions.ts'
import { uprightBox } from '../orientation.ts'
import { standardTable } from '../quantization.ts'
import type { Signal } from '../types.ts'
import { contextSignal } from './signal.ts'

/** A frequency shows an earlier quantization where that explains its coefficients so much better, in nats a coefficient, … */
const leastGain = 0.03
/** … and in so much of the picture. */
const leastPictureShare = 0.4
/** Frequencies that must show it. Rows of equal coefficients, as drawings have them, can look like it in one or two. */
const leastFrequencies = 4
/** Gaps that would be so rare with one quantization tell no parts of the picture apart. */
const leastGapShare = 0.05

/**
 * Where the picture was quantised twice, at most this share of the gaps of one quantization is met, beside what rounding
 * leaves. A change of brightness or colour
 * between the two, all over the picture, leaves more.
 */
const mostGapsTwice = 0.06
/** Up to this share the difference between a part and the rest is clear. */
const clearGapsTwice = 0.03
/**
 * What is claimed, where the difference is clear and where it is not: measured on photographs that were honestly saved twice, changed as a
 * whole between, or not, and not by the model, which would claim far more.
 */
const claimedLog10Nfa = { clear: -3, faint: -1.5 }
const maxRegions = 20

/**
 * Whether the picture was saved as JPEG before it was last saved, and where it was not.
 *
 * The coefficients of a picture that was quantised twice, with the larger steps first and on the same 8×8 grid, have gaps (Popescu &
 * Farid 2004; Pevný & Fridrich 2008). That alone is context: most published photographs were saved twice. Where a part of the picture lacks
 * them, it was added or changed between the two (Lin, He, Tang & Tang 2009; Bianchi & Piva 2012). The ghost of the first saving (Farid 2009) is
 * shown for the eye. The other way round, a part that alone was saved before is looked for over a range of qualities, by its ghost, as context.
 *
 * What is claimed is measured: see `claimedLog10Nfa`.
 *
 * It can't work where the last quality was the lower one, where the picture was cropped or resized between, or was no JPEG before: then
 * it says nothing.
 */
export const doubleCompression: ImageDetector = {
  id: 'double_compression',
  kind: 'image',
  mediaTypes: ['image/jpeg'],
  needsPixels: true,
  async detect(image) {
    const { pixels, jpeg } = image
    const coefficients = image.coefficients()
    const luma = image.luma()
    // With two or four components the first is not known to be luminance.
    const colours = jpeg?.frame?.components.length ?? 0
    if (coefficients === undefined || luma === undefined || pixels === undefined || !coefficients.complete) return findings()
    if ((colours !== 1 && colours !== 3) || jpeg?.adobeTransform === 0) return findings()

    const steps = estimateFirstSteps(coefficients, luma).filter(({ gain, share }) => gain >= leastGain && share >= leastPictureShare)
    if (steps.length < leastFrequencies) return localGhostOf(coefficients, image)
    const savedTwice = savedTwiceSignal(steps, coefficients)
    const withGaps = steps.filter(({ first, last, gapShare }) => first > last && gapShare >= leastGapShare)
    if (withGaps.length < leastFrequencies) {
      const { signals, evidence } = await localGhostOf(coefficients, image)
      return findings({ signals: [savedTwice, ...signals], evidence })
    }

    const ghost = await mapPicture(ghostOf(coefficients, withGaps), ghostText(image))
    savedTwice.evidence.push(ghost.name)
    const map = mapDoubleQuantization(coefficients, pixels, withGaps)
    const regions = reportedRegions(map, coefficients)
    if (regions.length === 0) return findings({ signals: [savedTwice], evidence: [ghost] })
    const mask = await maskPicture(maskOf(regions, map, image), maskText(image))
    return findings({ signals: [regionSignal(regions, map, image, savedTwice), savedTwice], evidence: [mask, ghost] })
  }
}

/** Where the picture as a whole shows no stronger save before the last, a part of it still may. */
async function localGhostOf(coefficients: Coefficients, image: DecodedImage): Promise<Findings> {
  const ghost = findLocalGhost(coefficients)
  if (ghost === undefined) return findings()
  const evidence = await mapPicture(ghost.map, localGhostText(ghost, image))
  const signal = contextSignal({
    detector: 'double_compression',
    code: 'ghost_of_a_part',
    meaning: sentence(
      'A part of the picture looks as if it had once been saved as JPEG at about quality {quality}, and the rest does not: it may come from another picture. Changes of light or sharpness all over the picture leave such parts as well.',
      { quality: ghost.quality }
    ),
    measured: {
      quality: ghost.quality,
      share: round(ghost.share),
      misfitWithin: round(ghost.misfitWithin),
      misfitAround: round(ghost.misfitAround),
      region: { ...uprightBox(boxOf(ghost, image), image) }
    },
    evidence: [evidence.name]
  })
  return findings({ signals: [signal], evidence: [evidence] })
}

function localGhostText({ quality }: LocalGhost, { orientation }: DecodedImage) {
  return {
    name: 'jpeg-ghost-of-a-part.png',
    orientation,
    caption: sentence(
      'Dark: fits an earlier saving as JPEG at about quality {quality}, or is too even to tell. Bright: does not fit it. A dark shape with a clear edge where the picture has detail deserves a look, and is no proof by itself.',
      { quality }
    )
  }
}

function reportedRegions(map: DoubleQuantizationMap, coefficients: Coefficients): SingleRegion[] {
  // Where hardly anything shows the earlier quantization, it is not known what the rest of the picture is.
  const inState = (wanted: number) => map.telling.reduce((sum, count, block) => sum + (map.state[block] === wanted ? count : 0), 0)
  if (map.gapShareTwice - map.gapShareLeft > mostGapsTwice * map.gapShareOnce || inState(1) > inState(0)) return []
  return singleRegions(map, coefficients).slice(0, maxRegions)
}

function savedTwiceSignal(steps: readonly FirstStep[], coefficients: Coefficients): Signal {
  const distance = firstDigitDistance(coefficients)
  const quality = firstQuality(steps)
  return contextSignal({
    detector: 'double_compression',
    code: 'saved_twice',
    meaning:
      quality === undefined
        ? sentence('The picture was saved as JPEG before, and then once more without being resized, as most published photographs were.')
        : sentence('The picture was saved as JPEG before at about quality {quality}, and then once more without being resized, as most published photographs were.', { quality }),
    evidence: [],
    measured: {
      firstQuality: quality ?? null,
      firstDigitDistance: distance === undefined ? null : round(distance),
      frequencies: steps.map(({ frequency, first, last, share, gain }) => ({
        frequency: `${frequency & 7},${frequency >> 3}`,
        firstStep: first,
        lastStep: last,
        share,
        gain: Math.round(gain * 1000) / 1000
      }))
    }
  })
}

/** IJG's quality that has the estimated steps, or nearly; undefined where none has. */
function firstQuality(steps: readonly FirstStep[]): number | undefined {
  let best = { quality: 0, difference: Number.POSITIVE_INFINITY }
  for (let quality = 100; quality >= 10; quality--) {
    const table = standardTable('luminance', quality)
    let difference = 0
    for (const { frequency, first } of steps) difference += Math.abs(table[frequency]! - first) / Math.max(2, first)
    if (difference < best.difference) best = { quality, difference }
  }
  return best.difference / steps.length < 0.12 ? best.quality : undefined
}

function regionSignal(regions: readonly SingleRegion[], map: DoubleQuantizationMap, image: DecodedImage, { measured }: Signal): Signal {
  const isClear = map.gapShareTwice - map.gapShareLeft <= clearGapsTwice * map.gapShareOnce
  const log10Nfa = isClear ? claimedLog10Nfa.clear : claimedLog10Nfa.faint
  return {
    detector: 'double_compression',
    code: 'double_quantization_region',
    supports: 'manipulated',
    log10LikelihoodRatio: -log10Nfa,
    log10Nfa,
    meaning: sentence(
      '{count, plural, one {A part of the picture was} other {# parts of the picture were}} added or changed after it had first been saved as JPEG: the traces of that first saving are everywhere else, but not there.',
      { count: regions.length }
    ),
    measured: {
      firstQuality: measured.firstQuality ?? null,
      gapShareInPicture: round(map.gapShareTwice),
      gapShareOfOneSaving: round(map.gapShareOnce),
      regions: regions.map((region) => ({
        ...uprightBox(boxOf(region, image), image),
        log10Nfa: Math.max(log10Nfa, Math.round(region.log10Nfa)),
        coefficients: region.compared,
        gapShare: round(region.comparedInGaps / Math.max(1, region.compared))
      }))
    },
    evidence: ['double-compression.png']
  }
}

function boxOf({ left, top, right, bottom }: Pick<SingleRegion, 'left' | 'top' | 'right' | 'bottom'>, { width, height }: DecodedImage) {
  return { x: 8 * left, y: 8 * top, width: Math.min(width, 8 * right) - 8 * left, height: Math.min(height, 8 * bottom) - 8 * top }
}

/** In pixels, as the blocks at the edges may reach beyond the picture. */
function maskOf(regions: readonly SingleRegion[], { columns }: DoubleQuantizationMap, { width, height }: DecodedImage) {
  const data = new Uint8Array(width * height)
  for (const { blocks } of regions) {
    for (const block of blocks) {
      const [left, top] = [8 * (block % columns), 8 * Math.floor(block / columns)]
      for (let y = top; y < Math.min(height, top + 8); y++) data.fill(1, y * width + left, y * width + Math.min(width, left + 8))
    }
  }
  return { data, width, height }
}

function maskText({ orientation }: DecodedImage) {
  return {
    name: 'double-compression.png',
    orientation,
    caption: sentence(
      'Marked: parts without the traces that a first saving as JPEG left everywhere else. They came in, or were painted over, after it. A caption, a date or a frame that was added honestly is marked as well; even and burnt-out parts can not be judged and are never marked.'
    )
  }
}

function ghostText({ orientation }: DecodedImage) {
  return {
    name: 'jpeg-ghost.png',
    orientation,
    caption: sentence(
      'Dark: fits the earlier saving as JPEG, or is too even to tell. Bright: does not fit it. Single bright spots, burnt-out parts and sharp edges are in every picture; an even bright shape with a clear edge deserves a look, and is no proof by itself.'
    )
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
