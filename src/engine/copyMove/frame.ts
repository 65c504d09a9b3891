import type { Luma } from '../luma.ts'
import { shareOfRectangle } from './drawing.ts'
import type { Region } from './regions.ts'

/** Of the upright rectangle around a region that was turned or resized, how much it fills from which on it is taken for a picture. */
const rectangleFrom = 0.88
/** Mean difference of a line of pixels to that of the other place, in levels, up to which both show the same. */
const sameWithin = 6
/** Where a picture ends, neighbours differ so many times as much as beside its end, and by so many levels more. */
const edge = { times: 2, levels: 2 }
/** Sides of a rectangle on which an edge must be seen; one may end in the same colour as what is beside it. */
const leastSides = 3

/** In pixels; what is right and below does not belong to it. */
interface Rectangle {
  left: number
  top: number
  right: number
  bottom: number
}

/**
 * Whether a region lies in a whole picture that the picture holds twice, as a page or a collage does: what is the same in both places is an upright
 * rectangle, and ends at an edge in both. Such pictures stand twice by intention. Whoever copies a part, a rectangle too, takes it from
 * where the picture goes on beyond it.
 */
export function isPictureInPicture(luma: Luma, region: Region): boolean {
  const { motion, cell } = region
  // A picture that was turned or resized ends in lines that are not looked for here.
  if (motion.a !== 1 || motion.b !== 0) return shareOfRectangle(region) >= rectangleFrom
  const [dx, dy] = [Math.round(motion.dx), Math.round(motion.dy)]
  const here = sameInBoth(luma, rectangleAround(region), dx, dy)
  const there = { left: here.left + dx, top: here.top + dy, right: here.right + dx, bottom: here.bottom + dy }
  return endsAtEdges(luma, here, cell) && endsAtEdges(luma, there, cell)
}

function rectangleAround({ cells, columns, cell }: Region): Rectangle {
  const around = { left: Infinity, top: Infinity, right: 0, bottom: 0 }
  for (const index of cells) {
    const [x, y] = [(index % columns) * cell, Math.floor(index / columns) * cell]
    around.left = Math.min(around.left, x)
    around.top = Math.min(around.top, y)
    around.right = Math.max(around.right, x + cell)
    around.bottom = Math.max(around.bottom, y + cell)
  }
  return around
}

/** Widens a rectangle by lines as long as both places show the same: even parts of a picture, such as its sky, are in no region. */
function sameInBoth({ data, width, height }: Luma, around: Rectangle, dx: number, dy: number): Rectangle {
  const [least, most] = [{ x: Math.max(0, -dx), y: Math.max(0, -dy) }, { x: width - Math.max(0, dx), y: height - Math.max(0, dy) }]
  const grown = {
    left: Math.max(least.x, around.left),
    top: Math.max(least.y, around.top),
    right: Math.min(most.x, around.right),
    bottom: Math.min(most.y, around.bottom)
  }
  const other = dy * width + dx
  const same = (first: number, step: number, count: number) => {
    let sum = 0
    for (let index = 0, at = first; index < count; index++, at += step) sum += Math.abs(data[at]! - data[at + other]!)
    return sum <= sameWithin * count
  }
  const column = (x: number) => same(grown.top * width + x, width, grown.bottom - grown.top)
  const row = (y: number) => same(y * width + grown.left, 1, grown.right - grown.left)
  while (grown.left > least.x && column(grown.left - 1)) grown.left--
  while (grown.right < most.x && column(grown.right)) grown.right++
  while (grown.top > least.y && row(grown.top - 1)) grown.top--
  while (grown.bottom < most.y && row(grown.bottom)) grown.bottom++
  return grown
}

function endsAtEdges({ data, width, height }: Luma, { left, top, right, bottom }: Rectangle, cell: number): boolean {
  const sides = [
    hasEdge(data, left, width, 1, top, bottom, width, cell),
    hasEdge(data, right, width, 1, top, bottom, width, cell),
    hasEdge(data, top, height, width, left, right, 1, cell),
    hasEdge(data, bottom, height, width, left, right, 1, cell)
  ]
  return sides.filter(Boolean).length >= leastSides
}

/**
 * Whether there is a straight edge within a cell and a half of a side, all along it but for its corners: the region is known in whole cells only.
 *
 * @param at where the side is, across it, in pixels; the picture ends at `size`, and its end is an edge
 * @param across, along how far two pixels are apart in the data, across the side and along it
 */
function hasEdge(data: Uint8Array, at: number, size: number, across: number, from: number, to: number, along: number, cell: number): boolean {
  const reach = Math.round(1.5 * cell)
  if (at - reach < 1 || at + reach >= size) return true
  const steps: number[] = []
  for (let place = at - reach; place <= at + reach; place++) {
    let sum = 0
    for (let index = from + cell; index < to - cell; index++) {
      const pixel = index * along + place * across
      sum += Math.abs(data[pixel]! - data[pixel - across]!)
    }
    steps.push(sum / Math.max(1, to - from - 2 * cell))
  }
  const usual = steps.toSorted((a, b) => a - b)[steps.length >> 1]!
  return Math.max(...steps) >= Math.max(edge.times * usual, usual + edge.levels)
}
