import { bandPass, type Bands, type Sums } from './bandPass.ts'

/** Points that are found again in a copy, with what is around them. */
export interface Keypoints {
  count: number
  /** In pixels of the plane they were found in. */
  x: Float32Array
  y: Float32Array
  /** Mean luminance around, 0–255. */
  mean: Float32Array
  /** `count × descriptorLength`: the band-passed picture around the point, negative where the point is a minimum. */
  descriptors: Float32Array
  /** One bit for each of the outer 32 places of the descriptor: whether it is negative. */
  signs: Int32Array
  /** Euclidean length of the descriptor. */
  norm: Float32Array
  /** By how much the sampled places were turned, in radians; 0 for all where they were not. */
  angle: Float32Array
}

/** The points of a picture, twice. */
export interface FoundPoints {
  /** All, as they are: for parts that were moved. */
  upright: Keypoints
  /** The strongest, each turned by what stands brightest around it: for parts that were turned as well. */
  turned: Keypoints
}

/** Where the band-passed picture is sampled around a point: rings of 8, 12 and 16 places, in pixels. */
const rings = [
  { radius: 3, places: 8 },
  { radius: 6, places: 12 },
  { radius: 10, places: 16 }
] as const
const pattern = [
  { dx: 0, dy: 0 },
  ...rings.flatMap(({ radius, places }) =>
    Array.from({ length: places }, (_, place) => ({
      dx: radius * Math.cos((2 * Math.PI * place) / places),
      dy: radius * Math.sin((2 * Math.PI * place) / places)
    }))
  )
]
export const descriptorLength = pattern.length
const [patternX, patternY] = [Float64Array.from(pattern, ({ dx }) => dx), Float64Array.from(pattern, ({ dy }) => dy)]
/** Places with a sign of their own; those next to an extremum are nearly all alike. */
const firstSign = descriptorLength - 32
/** The pattern stays inside of the picture, however it is turned. */
const margin = 12
/** Extrema of 5 × 5 are looked for in blocks of 3 × 3: none has two of a kind (Neubeck & Van Gool, "Efficient Non-Maximum Suppression", 2006). */
const blockSide = 3
/** Of a cell of whole blocks the strongest are taken, so that smooth parts of the picture have points of their own. */
const cellSide = 11 * blockSide
const perCell = 6
/** Of these, turned as well. */
const turnedPerCell = 2
/** Levels. Below, the picture is flat: saturated, or smoothed by compression. */
const leastResponse = 0.25

/** Local extrema of the band-passed picture, spread over it evenly (Li & Zhou 2019: even faint ones, so that smooth parts are not blind). */
export function findKeypoints(sums: Sums): FoundPoints {
  const bands = bandPass(sums)
  const { width, height } = bands
  const found: number[] = []
  const strongest: number[] = []
  const cell: Strongest = { count: 0, strengths: new Float32Array(perCell), places: new Int32Array(perCell) }
  for (let top = margin; top < height - margin; top += cellSide) {
    for (let left = margin; left < width - margin; left += cellSide) {
      cell.count = 0
      const [bottom, right] = [Math.min(height - margin, top + cellSide), Math.min(width - margin, left + cellSide)]
      for (let y = top; y < bottom; y += blockSide) {
        for (let x = left; x < right; x += blockSide) {
          keepExtrema(cell, bands.band, width, y * width + x, Math.min(blockSide, right - x), Math.min(blockSide, bottom - y))
        }
      }
      for (let place = 0; place < cell.count; place++) {
        found.push(cell.places[place]!)
        if (place < turnedPerCell) strongest.push(cell.places[place]!)
      }
    }
  }
  return { upright: described(found, bands, false), turned: described(strongest, bands, true) }
}

/** The strongest extrema of a cell, strongest first. */
interface Strongest {
  count: number
  strengths: Float32Array
  places: Int32Array
}

