import sharp, { type Sharp } from 'sharp'
import { sentence, paragraph } from '../../language/sentence.ts'
import { readJpeg } from '../containers/jpeg.ts'
import { maxScans, operationTimeoutSeconds } from '../decoder.ts'
import { findings, type Findings, type ImageDetector } from '../detector.ts'
import type { DecodedImage, Pixels } from '../image.ts'
import { lumaOf } from '../luma.ts'
import { smallCopies, type SmallCopy } from '../thumbnail/copies.ts'
import { compareLocally, type ChangedRegion, type Comparison } from '../thumbnail/difference.ts'
import { regionEvidence, sideBySide, type Pair } from '../thumbnail/evidence.ts'
import { matchThumbnail, type ThumbnailMatch } from '../thumbnail/match.ts'
import { upright } from '../orientation.ts'
import type { Json } from '../types.ts'
import { contextSignal } from './signal.ts'

/** Cameras make them of 160 × 120 pixels, some phones of up to 512, previews of up to full HD; anything larger is no small copy. */
const maxCopyPixels = 3_000_000
/** What a copy is reduced to before it is compared, and the picture, in pixels of the longer side. */
const copySide = 160
const pictureSide = 400

/**
 * The small copies of the picture that cameras and Photoshop put into the file, compared with the picture. An editor that changes the
 * picture and leaves its copy gives away what was there before, and where. A crop does so too and is no offence, so it is told apart and
 * moves nothing; so is a change of light or colour alone.
 */
export const thumbnail: ImageDetector = {
  id: 'thumbnail',
  kind: 'image',
  mediaTypes: ['image/jpeg'],
  needsPixels: true,
  async detect(image) {
    const { pixels, damaged } = image
    const copies = smallCopies(image)
    // Of a damaged picture it is known already that it does not look as it did.
    if (copies.length === 0 || pixels === undefined || damaged) return findings()
    const picture = await reduced(pixels)
    const results: Result[] = []
    let unreadable = 0
    for (const small of copies) {
      const copy = await decodeCopy(small.jpeg)
      if (copy !== undefined) results.push(...compared(small, copy, picture))
      else if (small.uncertain !== true) unreadable++
    }
    // The one that tells most; where all agree, the first.
    const [most] = results.sort((a, b) => b.weight - a.weight)
    if (most !== undefined) return findingsOf(most, image, picture)
    const reason = sentence('The camera’s small copy of the picture is damaged and could not be compared with it.')
    return findings({ notChecked: unreadable > 0 ? [{ code: 'thumbnail_unreadable', reason }] : [] })
  }
}

interface Result {
  name: string
  copy: Pixels
  match: ThumbnailMatch
  /** Undefined where too little of the picture was found in the copy. */
  comparison: Comparison | undefined
  kind: 'agrees' | 'frame_differs' | 'shows_more' | 'tones_differ' | 'differs' | 'differs_locally'
  weight: number
}

const weights: { readonly [kind in Result['kind']]: number } = { agrees: 0, frame_differs: 1, shows_more: 2, tones_differ: 3, differs: 4, differs_locally: 5 }

function compared({ name, uncertain, mayBeFrame }: SmallCopy, copy: Pixels, picture: Pixels): Result[] {
  const match = matchThumbnail(lumaOf(copy), lumaOf(picture))
  if (match === undefined) return []
  const found = compareLocally(copy, turned(picture, match.turnedBy), match.frame)
  const regions = (found?.regions ?? []).filter(({ share }) => share >= leastShare)
  const comparison = found && { ...found, regions }
  const seen = kindOf(match, comparison)
  if (uncertain === true && seen === 'differs') return []
  // Another frame may show more as well, or be lighter: that says nothing.
  if (mayBeFrame === true && seen !== 'agrees' && seen !== 'differs_locally') return []
  const kind = mayBeFrame === true && seen === 'differs_locally' ? 'frame_differs' : seen
  return [{ name, copy, match, comparison, kind, weight: weights[kind] }]
}

