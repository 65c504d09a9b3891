import type { Orientation } from '../image.ts'
import { upright } from '../orientation.ts'
import type { Grid } from '../evidencePictures.ts'
import type { Copy } from './copies.ts'
import { moved } from './motion.ts'
import { agrees } from './regions.ts'
import { neighboursOf } from './significance.ts'

/** In a grid of places: where a copy's one place is, and where its other. Which of them is the source can't be told. */
export const onePlace = 1
export const otherPlace = 2

/** The two places of a copy, over the picture as it is stored, with small holes filled. */
export function placesOf(copy: Copy, width: number, height: number, maxSide: number): Grid<Uint8Array> {
  const step = Math.max(1, Math.ceil(Math.max(width, height) / maxSide))
  const [columns, rows] = [Math.ceil(width / step), Math.ceil(height / step)]
  const data = new Uint8Array(columns * rows)
  const mark = (x: number, y: number, place: number) => {
    const [column, row] = [Math.floor(x / step), Math.floor(y / step)]
    if (column >= 0 && row >= 0 && column < columns && row < rows) data[row * columns + column] = place
  }
  // Half a step, so that a copy that is larger than its source has no gaps.
  const stride = Math.max(1, step / 2)
  for (const index of filled(copy)) {
    const [left, top] = [(index % copy.columns) * copy.cell, Math.floor(index / copy.columns) * copy.cell]
    for (let y = top; y < top + copy.cell; y += stride) {
      for (let x = left; x < left + copy.cell; x += stride) {
        mark(...moved(copy.motion, x, y), otherPlace)
        mark(x, y, onePlace)
      }
    }
  }
  return { data, width: columns, height: rows }
}

/** The cells of a region with those that it surrounds: even ones can't agree, and a copied sky is copied all the same. */
function filled(copy: Copy): number[] {
  const inside = new Set(copy.cells)
  for (let round = 0; round < 2; round++) {
    const surrounded: number[] = []
    for (let cell = 0; cell < copy.states.length; cell++) {
      if (inside.has(cell) || copy.states[cell] === agrees) continue
      if (neighboursOf(copy, cell).filter((near) => inside.has(near)).length >= 5) surrounded.push(cell)
    }
    for (const cell of surrounded) inside.add(cell)
  }
  return [...inside]
}

export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

/** The rectangle around a place, in displayed pixels; undefined where the place has no cell. */
export function rectangleAround(places: Grid<Uint8Array>, place: number, orientation: Orientation, shown: { width: number; height: number }): Rectangle | undefined {
  const { data, width, height } = upright({ ...places, channels: 1 }, orientation)
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] !== place) continue
      ;[left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)]
    }
  }
  if (right < 0) return undefined
  const [scaleX, scaleY] = [shown.width / width, shown.height / height]
  const [x, y] = [Math.round(left * scaleX), Math.round(top * scaleY)]
  return { x, y, width: Math.round((right + 1) * scaleX) - x, height: Math.round((bottom + 1) * scaleY) - y }
}
