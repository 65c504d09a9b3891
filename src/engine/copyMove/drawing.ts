import type { Luma } from '../luma.ts'
import type { Region } from './regions.ts'

/** Levels by which pixels beside each other may differ and count as the same, for what JPEG leaves of one colour. */
const sameWithin = 1
/** Share of a cell's pixels that are the same as those to the right and below; noise leaves fewer in a photograph. */
const leastSame = 0.5
/** Standard deviation of fine detail, in levels, that shows a strong edge. A clear sky has even pixels too, but none of those. */
const leastDeviation = 2

/** The share of a region's cells that look drawn: edges between even areas, with no noise, as in text, icons and diagrams, 0 to 1. */
export function shareOfDrawn({ data, width }: Luma, { cells, cell, columns, deviations }: Region): number {
  let drawn = 0
  for (const index of cells) {
    if (deviations[index]! < leastDeviation) continue
    const start = Math.floor(index / columns) * cell * width + (index % columns) * cell
    let same = 0
    for (let y = 0; y < cell - 1; y++) {
      for (let x = 0, at = start + y * width; x < cell - 1; x++, at++) {
        if (Math.abs(data[at]! - data[at + 1]!) <= sameWithin && Math.abs(data[at]! - data[at + width]!) <= sameWithin) same++
      }
    }
    if (same >= leastSame * (cell - 1) ** 2) drawn++
  }
  return cells.length === 0 ? 0 : drawn / cells.length
}

/** How much of the upright rectangle around a region it fills, 0 to 1: a picture that stands twice on a page fills it, a part that somebody cut out does not. */
export function shareOfRectangle({ cells, columns }: Region): number {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1]
  for (const index of cells) {
    const [x, y] = [index % columns, Math.floor(index / columns)]
    ;[left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)]
  }
  return cells.length === 0 ? 0 : cells.length / ((right - left + 1) * (bottom - top + 1))
}
