import sharp from 'sharp'
import { operationTimeoutSeconds } from '../decoder.ts'
import { findings, type ImageDetector } from '../detector.ts'
import type { Pixels } from '../image.ts'
import { upright } from '../orientation.ts'
import { contextSignal } from './signal.ts'

/** Near to what cameras and sites use, so that most pictures lose little; the usual choice for error levels. */
const quality = 90
/** The evidence picture's longer side, in pixels. */
const maxSide = 1024
/** libjpeg's limit; the format's own is 65,535. */
const maxJpegSide = 65_500
/** Rows are re-saved in strips of about so many pixels: memory stays bounded, whatever the picture's size. */
const stripPixels = 4_000_000
/** The level at this share of the cells becomes white. */
const whitePoint = 0.995

/**
 * Error level analysis (N. Krawetz, "A Picture's Worth", 2007): the picture is saved once more as JPEG, and what that changes is
 * shown. Where the picture was saved by JPEG before, little changes; a part that came from elsewhere can change more. So do
 * edges, fine texture, and strong colours in every picture: it is for the eye, and never moves the verdict.
 */
export const errorLevel: ImageDetector = {
  id: 'error_level',
  kind: 'image',
  needsPixels: true,
  async detect({ pixels, lossless, orientation }) {
    if (pixels === undefined) return findings()
    if (pixels.width > maxJpegSide) {
      const reason = `The picture is wider than ${maxJpegSide} pixels, more than can be saved as JPEG: its error level could not be measured.`
      return findings({ notChecked: [{ code: 'too_wide_for_error_level', reason }] })
    }
    const levels = await errorLevels(pixels)
    const { data, white } = stretched(levels.cells)
    const shown = upright({ data, width: levels.width, height: levels.height, channels: 1 }, orientation)
    const bytes = await sharp(shown.data, { raw: { width: shown.width, height: shown.height, channels: 1 } }).png().toBuffer()

    const caveat = lossless ? ' This file keeps its pixels exactly and may never have been a JPEG: then the picture tells still less.' : ''
    return findings({
      signals: [
        contextSignal({
          detector: 'error_level',
          code: 'error_level',
          meaning: `The error-level picture shows where saving the file once more as JPEG changes it most. It is for the eye and moves no verdict.${caveat}`,
          measured: { quality, meanLevel: round(levels.mean), whiteLevel: round(white), pixelsPerCell: levels.step },
          evidence: ['error-level.png']
        })
      ],
      evidence: [
        {
          name: 'error-level.png',
          mediaType: 'image/png',
          layer: 'map',
          caption: `Bright: changed much by saving once more at JPEG quality ${quality} (white is ${round(white)} of 255 levels or more). Edges, fine texture and strong colours are bright in every picture. Only a part that is much brighter or darker than others of the same texture deserves a closer look, and that is no proof either.${caveat}`,
          bytes
        }
      ]
    })
  }
}

interface Levels {
  /** Mean level of each cell of `step × step` pixels, 0–255, row-major. */
  cells: Float32Array
  width: number
  height: number
  step: number
  mean: number
}

/** The largest difference of the three channels, pixel by pixel, averaged over cells. */
async function errorLevels({ data, width, height }: Pixels): Promise<Levels> {
  const step = Math.max(1, Math.ceil(Math.max(width, height) / maxSide))
  const [columns, rows] = [Math.ceil(width / step), Math.ceil(height / step)]
  const sums = new Float64Array(columns * rows)
  const counts = new Uint32Array(columns * rows)
  let total = 0

  // A multiple of 16, so that a strip has the same blocks as the whole picture would.
  const stripRows = 16 * Math.max(1, Math.floor(Math.min(stripPixels / width, maxJpegSide) / 16))
  for (let top = 0; top < height; top += stripRows) {
    const stripHeight = Math.min(stripRows, height - top)
    const strip = data.subarray(top * width * 3, (top + stripHeight) * width * 3)
    const saved = await savedAgain(strip, width, stripHeight)
    for (let y = 0; y < stripHeight; y++) {
      const rowOfCells = Math.floor((top + y) / step) * columns
      for (let x = 0, at = y * width * 3; x < width; x++, at += 3) {
        const level = Math.max(
          Math.abs(strip[at]! - saved[at]!),
          Math.abs(strip[at + 1]! - saved[at + 1]!),
          Math.abs(strip[at + 2]! - saved[at + 2]!)
        )
        const cell = rowOfCells + Math.floor(x / step)
        sums[cell]! += level
        counts[cell]!++
        total += level
      }
    }
  }
  const cells = Float32Array.from(sums, (sum, cell) => sum / counts[cell]!)
  return { cells, width: columns, height: rows, step, mean: total / (width * height) }
}

async function savedAgain(strip: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const jpeg = await sharp(strip, { raw: { width, height, channels: 3 } })
    .timeout({ seconds: operationTimeoutSeconds })
    // Without subsampling: colours are to change by quantization alone.
    .jpeg({ quality, chromaSubsampling: '4:4:4' })
    .toBuffer()
  return sharp(jpeg).timeout({ seconds: operationTimeoutSeconds }).toColourspace('srgb').raw().toBuffer()
}

/** Stretches levels to 0–255, with the brightest few cut off. */
function stretched(cells: Float32Array): { data: Uint8Array; white: number } {
  const sorted = Float32Array.from(cells).sort()
  const white = Math.max(1, sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * whitePoint))]!)
  return { data: Uint8Array.from(cells, (level) => Math.min(255, Math.round((level * 255) / white))), white }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
