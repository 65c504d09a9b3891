import type { Luma } from '../luma.ts'
import type { Frame } from './planes.ts'

/** How a thumbnail relates to its picture. */
export interface ThumbnailMatch {
  /** `same`: shows the same; `part`: the picture is a part of what the thumbnail shows; `different`: neither was found. */
  relation: 'same' | 'part' | 'different'
  /** The best of Pearson's correlations that were found, −1 to 1. */
  correlation: number
  /** By how many degrees the picture was turned, clockwise, to match. */
  turnedBy: 0 | 90 | 180 | 270
  /** Of the thumbnail's width, how much the picture takes; 1 unless it is a part. */
  scale: number
  /** Where the picture, turned, lies in the thumbnail; of a different one, where it resembles it most. */
  frame: Frame
}

/**
 * Correlation from which two pictures count as the same. Of 20 camera files with a thumbnail, the
 * lowest had 0.89; of 180 thumbnails held against pictures of other files, the highest had 0.75.
 */
const sameFrom = 0.8
/**
 * Higher, since the best of many places is taken and something looks alike somewhere: 0.88 was the highest by chance, 0.98 a
 * true crop.
 */
const partFrom = 0.9
/** By how much a part must be more alike than the whole: the best of many places always is a little. */
const partMargin = 0.02
/** From here on, nothing else is looked for: a crop that shows most of the picture resembles the whole of it, too. */
const certainlySame = 0.94
/** All comparisons are made at this size: finer detail differs by sharpening, by compression, and by half a pixel's shift. */
const comparedSide = 64
/** Of the thumbnail's width, the least that a cropped picture may take. */
const smallestPart = 0.5
/** Of the picture's width, the least that a thumbnail may take: old cameras cut a 3:2 picture's side off to fill 4:3. */
const smallestThumbnail = 0.84
const scaleStep = 0.02

/**
 * Compares a thumbnail with a picture of any size, allowing for black bars, stretching, a thumbnail with its sides
 * cut off, quarter turns, and for a picture that was cropped afterwards.
 *
 * @returns undefined when one of the two is too even to be compared
 */
export function matchThumbnail(thumbnail: Luma, picture: Luma): ThumbnailMatch | undefined {
  const bare = withoutBars(thumbnail)
  const whole: Frame = { left: 0, top: 0, width: thumbnail.width, height: thumbnail.height }
  const hasBars = bare.width < thumbnail.width || bare.height < thumbnail.height
  const contents = (hasBars ? [bare, whole] : [whole]).map((area) => ({ area, content: fitted(partOf(thumbnail, area), comparedSide) }))
  const compared = fitted(picture, comparedSide)
  let best: ThumbnailMatch | undefined
  let mostAlike: ThumbnailMatch | undefined
  const consider = (relation: 'same' | 'part', found: { value: number; frame: Frame } | undefined, turnedBy: ThumbnailMatch['turnedBy'], scale: number) => {
    // Of a whole and a part that are as alike, the whole.
    if (found === undefined || found.value <= (best?.correlation ?? -2) + (relation === 'part' ? partMargin : 0)) return
    const isEnough = found.value >= (relation === 'same' ? sameFrom : partFrom)
    best = { relation: isEnough ? relation : 'different', correlation: found.value, turnedBy, scale, frame: found.frame }
    if (relation === 'same') mostAlike = best
  }
  for (const [turns, turnedBy] of ([0, 90, 180, 270] as const).entries()) {
    const turned = quarterTurns(compared, turns)
    for (const { area, content } of contents) {
      const value = correlation(content, resized(turned, content.width, content.height))
      consider('same', value === undefined ? undefined : { value, frame: area }, turnedBy, 1)
      for (let scale = 1; scale >= smallestThumbnail; scale -= scaleStep) {
        const window = bestWindow(turned, content, scale)
        consider('same', window && { value: window.value, frame: frameAround(area, window, turned) }, turnedBy, 1)
      }
    }
    if (best !== undefined && best.correlation >= certainlySame) return best
  }
  for (const { area, content } of contents) {
    for (let scale = 1; scale >= smallestPart; scale -= scaleStep) {
      const window = bestWindow(content, compared, scale)
      consider('part', window && { value: window.value, frame: frameInside(area, window, content) }, 0, scale)
    }
  }
  // A part that resembles the picture by chance is no place to look for what was changed in it.
  return best?.relation === 'different' ? (mostAlike ?? best) : best
}

/** The picture's frame where the thumbnail's area was found as a window of the picture. */
function frameAround(area: Frame, window: Window, picture: Luma): Frame {
  const [width, height] = [(area.width * picture.width) / window.width, (area.height * picture.height) / window.height]
  return { left: area.left - (window.left / picture.width) * width, top: area.top - (window.top / picture.height) * height, width, height }
}

/** The picture's frame where it was found as a window of the thumbnail's area. */
function frameInside(area: Frame, window: Window, content: Luma): Frame {
  const [scaleX, scaleY] = [area.width / content.width, area.height / content.height]
  return { left: area.left + window.left * scaleX, top: area.top + window.top * scaleY, width: window.width * scaleX, height: window.height * scaleY }
}

/** Mean up to which a row or a column counts as a black bar; JPEG leaves a little in it. */
const blackMean = 24
/** Bars take no more than this share of a side: 3:2 in 4:3 takes 6 % on each, 16:9 takes 12.5 %, panoramas more. */
const maxBarShare = 0.4

