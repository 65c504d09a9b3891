/** Sums of luminance over squares of a picture's pixels: `height × width`, row-major. */
export interface Sums {
  data: Uint8Array | Uint16Array
  width: number
  height: number
  /** How many levels of luminance each unit stands for: 1 / the pixels of a square. */
  unit: number
}

/** A picture between two scales, and at the finer of them: both `height × width`, row-major. */
export interface Bands {
  width: number
  height: number
  /** The picture smoothed over 3 pixels, less the same smoothed over 7 more, in levels. */
  band: Float32Array
  /** The picture smoothed over 3 pixels; times `unit` it is in levels. */
  fine: Int32Array
  unit: number
}

/** Sums over squares of `step × step` pixels; what is left over at the right and at the bottom is dropped. Not rounded: noise stays. */
export function reduced({ data, width, height }: { data: Uint8Array; width: number; height: number }, step: number): Sums {
  if (step === 1) return { data, width, height, unit: 1 }
  const [columns, rows] = [Math.floor(width / step), Math.floor(height / step)]
  const sums = new Uint16Array(columns * rows)
  const line = new Uint32Array(columns)
  for (let y = 0; y < rows; y++) {
    line.fill(0)
    for (let row = y * step; row < (y + 1) * step; row++) addLine(line, data, row * width, step)
    sums.set(line, y * columns)
  }
  return { data: sums, width: columns, height: rows, unit: 1 / (step * step) }
}

/** Adds one row of pixels to the sums of their squares. Most large pictures are halved, which goes without an inner loop. */
function addLine(line: Uint32Array, data: Uint8Array, from: number, step: number): void {
  if (step === 2) {
    for (let x = 0, at = from; x < line.length; x++, at += 2) line[x]! += data[at]! + data[at + 1]!
    return
  }
  for (let x = 0, at = from; x < line.length; x++) {
    let sum = 0
    for (const end = at + step; at < end; at++) sum += data[at]!
    line[x]! += sum
  }
}

const [fineWidth, broadRadius] = [3, 3]
const broadWidth = 2 * broadRadius + 1

/**
 * What stands between two scales, by box filters; at the borders the nearest values are repeated. One pass from top to bottom: sums of whole
 * numbers, which stay exact however long they run, over rows that are still in the processor's cache.
 */
export function bandPass(sums: Sums): Bands {
  const { width, height } = sums
  const fine = new Int32Array(width * height)
  const band = new Float32Array(width * height)
  const unit = sums.unit / fineWidth ** 2
  const share = unit / broadWidth ** 2
  const columns = new Int32Array(width)
  const last = height - 1
  const rowAt = (y: number) => Math.max(0, Math.min(last, y)) * width
  let smoothed = 0
  const smoothUpTo = (y: number) => {
    for (; smoothed <= Math.min(last, y); smoothed++) smoothRow(sums, smoothed, columns, fine)
  }
  smoothUpTo(broadRadius)
  const broad = new Int32Array(width)
  for (let y = -broadRadius; y < broadRadius; y++) for (let x = 0, at = rowAt(y); x < width; x++) broad[x]! += fine[at + x]!
  for (let y = 0; y < height; y++) {
    smoothUpTo(y + broadRadius)
    for (let x = 0, at = rowAt(y + broadRadius); x < width; x++) broad[x]! += fine[at + x]!
    let sum = broadRadius * broad[0]!
    for (let x = 0; x < broadRadius; x++) sum += broad[Math.min(width - 1, x)]!
    for (let x = 0, at = y * width; x < width; x++, at++) {
      sum += broad[x + broadRadius < width ? x + broadRadius : width - 1]!
      band[at] = (broadWidth ** 2 * fine[at]! - sum) * share
      sum -= broad[x > broadRadius ? x - broadRadius : 0]!
    }
    for (let x = 0, at = rowAt(y - broadRadius); x < width; x++) broad[x]! -= fine[at + x]!
  }
  return { width, height, band, fine, unit }
}

/** Sums over 3 × 3 of one row. */
function smoothRow({ data, width, height }: Sums, y: number, columns: Int32Array, fine: Int32Array): void {
  const [row, above, below] = [y * width, Math.max(0, y - 1) * width, Math.min(height - 1, y + 1) * width]
  for (let x = 0; x < width; x++) columns[x] = data[above + x]! + data[row + x]! + data[below + x]!
  const end = width - 1
  for (let x = 1; x < end; x++) fine[row + x] = columns[x - 1]! + columns[x]! + columns[x + 1]!
  fine[row] = 2 * columns[0]! + columns[Math.min(1, end)]!
  fine[row + end] = 2 * columns[end]! + columns[Math.max(0, end - 1)]!
}
