import { paragraph, sentence } from '../../language/sentence.ts'
import { findings, type ImageDetector } from '../detector.ts'
import { mapPicture } from '../evidencePictures.ts'
import { quantizationErrors, type BlockErrors } from '../kernels/quantizationErrors.ts'
import { quantiles } from '../quantiles.ts'
import { standardTable } from '../quantization.ts'
import { contextSignal } from './signal.ts'

/** Near to what cameras and sites use, so that most pictures lose little; the usual choice for error levels. */
const quality = 90
/** The map's longer side, in cells. */
const mapSide = 512
/** The level at this share of the cells becomes white. */
const whitePoint = 0.995
const table = standardTable('luminance', quality)

/**
 * Error level analysis (N. Krawetz, "A Picture's Worth", 2007): what saving the luminance once more as JPEG would change, by blocks of
 * 8 × 8 pixels. It is worked out from their coefficients, which by Parseval's theorem gives the same as decoding such a file
 * (`quantizationErrors.ts`). Where the picture was saved by JPEG before, little changes; a part that came from elsewhere can change
 * more. So do edges and fine texture in every picture: it is for the eye, and never moves the verdict. Colours are left out: they would
 * double the cost, and most of what they add is that strong ones change more.
 */
export const errorLevel: ImageDetector = {
  id: 'error_level',
  kind: 'image',
  needsPixels: true,
  async detect(image) {
    const luma = image.luma()
    if (luma === undefined) return findings()
    const levels = errorLevels(quantizationErrors(luma, table))
    const { data, white } = stretched(levels.cells)
    const caveat = image.lossless ? [sentence('This file keeps its pixels exactly and may never have been a JPEG: then the picture tells still less.')] : []
    const evidence = await mapPicture(
      { data, width: levels.width, height: levels.height },
      {
        name: 'error-level.png',
        caption: paragraph(
          sentence(
            'Bright: changed much by saving once more at JPEG quality {quality} (white is {white, number} of 255 levels or more). Edges and fine texture are bright in every picture. Only a part that is much brighter or darker than others of the same texture deserves a closer look, and that is no proof either.',
            { quality, white: round(white) }
          ),
          ...caveat
        ),
        orientation: image.orientation
      }
    )
    return findings({
      signals: [
        contextSignal({
          detector: 'error_level',
          code: 'error_level',
          meaning: paragraph(
            sentence('The error-level picture shows where saving the file once more as JPEG changes it most. It is for the eye and moves no verdict.'),
            ...caveat
          ),
          measured: { quality, meanLevel: round(levels.mean), whiteLevel: round(white), pixelsPerCell: levels.step },
          evidence: [evidence.name]
        })
      ],
      evidence: [evidence]
    })
  }
}

interface Levels {
  /** By how much the pixels of a cell change, in levels (root mean square), row-major. */
  cells: Float32Array
  width: number
  height: number
  /** Side of a cell, in pixels. */
  step: number
  /** Of the whole picture. */
  mean: number
}

/** The errors of square cells of a block or more. */
function errorLevels({ data, columns, rows }: BlockErrors): Levels {
  const side = Math.max(1, Math.ceil(Math.max(columns, rows) / mapSide))
  const [width, height] = [Math.ceil(columns / side), Math.ceil(rows / side)]
  const cells = new Float32Array(width * height)
  let total = 0
  for (let cell = 0, top = 0; top < rows; top += side) {
    const bottom = Math.min(rows, top + side)
    for (let left = 0; left < columns; left += side, cell++) {
      const right = Math.min(columns, left + side)
      let sum = 0
      for (let row = top; row < bottom; row++) for (let column = left; column < right; column++) sum += data[row * columns + column]!
      cells[cell] = Math.sqrt(sum / ((right - left) * (bottom - top)))
      total += sum
    }
  }
  return { cells, width, height, step: 8 * side, mean: Math.sqrt(total / data.length) }
}

/** Stretches levels to 0–255, with the brightest few cut off. */
function stretched(cells: Float32Array): { data: Uint8Array; white: number } {
  const white = Math.max(1, quantiles(cells, [whitePoint])[0]!)
  // Such an array rounds, and cuts off what is beyond a byte.
  const data = new Uint8ClampedArray(cells.length)
  for (let cell = 0; cell < cells.length; cell++) data[cell] = (cells[cell]! * 255) / white
  return { data: new Uint8Array(data.buffer), white }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
