import { sentence } from '../../language/sentence.ts'
import { findings, type Findings, type ImageDetector } from '../detector.ts'
import { maskPicture } from '../evidencePictures.ts'
import type { DecodedImage } from '../image.ts'
import { noiseCells, type NoiseCells } from '../noise/noiseCells.ts'
import { noiseRegions, type NoiseRegion } from '../noise/noiseRegions.ts'
import { uprightBox, type Box } from '../orientation.ts'
import { estimateQuality } from '../quantization.ts'
import { contextSignal } from './signal.ts'

/** In pixels: below, there are too few blocks to compare. */
const leastPixels = 200_000
/** JPEG below it rounds most noise away. */
const leastQuality = 75
/** The share of the blocks that hold noise; with fewer there is nothing to compare. */
const leastUsable = 0.3
/** What real photographs hold of unlike noise goes far below 10⁻²; the model's figure only orders what is found. */
const log10Threshold = -8
/** In cells: what is smaller is a detail of the motif. */
const leastCells = 4
/** A part is quiet when its noise (standard deviation) is at most so many times that of like surfaces. */
const clearRatio = 0.6
/** The mask's longer side, in pixels. */
const maskSide = 512

/**
 * Parts with less noise than even surfaces of the same brightness elsewhere in the picture: Noisesniffer, our own code after
 * M. Gardella, P. Musé, M. Colom & J.-M. Morel, "Image Forgery Detection Based on Noise Inspection", IPOL 14 (2024). A part with more
 * noise is not found: it does not count as even. Phones smooth faces and skies, blur backgrounds and merge exposures, and all that
 * looks the same, so it moves no verdict. The model's NFA is given as measured, not as a rate of false alarms.
 */
export const noiseInconsistency: ImageDetector = {
  id: 'noise_inconsistency',
  kind: 'image',
  needsPixels: true,
  async detect(image) {
    const { pixels } = image
    if (pixels === undefined) return findings()
    const hindrance = hindranceOf(image)
    if (hindrance !== undefined) return hindrance
    const cells = noiseCells(pixels)
    if (cells.usable < leastUsable) {
      const reason = sentence('Whether its noise is of one piece could not be looked at: most of the picture has no noise, as after strong compression, in drawings and in renderings.')
      return findings({ notChecked: [{ code: 'no_noise', reason }] })
    }
    const regions = noiseRegions(cells, log10Threshold).filter((region) => region.ratio <= clearRatio && region.cells.length >= leastCells)
    return regions.length === 0 ? findings() : inconsistent(regions, cells, image)
  }
}

function hindranceOf({ width, height, jpeg }: DecodedImage): Findings | undefined {
  if (width * height < leastPixels) {
    const reason = sentence('Whether its noise is of one piece could not be looked at: the picture is too small.')
    return findings({ notChecked: [{ code: 'too_small_for_noise', reason }] })
  }
  const table = jpeg?.tables.find(({ id }) => id === (jpeg.frame?.components[0]?.tableId ?? 0))
  if (table === undefined || estimateQuality(table, 'luminance').quality >= leastQuality) return undefined
  const reason = sentence('Whether its noise is of one piece could not be looked at: the picture is compressed too strongly.')
  return findings({ notChecked: [{ code: 'too_compressed_for_noise', reason }] })
}

async function inconsistent(regions: readonly NoiseRegion[], cells: NoiseCells, image: DecodedImage): Promise<Findings> {
  const evidence = await maskPicture(maskOf(regions, cells, image), {
    name: 'noise-inconsistency.png',
    caption: sentence(
      'Marked: parts with clearly less noise than even surfaces of the same brightness elsewhere. A part from another picture can do that, and one that was smoothed or painted over; so do portrait mode, the smoothing of faces and skies by phones, night mode, and a background out of focus. It is a place to look at, and no proof.'
    ),
    orientation: image.orientation
  })
  return findings({
    signals: [
      contextSignal({
        detector: 'noise_inconsistency',
        code: 'noise_inconsistency',
        meaning: sentence(
          'A part of the picture has much less noise than surfaces of the same brightness elsewhere. Phones, portrait and night modes, and backgrounds out of focus do that in honest pictures too, so it moves no verdict.'
        ),
        measured: {
          regions: regions.map((region) => ({
            ...uprightBox(boxOf(region, cells, image), image),
            noiseRatio: Math.round(region.ratio * 100) / 100,
            log10ModelNfa: Math.round(region.log10ModelNfa * 10) / 10
          })),
          blocksWithNoise: Math.round(cells.usable * 100) / 100
        },
        evidence: [evidence.name]
      })
    ],
    evidence: [evidence]
  })
}

/** In pixels as stored. */
function boxOf({ cells: marked }: NoiseRegion, { columns, side }: NoiseCells, { width, height }: DecodedImage): Box {
  const across = marked.map((cell) => cell % columns)
  const down = marked.map((cell) => Math.floor(cell / columns))
  const [x, y] = [Math.min(...across) * side, Math.min(...down) * side]
  return { x, y, width: Math.min(width, (Math.max(...across) + 1) * side) - x, height: Math.min(height, (Math.max(...down) + 1) * side) - y }
}

/** The cells that the picture's lower right edges cut are not whole, so the mask has the picture's frame, not theirs. */
function maskOf(regions: readonly NoiseRegion[], { columns, rows, side }: NoiseCells, { width, height }: DecodedImage) {
  const marked = new Set(regions.flatMap(({ cells }) => cells))
  const scale = Math.max(1, Math.max(width, height) / maskSide)
  const mask = { width: Math.max(1, Math.round(width / scale)), height: Math.max(1, Math.round(height / scale)) }
  const data = new Uint8Array(mask.width * mask.height)
  for (let y = 0; y < mask.height; y++) {
    const row = Math.min(rows - 1, Math.floor(((y + 0.5) * height) / mask.height / side))
    for (let x = 0; x < mask.width; x++) {
      const column = Math.min(columns - 1, Math.floor(((x + 0.5) * width) / mask.width / side))
      if (marked.has(row * columns + column)) data[y * mask.width + x] = 1
    }
  }
  return { data, ...mask }
}
