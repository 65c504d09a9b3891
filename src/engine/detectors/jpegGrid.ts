import { sentence, type Sentence } from '../../language/sentence.ts'
import { findings, type ImageDetector } from '../detector.ts'
import { maskPicture, type Grid } from '../evidencePictures.ts'
import type { DecodedImage } from '../image.ts'
import { gridVotes } from '../kernels/gridVotes.ts'
import type { Luma } from '../luma.ts'
import { uprightBox, type Box } from '../orientation.ts'
import { estimateQuality } from '../quantization.ts'
import { quantizationFit } from '../grid/quantizationFit.ts'
import { isReplaced } from '../grid/replaced.ts'
import { maskOf, regionsOf, surroundingsOf, type ForeignRegion } from '../grid/regions.ts'
import { cellSide, unquantizedRegions, type UnquantizedRegion } from '../grid/unquantized.ts'
import { countVotes, finestSide, grids, log10Chance, totalOf, type VoteCounts } from '../grid/votes.ts'
import { foreignWindows } from '../grid/windows.ts'
import type { NotChecked, Signal } from '../types.ts'
import { contextSignal } from './signal.ts'

/** Of a larger picture the middle is looked at: the time, and 2 bytes a pixel, grow with what is. */
const maxPixels = 25_000_000
/** No window fits into less. */
const leastSide = 64
/** For the global grid: it is said to be there below this. */
const log10MostNfa = -3
/** For a region: what chance makes is told apart by far, see `jpegGrid`. */
const log10MostRegionNfa = -5
/**
 * No more than this is claimed, whatever the model says. Counted on photographs: none of 46, nor of 690 savings of them (cropped, scaled,
 * sharpened, blurred, saved again once or twice), raised an alarm, which bounds the rate at about -2.4. That it is lower rests on
 * condition 3 below: in the three savings that got that far, the rest voted 2.4 to 20 times as often for the grid as for others, where
 * 1.5 times is the limit; around the 33 splices that were found, once at most.
 */
const log10LeastNfa = -3
/**
 * Saved as JPEG below this quality (of IJG's scale), the grids of before are gone: of 45 splices, 31 were found after quality 99,
 * 9 after 98, 1 after 97, none after 96 or 95. There a sample tells whether the file's own grid lies over everything, and then no
 * more is looked at.
 */
const telltaleQuality = 97
const samplePixels = 2_000_000
const maxRegions = 20

/**
 * The grid of JPEG's 8×8 blocks (method and source in `gridVotes.ts`): which one the picture as a whole was saved in, and whether
 * a part of it lies in another, as a part of another JPEG does.
 *
 * The global grid is the one with most votes. A foreign grid is looked for in windows; the number of false alarms (NFA) of a
 * window counts all windows and grids that are looked at. Its model, in which every grid is as likely, is broken by edges, by patterns,
 * and by having been cropped and saved again, which leaves two grids all over the picture. So a region must
 *
 * 1. stand out by more than the model asks for, in windows side by side in both directions, and in each of their quarters,
 * 2. hardly vote for the global grid, or for any third,
 * 3. have a grid that the rest of the picture does not vote for more than chance has it,
 * 4. lie in a picture that is in the global grid nearly everywhere else. Without this it is a hint that makes no verdict: a
 *    screenshot or a collage looks like that.
 *
 * Where no foreign grid is found in a picture saved without loss, a *missing* one is looked for, not as the paper does (by saving all once more),
 * but by the quantization itself (`quantizationFit.ts`). It is told from what else takes quantization away by `unquantized.ts` and `replaced.ts`,
 * and still is no more than a hint.
 */
export const jpegGrid: ImageDetector = {
  id: 'jpeg_grid',
  kind: 'image',
  needsPixels: true,
  async detect(image) {
    const luma = image.luma()
    if (luma === undefined || Math.min(luma.width, luma.height) < leastSide) return findings()
    if (!image.lossless && image.jpeg === undefined) return findings({ notChecked: [overwritten(byItsFormat)] })
    const quality = qualityOf(image)
    if (quality < telltaleQuality && globalGridOf(countedVotes(middleOf(luma, samplePixels))).grid === 0) {
      const bySaving = sentence(
        'Whether a part was saved in another JPEG grid before could hardly be looked at: saving the whole picture in JPEG of about quality {quality} lays its own traces over it.',
        { quality }
      )
      return findings({ notChecked: [overwritten(bySaving)] })
    }
    const seen = middleOf(luma, maxPixels)
    const votes = countedVotes(seen)
    const global = globalGridOf(votes)
    const foreign = foreignRegions(votes, global.grid)
    const notChecked = seen.whole ? [] : [partly]
    const unquantized = foreign?.inGlobalGrid ? [] : unquantizedParts(image, seen, global)
    if (foreign === undefined && unquantized.length > 0 && unquantized.every((region) => isReplaced(region, votes, global.grid, image.pixels!))) {
      const evidence = await maskPicture(maskOfCells(unquantized, luma), { name: 'jpeg-grid.png', caption: missingCaption, orientation: image.orientation })
      const regions = unquantized.slice(0, maxRegions).map((region) => ({ ...uprightBox(region, image), log10Nfa: round(region.log10Nfa) }))
      const measured = { regions, globalGrid: origin(global.grid), globalGridLog10Nfa: round(global.log10Nfa) }
      return findings({ signals: [missingSignal(measured, evidence.name)], evidence: [evidence], notChecked })
    }
    if (foreign === undefined) {
      const earlier = earlierJpeg(image, global)
      return findings({ signals: earlier === undefined ? [] : [earlier], notChecked })
    }
    const mask = maskOf(foreign.regions, votes, global.grid)
    const evidence = await maskPicture(inWhole(mask, seen, luma), { name: 'jpeg-grid.png', caption, orientation: image.orientation })
    const regions = foreign.regions.slice(0, maxRegions).map((region) => {
      const stored = { ...region, x: region.x + seen.left, y: region.y + seen.top }
      return { ...uprightBox(stored, image), log10Nfa: round(region.log10Nfa), grid: origin(region.grid) }
    })
    const measured = { regions, globalGrid: origin(global.grid), globalGridLog10Nfa: round(global.log10Nfa) }
    return findings({ signals: [foreignSignal(withQuantization(foreign, unquantized), measured, evidence.name)], evidence: [evidence], notChecked })
  }
}

