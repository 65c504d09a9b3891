import type { Luma } from '../luma.ts'
import type { Region } from './regions.ts'
import { residualReader } from './residual.ts'

/** Cells that are looked at. */
const maxSamples = 16
/** Of what is lacking to a correlation of 1, the share up to which the copy is better than what stands beside the cell. */
const muchBetter = 0.5

/**
 * The share of cells that agree with their other place much better than with anything near to themselves, 0 to 1. Of a pattern in small, a screen's
 * pixels, cloth, a fence, the same is found all around, and then it says nothing that it is found farther away.
 *
 * @param cells those to be looked at
 */
export function shareOfUnique(luma: Luma, { columns, cell, correlations }: Region, cells: readonly number[]): number {
  const wide = 4 * cell
  const [readPatch, readField] = [residualReader(luma, cell), residualReader(luma, wide)]
  const [patch, field] = [new Float32Array(cell * cell), new Float32Array(wide * wide)]
  const middle = (wide - cell) / 2
  const stride = Math.max(1, Math.floor(cells.length / maxSamples))
  let [unique, seen] = [0, 0]
  for (let index = stride >> 1; index < cells.length; index += stride) {
    const at = cells[index]!
    const [x, y] = [(at % columns) * cell, Math.floor(at / columns) * cell]
    if (!readPatch(patch, x, y) || !readField(field, x - middle, y - middle)) continue
    seen++
    let best = 0
    for (let top = 0; top <= wide - cell; top++) {
      for (let left = 0; left <= wide - cell; left++) {
        // What overlaps itself by more than a half is itself, a little blurred.
        if (Math.max(Math.abs(left - middle), Math.abs(top - middle)) < cell / 2) continue
        best = Math.max(best, correlationAt(patch, field, cell, wide, left, top))
      }
    }
    if (1 - correlations[at]! < muchBetter * (1 - best)) unique++
  }
  return seen === 0 ? 0 : unique / seen
}

function correlationAt(patch: Float32Array, field: Float32Array, side: number, wide: number, left: number, top: number): number {
  let [product, squaresHere, squaresThere] = [0, 0, 0]
  for (let j = 0, at = 0; j < side; j++) {
    for (let i = 0, other = (top + j) * wide + left; i < side; i++, at++) {
      const [a, b] = [patch[at]!, field[other + i]!]
      product += a * b
      squaresHere += a * a
      squaresThere += b * b
    }
  }
  return product / (Math.sqrt(squaresHere * squaresThere) + 1e-6)
}
