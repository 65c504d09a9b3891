import type { VideoFrame } from '@napi-rs/webcodecs'
import sharp from 'sharp'
import type { Orientation, Pixels } from '../image.ts'
import { orient } from './rotation.ts'

/** Points of a frame's luminance that are kept: columns × rows, spread evenly over it. */
export const probeColumns = 96
export const probeRows = 54

/** Pixels of the longer side of a small picture. */
export const thumbnailSide = 240

/** What is kept of a decoded frame. */
export interface SampledFrame {
  /** When it is shown. */
  seconds: number
  /** Its place among all frames of the video in the order in which they are shown: neighbours differ by 1. */
  position: number
  /** Luminance at `probeColumns × probeRows` points, as decoded, row-major, 0–255. */
  probe: Uint8Array
  /** Small and upright, of some. */
  thumbnail: Pixels | undefined
  /** The whole frame as it is stored, of a few. */
  picture: Pixels | undefined
}

/** Memory that frames of one size share, one after another. */
export interface Scratch {
  bytes: Uint8Array
  rgba: Uint8Array
}

/** Interleaved R, G, B and opacity, 0–255, row-major. */
type Raster = Pixels

/**
 * Takes from a decoded frame what is kept of it.
 *
 * @param shown the times of all frames in the order in which they are shown, in seconds
 * @param keep what beyond the probe
 * @param scratch kept by the caller from frame to frame, and grown as need be
 * @throws for pixel formats that can't be converted
 */
export async function sampleFrame(
  frame: VideoFrame,
  shown: Float64Array,
  orientation: Orientation,
  keep: { thumbnail: boolean; picture: boolean },
  scratch: Scratch
): Promise<SampledFrame> {
  const seconds = frame.timestamp / 1_000_000
  const probe = await probeOf(frame, scratch)
  const rgba = keep.thumbnail || keep.picture ? await rgbaOf(frame, scratch) : undefined
  return {
    seconds,
    position: nearest(shown, seconds),
    probe,
    thumbnail: rgba && keep.thumbnail ? await small(rgba, orientation) : undefined,
    picture: rgba && keep.picture ? withoutOpacity(rgba) : undefined
  }
}

/** The index of the value that is nearest, in ascending ones. */
function nearest(values: Float64Array, value: number): number {
  let [low, high] = [0, values.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! < value) low = middle + 1
    else high = middle
  }
  return low > 0 && value - values[low - 1]! < values[low]! - value ? low - 1 : low
}

async function probeOf(frame: VideoFrame, scratch: Scratch): Promise<Uint8Array> {
  const { format, codedWidth: width, codedHeight: height } = frame
  if (scratch.bytes.length < frame.allocationSize()) scratch.bytes = new Uint8Array(frame.allocationSize())
  const { bytes } = scratch
  const [plane] = await frame.copyTo(bytes)
  const isPlanar = format !== null && /^(?:I4|NV)/.test(format)
  // Ten and twelve bits stand in two bytes, the lower one first; green stands for the luminance of interleaved formats.
  const deep = isPlanar ? Number(/P(\d+)$/.exec(format)?.[1] ?? 8) - 8 : 0
  const step = isPlanar ? (deep > 0 ? 2 : 1) : 4
  const probe = new Uint8Array(probeColumns * probeRows)
  for (let row = 0; row < probeRows; row++) {
    const line = plane!.offset + Math.floor(((row + 0.5) * height) / probeRows) * plane!.stride + (isPlanar ? 0 : 1)
    for (let column = 0; column < probeColumns; column++) {
      const at = line + Math.floor(((column + 0.5) * width) / probeColumns) * step
      probe[row * probeColumns + column] = deep > 0 ? (bytes[at]! | (bytes[at + 1]! << 8)) >> deep : bytes[at]!
    }
  }
  return probe
}

/** The frame as interleaved R, G, B and opacity; nothing is done about high dynamic range. */
async function rgbaOf(frame: VideoFrame, scratch: Scratch): Promise<Raster> {
  const { codedWidth: width, codedHeight: height } = frame
  const size = frame.allocationSize({ format: 'RGBA' })
  if (scratch.rgba.length < size) scratch.rgba = new Uint8Array(size)
  const [plane] = await frame.copyTo(scratch.rgba, { format: 'RGBA' })
  if (plane!.stride !== width * 4) throw new Error('rows with gaps')
  return { data: scratch.rgba.subarray(plane!.offset, plane!.offset + width * height * 4), width, height }
}

function withoutOpacity({ data: rgba, width, height }: Raster): Pixels {
  const data = new Uint8Array(width * height * 3)
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = rgba[from]!
    data[to + 1] = rgba[from + 1]!
    data[to + 2] = rgba[from + 2]!
  }
  return { data, width, height }
}

async function small({ data, width, height }: Raster, orientation: Orientation): Promise<Pixels> {
  const picture = sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha().resize(thumbnailSide, thumbnailSide, { fit: 'inside' })
  const { data: shrunk, info: size } = await picture.raw().toBuffer({ resolveWithObject: true })
  // Not all of `info`: it says that the opacity, which is gone, was multiplied in, and blue would be taken for it.
  const raw = { width: size.width, height: size.height, channels: 3 } as const
  const { data: turned, info } = await orient(sharp(shrunk, { raw }), orientation).raw().toBuffer({ resolveWithObject: true })
  return { data: turned, width: info.width, height: info.height }
}