/** Of the area, what a region takes at least: burnt-in dates and watermarks stay below as a rule, and so does chance. */
const leastShare = 0.01
/** Of the area, what may have changed where the rest is still said to agree. */
const mostShare = 0.5
/**
 * Correlation of what is not marked, aligned and with its tones fitted: of 33 photographs with their own small copies the lowest was 0.987, of
 * five copies of another picture the highest 0.45. Only where the rest agrees so well is a region told apart from it: a picture that was
 * turned by a degree stays below.
 */
const agreeingFrom = 0.98
/** Below, they show different things. */
const alikeFrom = 0.85
/** Correlation within a region from which both show the same there, in another light or of another sharpness. */
const sameStructure = 0.9
/** A change of light alone comes and goes softly: brushes, gradients and vignettes stayed below 0.32, nine tenths of cut and painted regions above 0.6. */
const leastSteepness = 0.35
/** In levels of luminance: what differs in colour alone was tinted. */
const leastLumaDifference = 6

function isOtherContent({ structure, steepness, lumaDifference }: ChangedRegion): boolean {
  return structure < sameStructure && steepness >= leastSteepness && lumaDifference >= leastLumaDifference
}

function kindOf({ relation }: ThumbnailMatch, comparison: Comparison | undefined): Result['kind'] {
  if (comparison === undefined || comparison.correlation < alikeFrom) return relation === 'part' ? 'shows_more' : 'differs'
  const { regions, correlation } = comparison
  const changed = regions.reduce((sum, { share }) => sum + share, 0)
  if (correlation >= agreeingFrom && changed <= mostShare && regions.some(isOtherContent)) return 'differs_locally'
  if (relation === 'part') return 'shows_more'
  return regions.length > 0 ? 'tones_differ' : 'agrees'
}

/** Correlation from which colours that ran out of range may account for a region. */
const possiblySameStructure = 0.65
/** Dates and watermarks are burnt in along the upper or lower edge, in a band of this share of the height, and are no larger than that. */
const captionBand = 0.2
const largestCaption = 0.06

/**
 * log10 of how many regions as strong are to be expected in one ordinary photograph with a small copy. Calibrated on 30 photographs with
 * theirs, each lightened, tinted, darkened in part, sharpened, blurred, cropped, turned, framed, dated, marked and saved again (18 ways): what
 * reached a deviation of 5 without being a caption or of much the same structure was none of 540. What lies beyond is taken to fall off
 * exponentially with the deviation and the area.
 */
function log10NfaOf(region: ChangedRegion, { frame, cellSide }: Comparison): number {
  const { deviation, share, structure, cells } = region
  const tops = cells.map(({ top }) => (top - frame.top) / frame.height)
  const isCaption = share <= largestCaption && (Math.min(...tops) >= 1 - captionBand || Math.max(...tops) + cellSide / frame.height <= captionBand)
  const most = isCaption ? 1 : structure >= possiblySameStructure ? 2 : 4
  return -Math.min(most, Math.max(0.5, 1.5 + 0.35 * (deviation - 3.5) + 0.5 * Math.log2(share / 0.015)))
}

