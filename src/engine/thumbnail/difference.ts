import type { Pixels } from '../image.ts'
import { refine } from './align.ts'
import { mean, median, normalEquations, tukey } from './leastSquares.ts'
import { interior, planesOf, smoothed, warped, type Bounds, type Frame, type Planes } from './planes.ts'
import { fitTones } from './tones.ts'

/**
 * Looks for a region in which a picture and its thumbnail show different things, where they agree in the rest.
 *
 * Both are brought to the thumbnail's grid; position and scale are refined by Gauss–Newton steps (Lucas & Kanade 1981) and tones are
 * fitted, both with Tukey's weights, so that a changed region pulls at neither. What remains of the difference in a block is held against
 * what the picture's own blocks of as much detail leave: sharpening, compression and half a pixel's shift all grow with detail.
 */

/** A part of the picture that the thumbnail shows otherwise. */
export interface ChangedRegion {
  /** What it covers, as squares of `cellSide` pixels of the thumbnail. */
  cells: { left: number; top: number }[]
  /** Of the area that both show, 0–1. */
  share: number
  /** Mean difference in it, in levels of 0–255, over luminance and chrominance. */
  difference: number
  /** Mean of the blocks' deviations, in robust standard deviations of the logarithm. */
  deviation: number
  /** Mean difference of the luminance alone, in levels. */
  lumaDifference: number
  /** Correlation of the luminances inside: high where both show the same, lit or sharpened otherwise. */
  structure: number
  /** How steeply the difference rises at its steepest, a pixel of the thumbnail, as a share of its mean: low where only light was changed. */
  steepness: number
}

export interface Comparison {
  frame: Frame
  /** In pixels of the thumbnail. */
  cellSide: number
  regions: ChangedRegion[]
  /** The median difference of all blocks, in levels. */
  usualDifference: number
  /** Correlation of the luminances outside of these regions, −1 to 1. */
  correlation: number
}

const blockSide = 8
const blockStep = 4
/** Blocks overlap: what is said of one is said of its middle. */
const blockMiddle = (blockSide - blockStep) / 2
/** In pixels of the thumbnail: lens corrections and the thumbnail's own scaling leave so much at the corners. */
const maxShift = 1

/**
 * @param thumbnail as it is stored, 160 pixels wide or so: larger ones are to be reduced first
 * @param picture reduced to about twice the size that it has in the thumbnail, and turned as the thumbnail is
 * @param frame where the picture was found in the thumbnail, within a few pixels
 * @returns undefined where too little of both is shown
 */
export function compareLocally(thumbnail: Pixels, picture: Pixels, frame: Frame): Comparison | undefined {
  const seen = smoothed(planesOf(thumbnail))
  const source = planesOf(picture)
  const refined = refine(seen, source, frame)
  const inside = interior(refined, seen)
  if (inside.right - inside.left < 3 * blockSide || inside.bottom - inside.top < 3 * blockSide) return undefined
  const shown = smoothed(warped(source, refined, seen.width, seen.height))
  const fitted = fitTones(seen, shown, inside)
  const blocks = compareBlocks(seen, fitted, inside)
  const regions = regionsOf(blocks, seen, fitted, inside)
  return { frame: refined, cellSide: blockStep, usualDifference: blocks.usual, regions, correlation: correlationOutside(regions, seen, fitted, inside) }
}

interface Blocks {
  columns: number
  rows: number
  /** Mean difference of each block at its best shift, in levels. */
  difference: Float32Array
  /** By how many robust standard deviations the logarithm is above what blocks of as much detail have. */
  deviation: Float32Array
  usual: number
}

function compareBlocks(seen: Planes, fitted: Planes, bounds: Bounds): Blocks {
  const columns = Math.floor((bounds.right - bounds.left - blockSide) / blockStep) + 1
  const rows = Math.floor((bounds.bottom - bounds.top - blockSide) / blockStep) + 1
  const difference = new Float32Array(columns * rows)
  const detail = new Float32Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [left, top] = [bounds.left + column * blockStep, bounds.top + row * blockStep]
      const at = row * columns + column
      difference[at] = leastDifference(seen, fitted, left, top)
      detail[at] = Math.min(detailOf(seen, left, top), detailOf(fitted, left, top))
    }
  }
  return { columns, rows, difference, deviation: deviations(difference, detail), usual: median(Array.from(difference)) }
}

/** Mean of |ΔY| + |ΔCb| + |ΔCr| over a block, at the best of the shifts. */
function leastDifference(seen: Planes, fitted: Planes, left: number, top: number): number {
  const { width, height } = seen
  let least = Number.POSITIVE_INFINITY
  for (let shiftY = -maxShift; shiftY <= maxShift; shiftY++) {
    for (let shiftX = -maxShift; shiftX <= maxShift; shiftX++) {
      let sum = 0
      for (let y = top; y < top + blockSide; y++) {
        for (let x = left; x < left + blockSide; x++) {
          const at = y * width + x
          const other = Math.min(height - 1, Math.max(0, y + shiftY)) * width + Math.min(width - 1, Math.max(0, x + shiftX))
          for (let channel = 0; channel < 3; channel++) sum += Math.abs(seen.planes[channel]![at]! - fitted.planes[channel]![other]!)
        }
      }
      if (sum < least) least = sum
    }
  }
  return least / blockSide ** 2
}

/** Mean slope of the luminance, in levels a pixel. */
function detailOf({ planes: [luma], width }: Planes, left: number, top: number): number {
  let sum = 0
  for (let y = top; y < top + blockSide; y++) {
    for (let x = left; x < left + blockSide; x++) sum += Math.abs(luma[y * width + x]! - luma[y * width + x + 1]!) + Math.abs(luma[y * width + x]! - luma[(y + 1) * width + x]!)
  }
  return sum / blockSide ** 2
}