/** Looks at the highest and the lowest value of a block. */
function keepExtrema(cell: Strongest, data: Float32Array, width: number, start: number, columns: number, rows: number): void {
  let [highest, lowest, highestAt, lowestAt] = [-Infinity, Infinity, start, start]
  for (let row = 0; row < rows; row++) {
    for (let at = start + row * width, end = at + columns; at < end; at++) {
      const value = data[at]!
      if (value > highest) {
        highest = value
        highestAt = at
      }
      if (value < lowest) {
        lowest = value
        lowestAt = at
      }
    }
  }
  const least = cell.count === perCell ? cell.strengths[perCell - 1]! : leastResponse
  if (highest > least && isExtremum(data, highestAt, width, highest)) keep(cell, highestAt, highest)
  if (-lowest > least && isExtremum(data, lowestAt, width, lowest)) keep(cell, lowestAt, -lowest)
}

function keep(cell: Strongest, at: number, strength: number): void {
  const { strengths, places } = cell
  if (cell.count === perCell && strength <= strengths[perCell - 1]!) return
  let place = cell.count < perCell ? cell.count++ : perCell - 1
  for (; place > 0 && strengths[place - 1]! < strength; place--) {
    strengths[place] = strengths[place - 1]!
    places[place] = places[place - 1]!
  }
  strengths[place] = strength
  places[place] = at
}

/** Whether a value is above, or below, all of its 24 neighbours. */
function isExtremum(data: Float32Array, at: number, width: number, value: number): boolean {
  if (value > 0) {
    if (data[at - 1]! >= value || data[at + 1]! > value || data[at - width]! >= value || data[at + width]! > value) return false
  } else if (data[at - 1]! <= value || data[at + 1]! < value || data[at - width]! <= value || data[at + width]! < value) return false
  const sign = value > 0 ? 1 : -1
  const size = value * sign
  for (let row = -2; row <= 2; row++) {
    for (let near = at + row * width - 2, end = near + 5; near < end; near++) {
      if (data[near]! * sign > size) return false
    }
  }
  return true
}

function described(found: readonly number[], bands: Bands, isTurned: boolean): Keypoints {
  const { band, fine, width, unit } = bands
  const count = found.length
  const keypoints: Keypoints = {
    count,
    x: new Float32Array(count),
    y: new Float32Array(count),
    mean: new Float32Array(count),
    descriptors: new Float32Array(count * descriptorLength),
    signs: new Int32Array(count),
    norm: new Float32Array(count),
    angle: new Float32Array(count)
  }
  const { descriptors } = keypoints
  const offsets = Int32Array.from(pattern, ({ dx, dy }) => Math.round(dy) * width + Math.round(dx))
  for (let index = 0; index < count; index++) {
    const at = found[index]!
    const angle = isTurned ? angleOf(fine, at, offsets) : 0
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)]
    let [squares, signs] = [0, 0]
    for (let place = 0, to = index * descriptorLength; place < descriptorLength; place++, to++) {
      const [dx, dy] = [patternX[place]!, patternY[place]!]
      const value = isTurned ? between(band, width, at, cosine * dx - sine * dy, sine * dx + cosine * dy) : band[at + offsets[place]!]!
      descriptors[to] = value
      squares += value * value
      if (place >= firstSign && value < 0) signs |= 1 << (place - firstSign)
    }
    keypoints.x[index] = at % width
    keypoints.y[index] = Math.floor(at / width)
    keypoints.mean[index] = fine[at]! * unit - band[at]!
    keypoints.signs[index] = signs
    keypoints.norm[index] = Math.sqrt(squares)
    keypoints.angle[index] = angle
  }
  return keypoints
}

/** The direction in which a point's surroundings are brightest, in radians: that of their centre of mass (Rosin 1999). */
function angleOf(fine: Int32Array, at: number, offsets: Int32Array): number {
  let [toX, toY] = [0, 0]
  for (let place = 1; place < descriptorLength; place++) {
    const level = fine[at + offsets[place]!]!
    toX += patternX[place]! * level
    toY += patternY[place]! * level
  }
  return Math.atan2(toY, toX)
}

/** The value (dx, dy) pixels beside a place, between pixels by bilinear interpolation. */
function between(data: Float32Array, width: number, at: number, dx: number, dy: number): number {
  const [column, row] = [Math.floor(dx), Math.floor(dy)]
  const [right, below, from] = [dx - column, dy - row, at + row * width + column]
  const upper = data[from]! + right * (data[from + 1]! - data[from]!)
  const lower = data[from + width]! + right * (data[from + width + 1]! - data[from + width]!)
  return upper + below * (lower - upper)
}
