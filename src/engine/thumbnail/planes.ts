import type { Pixels } from '../image.ts'

/** Where the whole picture lies in the thumbnail, in the thumbnail's pixels; it may reach beyond it. */
export interface Frame {
  left: number
  top: number
  width: number
  height: number
}

/** `height × width` each, row-major. */
export interface Planes {
  /** Y (0–255), Cb and Cr (−128–127). */
  planes: [Float32Array, Float32Array, Float32Array]
  /** Which share of a pixel is at the end of the scale in a channel, 0–1. */
  clipped: Float32Array
  width: number
  height: number
}

export function planesOf({ data, width, height }: Pixels): Planes {
  const count = width * height
  const [y, cb, cr, clipped] = [new Float32Array(count), new Float32Array(count), new Float32Array(count), new Float32Array(count)]
  for (let pixel = 0, at = 0; pixel < count; pixel++, at += 3) {
    const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!]
    const luma = 0.299 * red + 0.587 * green + 0.114 * blue
    y[pixel] = luma
    cb[pixel] = 0.564 * (blue - luma)
    cr[pixel] = 0.713 * (red - luma)
    if (Math.max(red, green, blue) >= 253 || luma <= 2) clipped[pixel] = 1
  }
  return { planes: [y, cb, cr], clipped, width, height }
}

/** Luminance is smoothed once; chrominance twice, since it is stored at half the size. */
export function smoothed({ planes: [y, cb, cr], clipped, width, height }: Planes): Planes {
  const smooth = (plane: Float32Array) => smoothedPlane(plane, width, height)
  return { planes: [smooth(y), smooth(smooth(cb)), smooth(smooth(cr))], clipped: smooth(clipped), width, height }
}

/** By a quarter, a half and a quarter in both directions. */
export function smoothedPlane(plane: Float32Array, width: number, height: number): Float32Array {
  const rows = new Float32Array(plane.length)
  const result = new Float32Array(plane.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      rows[at] = (plane[x > 0 ? at - 1 : at]! + 2 * plane[at]! + plane[x < width - 1 ? at + 1 : at]!) / 4
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      result[at] = (rows[y > 0 ? at - width : at]! + 2 * rows[at]! + rows[y < height - 1 ? at + width : at]!) / 4
    }
  }
  return result
}

export interface Bounds {
  left: number
  top: number
  right: number
  bottom: number
}

/** The pixels of the thumbnail that show the picture, but for its rim. */
export function interior({ left, top, width, height }: Frame, seen: Planes): Bounds {
  const rim = 2
  return {
    left: Math.max(rim, Math.ceil(left) + rim),
    top: Math.max(rim, Math.ceil(top) + rim),
    right: Math.min(seen.width - rim, Math.floor(left + width) - rim),
    bottom: Math.min(seen.height - rim, Math.floor(top + height) - rim)
  }
}

/** The picture on the thumbnail's grid. */
export function warped(source: Planes, frame: Frame, width: number, height: number): Planes {
  const warp = (plane: Float32Array) => warpedPlane(plane, source, frame, width, height)
  return { planes: [warp(source.planes[0]), warp(source.planes[1]), warp(source.planes[2])], clipped: warp(source.clipped), width, height }
}

/** By means over the area of each new pixel, first along the rows, then along the columns. */
export function warpedPlane(plane: Float32Array, source: { width: number; height: number }, frame: Frame, width: number, height: number): Float32Array {
  const columns = spans(width, frame.left, frame.width, source.width)
  const rows = spans(height, frame.top, frame.height, source.height)
  const narrow = new Float32Array(source.height * width)
  for (let y = 0; y < source.height; y++) {
    for (let x = 0; x < width; x++) narrow[y * width + x] = meanOver(plane, y * source.width, 1, source.width, columns[2 * x]!, columns[2 * x + 1]!)
  }
  const result = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) result[y * width + x] = meanOver(narrow, x, width, source.height, rows[2 * y]!, rows[2 * y + 1]!)
  }
  return result
}

/** Of each pixel of a side, where it begins and ends in the source. */
function spans(count: number, start: number, length: number, sourceLength: number): Float64Array {
  const result = new Float64Array(2 * count)
  for (let index = 0; index < count; index++) {
    result[2 * index] = ((index - start) / length) * sourceLength
    result[2 * index + 1] = ((index + 1 - start) / length) * sourceLength
  }
  return result
}

function meanOver(plane: Float32Array, offset: number, stride: number, count: number, from: number, to: number): number {
  const start = Math.min(count - 1, Math.max(0, from))
  const end = Math.min(count, Math.max(start + 1e-3, to))
  let sum = 0
  for (let index = Math.floor(start); index < end; index++) {
    sum += plane[offset + index * stride]! * (Math.min(end, index + 1) - Math.max(start, index))
  }
  return sum / (end - start)
}