/** Added before logarithms are taken: differences below are rounding. */
const leastLevels = 1
/** Of the logarithms: thumbnails that fit almost exactly leave nothing but rounding to be compared with. */
const leastSpread = 0.2

/** What differences of honest thumbnails grow with detail to the power of; the line begins with it, so that a changed region can't tilt it. */
const usualSlope = 0.5

function deviations(difference: Float32Array, detail: Float32Array): Float32Array {
  const logs = difference.map((value) => Math.log(value + leastLevels))
  const details = detail.map((value) => Math.log(value + leastLevels))
  let slope = usualSlope
  let offset = 0
  let spread = 1
  const row = new Float64Array([1, 0])
  for (let round = 0; round < 6; round++) {
    const residuals = Array.from(logs.map((value, index) => value - slope * details[index]!))
    offset = median(residuals)
    spread = Math.max(leastSpread, 1.4826 * median(residuals.map((residual) => Math.abs(residual - offset))))
    const system = normalEquations(2)
    for (let index = 0; index < logs.length; index++) {
      row[1] = details[index]!
      // What is below the line is no changed region: only what is far above it loses its weight.
      system.add(row, logs[index]!, tukey(Math.max(0, residuals[index]! - offset) / (3 * spread)))
    }
    slope = Math.min(1.2, Math.max(0, system.solve(1e-6)?.[1] ?? slope))
  }
  return logs.map((value, index) => (value - offset - slope * details[index]!) / spread)
}

/** From these on, a block belongs to a changed region. */
const blockDeviation = 3.5
const blockLevels = 8

function regionsOf(blocks: Blocks, seen: Planes, fitted: Planes, bounds: Bounds): ChangedRegion[] {
  const { columns, rows, difference, deviation } = blocks
  const isChanged = Uint8Array.from(deviation, (value, at) => (value >= blockDeviation && difference[at]! >= Math.max(blockLevels, 2.5 * blocks.usual) ? 1 : 0))
  const regions: ChangedRegion[] = []
  for (let start = 0; start < isChanged.length; start++) {
    if (isChanged[start] === 0) continue
    const members = [start]
    isChanged[start] = 0
    for (let next = 0; next < members.length; next++) {
      const [x, y] = [members[next]! % columns, Math.floor(members[next]! / columns)]
      for (const [toX, toY] of [[x - 1, y], [x + 1, y], [x, y - 1], [x, y + 1]] as const) {
        const to = toY * columns + toX
        if (toX < 0 || toY < 0 || toX >= columns || toY >= rows || isChanged[to] === 0) continue
        isChanged[to] = 0
        members.push(to)
      }
    }
    const cells = members.map((member) => ({
      left: bounds.left + (member % columns) * blockStep + blockMiddle,
      top: bounds.top + Math.floor(member / columns) * blockStep + blockMiddle
    }))
    regions.push({
      cells,
      share: members.length / isChanged.length,
      difference: mean(members.map((member) => difference[member]!)),
      deviation: mean(members.map((member) => deviation[member]!)),
      ...lumaIn(cells, seen, fitted)
    })
  }
  return regions.sort((a, b) => b.share - a.share)
}

/** Pearson's correlation of the luminances of some pixels; 0 where one of them is even. */
function correlationOf(pixels: Iterable<number>, a: Float32Array, b: Float32Array): number {
  let [count, sumA, sumB, squareA, squareB, product] = [0, 0, 0, 0, 0, 0]
  for (const at of pixels) {
    count++
    sumA += a[at]!
    sumB += b[at]!
    squareA += a[at]! ** 2
    squareB += b[at]! ** 2
    product += a[at]! * b[at]!
  }
  const [spreadA, spreadB] = [squareA - (sumA * sumA) / count, squareB - (sumB * sumB) / count]
  return spreadA < count || spreadB < count ? 0 : (product - (sumA * sumB) / count) / Math.sqrt(spreadA * spreadB)
}

function pixelsOf(cells: ChangedRegion['cells'], width: number): number[] {
  const pixels: number[] = []
  for (const { left, top } of cells) for (let y = top; y < top + blockStep; y++) for (let x = left; x < left + blockStep; x++) pixels.push(y * width + x)
  return pixels
}

function correlationOutside(regions: ChangedRegion[], seen: Planes, fitted: Planes, bounds: Bounds): number {
  const isInside = new Uint8Array(seen.width * seen.height)
  for (const { cells } of regions) for (const at of pixelsOf(cells, seen.width)) isInside[at] = 1
  const pixels: number[] = []
  for (let y = bounds.top; y < bounds.bottom; y++) {
    for (let at = y * seen.width + bounds.left; at < y * seen.width + bounds.right; at++) if (isInside[at] === 0) pixels.push(at)
  }
  return correlationOf(pixels, seen.planes[0], fitted.planes[0])
}

function lumaIn(cells: ChangedRegion['cells'], seen: Planes, fitted: Planes): Pick<ChangedRegion, 'lumaDifference' | 'structure' | 'steepness'> {
  const { width } = seen
  const [lumaA, lumaB] = [seen.planes[0], fitted.planes[0]]
  const pixels = pixelsOf(cells, width)
  const difference = (at: number) => lumaA[at]! - lumaB[at]!
  const lumaDifference = mean(pixels.map((at) => Math.abs(difference(at))))
  const slopes = pixels.map((at) => Math.hypot(difference(at + 1) - difference(at), difference(at + width) - difference(at)))
  const steepest = Float64Array.from(slopes).sort()[Math.floor(slopes.length * 0.95)]!
  return { lumaDifference, structure: correlationOf(pixels, lumaA, lumaB), steepness: steepest / Math.max(1, lumaDifference) }
}