async function findingsOf({ name, copy, match, comparison, kind }: Result, image: DecodedImage, picture: Pixels): Promise<Findings> {
  const measured: { [key: string]: Json } = {
    copy: name,
    correlation: rounded(match.correlation, 3),
    turnedBy: match.turnedBy,
    thumbnail: [copy.width, copy.height],
    ...(comparison && { usualDifference: rounded(comparison.usualDifference, 1) })
  }
  const pair: Pair = { copy, picture, orientation: image.orientation, turnedBy: match.turnedBy }
  const detector = 'thumbnail'
  if (kind === 'differs_locally' || kind === 'frame_differs' || kind === 'tones_differ') {
    const changed = kind === 'tones_differ' ? comparison!.regions : comparison!.regions.filter(isOtherContent)
    const displayed = image.orientation >= 5 ? { width: image.height, height: image.width } : image
    const { regions, evidence } = await regionEvidence(pair, { ...comparison!, regions: changed }, displayed)
    const told = { detector, measured: { ...measured, regions, ...strongest(changed) }, evidence: evidence.map((one) => one.name) }
    if (kind === 'tones_differ') {
      const meaning = sentence('A part of the picture is lighter, darker or of another colour than in the small copy inside of the file: it was developed or retouched after the copy was made.')
      return findings({ signals: [contextSignal({ ...told, code: 'thumbnail_tones_differ', meaning })], evidence })
    }
    if (kind === 'frame_differs') {
      const meaning = sentence('A smaller picture that is stored behind the picture shows something else in a part of it. It may be a copy from before a change, or another frame of the same moment, as phones and cameras keep them: look at both.')
      return findings({ signals: [contextSignal({ ...told, code: 'stored_picture_differs', meaning })], evidence })
    }
    const log10Nfa = Math.min(...changed.map((region) => log10NfaOf(region, comparison!)))
    const changedThere = sentence(
      'The small copy inside of the file shows something else in a part of the picture, and the same in the rest: there the picture was changed afterwards, and the copy was left as it was.'
    )
    const meaning = match.relation === 'part' ? paragraph(changedThere, sentence('It was cropped as well.')) : changedThere
    return findings({
      signals: [{ ...told, code: 'thumbnail_differs_locally', supports: 'manipulated', log10LikelihoodRatio: Math.min(3, -log10Nfa), log10Nfa, meaning }],
      evidence
    })
  }
  if (kind === 'agrees') {
    const meaning = sentence('The small copy inside of the file shows the same as the picture, as far as so small a copy can tell.')
    return findings({ signals: [contextSignal({ detector, code: 'thumbnail_agrees', meaning, measured })] })
  }
  const evidence = [await sideBySide(pair, [], [], sentence('Where they show different things, the picture was changed after the copy was made.'))]
  if (kind === 'shows_more') {
    const meaning = sentence('The small copy inside of the file shows more than the picture: strong evidence that the picture was cropped after it was taken, which is common and no manipulation by itself. See what was cut off.')
    const shown = { ...measured, shareOfWidth: rounded(match.scale, 2) }
    return findings({ signals: [contextSignal({ detector, code: 'thumbnail_shows_more', meaning, measured: shown, evidence: ['thumbnail.png'] })], evidence })
  }
  const meaning = sentence('The small copy inside of the file shows something else than the picture: the picture was changed afterwards or made from several, and the copy was left as it was.')
  return findings({
    signals: [{ detector, code: 'thumbnail_differs', supports: 'manipulated', log10LikelihoodRatio: 1, log10Nfa: -1.5, meaning, measured, evidence: ['thumbnail.png'] }],
    evidence
  })
}

function strongest(regions: ChangedRegion[]): { [key: string]: Json } {
  const [most] = regions
  return most === undefined
    ? {}
    : { changedShare: rounded(regions.reduce((sum, { share }) => sum + share, 0), 3), difference: rounded(most.difference, 1), deviation: rounded(most.deviation, 1), structure: rounded(most.structure, 2) }
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}

async function decodeCopy(jpeg: Uint8Array): Promise<Pixels | undefined> {
  // JPEG only; whatever else stands there is none of a camera's, and no decoder's business.
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8 || readJpeg(jpeg).scans > maxScans) return undefined
  try {
    return await rgb(sharp(jpeg, { limitInputPixels: maxCopyPixels, failOn: 'error' }), copySide)
  } catch {
    // A copy is a file of its own inside of the file; that it is broken says nothing of the picture.
    return undefined
  }
}

function reduced({ data, width, height }: Pixels): Promise<Pixels> {
  return rgb(sharp(data, { raw: { width, height, channels: 3 } }), pictureSide)
}

async function rgb(picture: Sharp, side: number): Promise<Pixels> {
  const { data, info } = await picture
    .timeout({ seconds: operationTimeoutSeconds })
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

const orientationOf = { 0: 1, 90: 6, 180: 3, 270: 8 } as const

function turned(picture: Pixels, by: ThumbnailMatch['turnedBy']): Pixels {
  return upright({ ...picture, channels: 3 }, orientationOf[by])
}
