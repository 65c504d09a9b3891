import type { Luma } from '../luma.ts'
import type { Motion } from './motion.ts'

/** How far a displacement may be from half of a side, and from none along the other, as a share of the side. */
const tolerance = 0.06
/** Blocks along each side of a half: coarse enough for versions that were bent or corrected a little. */
const blocks = 12
/** Correlation of the halves from which they show the same. */
const sameFrom = 0.5

/**
 * Whether a motion leads from one half of a picture to the other, and the halves show the same: before and after a correction, side by side or
 * one above the other. Such a picture holds copies of itself by intention, and hides nothing.
 */
export function showsTwoVersions(luma: Luma, { dx, dy, a, b }: Motion): boolean {
  const { width, height } = luma
  // Where the motion takes the middle: the displacement alone would be that of the corner, when something is turned.
  const [x, y] = [(a - 1) * (width / 2) - b * (height / 2) + dx, b * (width / 2) + (a - 1) * (height / 2) + dy]
  const isHalf = (along: number, side: number) => Math.abs(Math.abs(along) - side / 2) <= tolerance * side
  const isNone = (along: number, side: number) => Math.abs(along) <= tolerance * side
  if (isHalf(x, width) && isNone(y, height)) return correlationOfHalves(luma, width >> 1, 0) >= sameFrom
  if (isHalf(y, height) && isNone(x, width)) return correlationOfHalves(luma, 0, height >> 1) >= sameFrom
  return false
}

/**
 * Correlation of the half that begins at the corner with that which begins at (left, top), −1 to 1, by the means of blocks less those of
 * their rows and columns: a sky above a ground is in both halves of most photographs.
 */
function correlationOfHalves(luma: Luma, left: number, top: number): number {
  const [width, height] = [luma.width - left, luma.height - top]
  const [here, there] = [blockMeans(luma, 0, 0, width, height), blockMeans(luma, left, top, width, height)]
  let [product, squaresHere, squaresThere] = [0, 0, 0]
  for (let at = 0; at < here.length; at++) {
    product += here[at]! * there[at]!
    squaresHere += here[at]! ** 2
    squaresThere += there[at]! ** 2
  }
  return product / (Math.sqrt(squaresHere * squaresThere) + 1e-6)
}

function blockMeans({ data, width: stride }: Luma, left: number, top: number, width: number, height: number): Float64Array {
  const means = new Float64Array(blocks * blocks)
  for (let row = 0; row < blocks; row++) {
    for (let column = 0; column < blocks; column++) {
      const [fromX, toX] = [left + Math.floor((column * width) / blocks), left + Math.floor(((column + 1) * width) / blocks)]
      const [fromY, toY] = [top + Math.floor((row * height) / blocks), top + Math.floor(((row + 1) * height) / blocks)]
      let sum = 0
      for (let y = fromY; y < toY; y++) for (let at = y * stride + fromX, end = y * stride + toX; at < end; at++) sum += data[at]!
      means[row * blocks + column] = sum / ((toX - fromX) * (toY - fromY))
    }
  }
  return withoutRowsAndColumns(means)
}

function withoutRowsAndColumns(means: Float64Array): Float64Array {
  const [rows, columns] = [new Float64Array(blocks), new Float64Array(blocks)]
  means.forEach((value, at) => {
    rows[Math.floor(at / blocks)]! += value / blocks
    columns[at % blocks]! += value / blocks
  })
  const whole = rows.reduce((sum, value) => sum + value, 0) / blocks
  return means.map((value, at) => value - rows[Math.floor(at / blocks)]! - columns[at % blocks]! + whole)
}