const countedVotes = ({ luma }: Seen): VoteCounts => countVotes(gridVotes(luma), luma.width, luma.height)

interface GlobalGrid {
  grid: number
  log10Nfa: number
}

/** The grid with most votes, whether it is significant or not. */
function globalGridOf(votes: VoteCounts): GlobalGrid {
  const total = totalOf(votes)
  const grid = total.indexOf(Math.max(...total))
  const pixels = votes.columns * votes.rows * votes.side ** 2
  return { grid, log10Nfa: Math.log10(grids) + log10Chance(pixels, total[grid]!) }
}

interface Foreign {
  regions: ForeignRegion[]
  /** Whether the rest is in the global grid nearly everywhere. */
  inGlobalGrid: boolean
}

/** The regions of all grids that only a part of the picture lies in. Strongest first. */
function foreignRegions(votes: VoteCounts, globalGrid: number): Foreign | undefined {
  const candidates = regionsOf(foreignWindows(votes, globalGrid), votes).filter(({ log10Nfa }) => log10Nfa < log10MostRegionNfa)
  for (const grid of new Set(candidates.map((region) => region.grid))) {
    const regions = candidates.filter((region) => region.grid === grid)
    const surroundings = surroundingsOf(regions, votes, globalGrid)
    if (!surroundings.foreignGridToo) return { regions, inGlobalGrid: surroundings.inGlobalGrid }
  }
  return undefined
}

function foreignSignal({ regions, inGlobalGrid }: Foreign, measured: Signal['measured'], evidence: string): Signal {
  const shared = { detector: 'jpeg_grid', supports: 'manipulated' as const, measured, evidence: [evidence] }
  if (!inGlobalGrid) {
    const meaning = sentence(
      'Only a part of the picture shows the 8×8 blocks of an earlier JPEG. It may have been put in; in a screenshot, a page or a collage that is how it has to be.'
    )
    return { ...shared, code: 'partial_grid', log10LikelihoodRatio: 0.5, log10Nfa: -1, meaning }
  }
  const log10Nfa = round(Math.max(log10LeastNfa, regions[0]!.log10Nfa))
  const meaning = sentence(
    'A part of the picture was saved as JPEG in another grid of 8×8 blocks than the rest: it comes from another picture, or from another place in this one.'
  )
  return { ...shared, code: 'foreign_grid', log10LikelihoodRatio: Math.min(3, -log10Nfa), log10Nfa, meaning }
}

/** Parts that were not quantised with the rest. Only in a format without loss: saving as JPEG quantises all again. */
function unquantizedParts({ lossless, pixels }: DecodedImage, { luma, whole }: Seen, { grid, log10Nfa }: GlobalGrid): UnquantizedRegion[] {
  if (!lossless || !whole || pixels === undefined || log10Nfa > log10MostNfa) return []
  const fits = quantizationFit(luma, pixels, grid)
  return fits === undefined ? [] : unquantizedRegions(fits).filter((region) => region.log10Nfa < log10MostRegionNfa)
}