/** What is left without the black bars that cameras put around a picture of other proportions than the thumbnail's. */
export function withoutBars(luma: Luma): Frame {
  const { data, width, height } = luma
  const rowMean = (y: number) => meanOf(width, (x) => data[y * width + x]!)
  const columnMean = (x: number) => meanOf(height, (y) => data[y * width + x]!)
  const top = barLength(height, rowMean)
  const bottom = barLength(height, (y) => rowMean(height - 1 - y))
  const left = barLength(width, columnMean)
  const right = barLength(width, (x) => columnMean(width - 1 - x))
  return { left, top, width: width - left - right, height: height - top - bottom }
}

function barLength(side: number, mean: (index: number) => number): number {
  const most = Math.floor(side * maxBarShare)
  let length = 0
  while (length < most && mean(length) <= blackMean) length++
  // What is dark as far as one may cut is a dark picture, not a bar.
  return length === most ? 0 : length
}

/** Standard deviation, in levels, below which there is nothing to compare. */
const leastDeviation = 4

/**
 * Pearson's correlation of two pictures of the same size, −1 to 1: brightness and contrast make no difference.
 *
 * @returns undefined when one of them is too even
 */
export function correlation(a: Luma, b: Luma): number | undefined {
  return correlationAt(a, b, 0, 0)
}

/** The correlation of `b` with the part of `a` that begins at (left, top). */
function correlationAt(a: Luma, b: Luma, left: number, top: number): number | undefined {
  const count = b.width * b.height
  let [sumA, sumB, product, squareA, squareB] = [0, 0, 0, 0, 0]
  for (let y = 0; y < b.height; y++) {
    let [inA, inB] = [(top + y) * a.width + left, y * b.width]
    for (let x = 0; x < b.width; x++, inA++, inB++) {
      const [valueA, valueB] = [a.data[inA]!, b.data[inB]!]
      sumA += valueA
      sumB += valueB
      product += valueA * valueB
      squareA += valueA * valueA
      squareB += valueB * valueB
    }
  }
  const [spreadA, spreadB] = [squareA - (sumA * sumA) / count, squareB - (sumB * sumB) / count]
  const least = leastDeviation ** 2 * count
  return spreadA < least || spreadB < least ? undefined : (product - (sumA * sumB) / count) / Math.sqrt(spreadA * spreadB)
}

interface Window extends Frame {
  value: number
}

/** Slides `picture`, scaled to a share of `content`'s width, over `content`. */
function bestWindow(content: Luma, picture: Luma, scale: number): Window | undefined {
  const width = Math.round(content.width * scale)
  const height = Math.round((width * picture.height) / picture.width)
  if (width < 8 || height < 8 || height > content.height) return undefined
  const window = resized(picture, width, height)
  let best: Window | undefined
  for (let top = 0; top + height <= content.height; top++) {
    for (let left = 0; left + width <= content.width; left++) {
      const value = correlationAt(content, window, left, top)
      if (value !== undefined && value > (best?.value ?? -2)) best = { value, left, top, width, height }
    }
  }
  return best
}

/** Scaled down so that no side is longer than `side`. */
function fitted(luma: Luma, side: number): Luma {
  const scale = Math.min(1, side / Math.max(luma.width, luma.height))
  return resized(luma, Math.max(1, Math.round(luma.width * scale)), Math.max(1, Math.round(luma.height * scale)))
}

/** Means over the area of each new pixel; for scaling up, the nearest one. */
function resized({ data, width, height }: Luma, toWidth: number, toHeight: number): Luma {
  const result = new Uint8Array(toWidth * toHeight)
  for (let y = 0; y < toHeight; y++) {
    const [top, bottom] = span(y, height, toHeight)
    for (let x = 0; x < toWidth; x++) {
      const [left, right] = span(x, width, toWidth)
      let sum = 0
      for (let row = top; row < bottom; row++) for (let column = left; column < right; column++) sum += data[row * width + column]!
      result[y * toWidth + x] = Math.round(sum / ((bottom - top) * (right - left)))
    }
  }
  return { data: result, width: toWidth, height: toHeight }
}

function span(index: number, from: number, to: number): [start: number, end: number] {
  const start = Math.min(from - 1, Math.floor((index * from) / to))
  return [start, Math.max(start + 1, Math.floor(((index + 1) * from) / to))]
}

function partOf({ data, width }: Luma, area: Frame): Luma {
  const result = new Uint8Array(area.width * area.height)
  for (let y = 0; y < area.height; y++) {
    const from = (area.top + y) * width + area.left
    result.set(data.subarray(from, from + area.width), y * area.width)
  }
  return { data: result, width: area.width, height: area.height }
}

function quarterTurns(luma: Luma, turns: number): Luma {
  let turned = luma
  for (let turn = 0; turn < turns; turn++) {
    const { data, width, height } = turned
    const result = new Uint8Array(data.length)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) result[x * height + (height - 1 - y)] = data[y * width + x]!
    turned = { data: result, width: height, height: width }
  }
  return turned
}

function meanOf(count: number, value: (index: number) => number): number {
  let sum = 0
  for (let index = 0; index < count; index++) sum += value(index)
  return sum / count
}