/** Where few blocks vote, the rest may still be quantised in the global grid nearly everywhere, and just not where the foreign part is. */
function withQuantization({ regions, inGlobalGrid }: Foreign, unquantized: readonly UnquantizedRegion[]): Foreign {
  return { regions, inGlobalGrid: inGlobalGrid || regions.every((region) => unquantized.some((other) => overlap(region, other))) }
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/** Stickers, gradients and pixelated faces are no less missing from the JPEG than what was put in to deceive: a hint that makes no verdict. */
function missingSignal(measured: Signal['measured'], evidence: string): Signal {
  const meaning = sentence(
    'A part of the picture lacks the JPEG traces that the rest has: it was put in, moved or painted over after the rest had been saved as JPEG. A sticker or a face made unrecognisable looks like that too.'
  )
  return { detector: 'jpeg_grid', code: 'missing_grid', supports: 'manipulated', log10LikelihoodRatio: 0.5, log10Nfa: -1, meaning, measured, evidence: [evidence] }
}

const missingCaption = sentence(
  'Marked: where the traces that saving as JPEG left in the rest of the picture are missing, as they are in what was put in or painted over later. The outline is rough, to about 32 pixels. Drawings, stickers and pixelated faces look like that too. What is not marked may still have been changed: the traces can’t be seen in even areas.'
)

const caption = sentence(
  'Marked: where the 8×8 blocks that JPEG compression leaves lie in another grid than in the rest of the picture, as those of a part from elsewhere do. The outline is rough, to about 16 pixels. What is not marked may still have been changed: blocks can’t be seen in fine texture, in even areas, or after the picture was compressed again.'
)

/** Undefined where nothing is remarkable: in a JPEG file its own grid, which begins in the corner. */
function earlierJpeg(image: DecodedImage, { grid, log10Nfa }: GlobalGrid): Signal | undefined {
  const cropped = grid !== 0
  if (log10Nfa > log10MostNfa || (!image.lossless && !cropped)) return undefined
  return contextSignal({
    detector: 'jpeg_grid',
    code: 'jpeg_grid',
    meaning: earlierMeaning(image.lossless, cropped),
    measured: { globalGrid: origin(grid), log10Nfa: round(log10Nfa) }
  })
}

function earlierMeaning(lossless: boolean, cropped: boolean): Sentence {
  if (!lossless) return sentence('The picture was a JPEG before it was saved again as one, and it was cropped or moved in between: its 8×8 blocks do not begin in the corner.')
  return cropped
    ? sentence('The picture was a JPEG before it was saved in a format without loss, and it was cropped or moved in between: its 8×8 blocks do not begin in the corner.')
    : sentence('The picture was a JPEG before it was saved in a format without loss.')
}

const overwritten = (reason: Sentence): NotChecked => ({ code: 'jpeg_grid_overwritten', reason })

const byItsFormat = sentence(
  'Whether a part was saved in another JPEG grid before could hardly be looked at: saving the whole picture in its format lays its own traces over it.'
)

const partly: NotChecked = {
  code: 'jpeg_grid_partly',
  reason: sentence(
    'The picture has more than {megapixels, number} megapixels: only its middle was searched for parts that were saved in another JPEG grid.',
    { megapixels: maxPixels / 1_000_000 }
  )
}

/** 100 for what is no JPEG. */
function qualityOf({ jpeg }: DecodedImage): number {
  const table = jpeg?.tables.find(({ id }) => id === jpeg.frame?.components[0]?.tableId)
  return table === undefined ? 100 : estimateQuality(table, 'luminance').quality
}

interface Seen {
  luma: Luma
  /** Where it lies in the whole picture: multiples of 16. */
  left: number
  top: number
  whole: boolean
}

/** The whole picture, or as much of its middle as so many pixels are. */
function middleOf(luma: Luma, pixels: number): Seen {
  const { data, width, height } = luma
  if (width * height <= pixels) return { luma, left: 0, top: 0, whole: true }
  const scale = Math.sqrt(pixels / (width * height))
  const [columns, rows] = [Math.max(leastSide, Math.floor(width * scale)), Math.max(leastSide, Math.floor(height * scale))]
  const [left, top] = [(width - columns) >> 1 & ~15, (height - rows) >> 1 & ~15]
  const middle = new Uint8Array(columns * rows)
  for (let y = 0; y < rows; y++) middle.set(data.subarray((top + y) * width + left, (top + y) * width + left + columns), y * columns)
  return { luma: { data: middle, width: columns, height: rows }, left, top, whole: false }
}

/** The finest cells of the whole picture, 1 in regions. */
function maskOfCells(regions: readonly UnquantizedRegion[], { width, height }: Luma): Grid<Uint8Array> {
  const [columns, rows] = [Math.ceil(width / finestSide), Math.ceil(height / finestSide)]
  const data = new Uint8Array(columns * rows)
  for (const { cells } of regions) {
    for (const { x, y } of cells) {
      for (let row = Math.floor(y / finestSide); row < (y + cellSide) / finestSide && row < rows; row++) {
        data.fill(1, row * columns + Math.floor(x / finestSide), row * columns + Math.min(columns, Math.ceil((x + cellSide) / finestSide)))
      }
    }
  }
  return { data, width: columns, height: rows }
}

/** A mask of the cells that were seen as one of the whole picture. */
function inWhole(mask: Grid<Uint8Array>, { left, top }: Seen, { width, height }: Luma): Grid<Uint8Array> {
  const [columns, rows] = [Math.ceil(width / finestSide), Math.ceil(height / finestSide)]
  const data = new Uint8Array(columns * rows)
  for (let y = 0; y < mask.height; y++) {
    data.set(mask.data.subarray(y * mask.width, (y + 1) * mask.width), (y + top / finestSide) * columns + left / finestSide)
  }
  return { data, width: columns, height: rows }
}

/** Where the first whole block begins, in the stored picture. */
function origin(grid: number): { x: number; y: number } {
  return { x: grid & 7, y: grid >> 3 }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
