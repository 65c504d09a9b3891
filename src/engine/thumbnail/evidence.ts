import sharp from 'sharp'
import { sentence, paragraph, type Sentence } from '../../language/sentence.ts'
import { maskPicture } from '../evidencePictures.ts'
import type { Orientation, Pixels } from '../image.ts'
import { upright, type Raster } from '../orientation.ts'
import type { Evidence, Json } from '../types.ts'
import type { Comparison } from './difference.ts'
import type { ThumbnailMatch } from './match.ts'

/** A small copy beside its picture. */
export interface Pair {
  /** As it is stored. */
  copy: Pixels
  /** Reduced, as it is stored. */
  picture: Pixels
  /** How the stored picture is turned for display. */
  orientation: Orientation
  turnedBy: ThumbnailMatch['turnedBy']
}

/** Shares of the width and the height, 0–1. */
interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/** Turns what matches the turned picture back to how the picture is stored. */
const turnBack: { readonly [turnedBy in ThumbnailMatch['turnedBy']]: Orientation } = { 0: 1, 90: 8, 180: 3, 270: 6 }

/** More are not listed: the mask shows them. */
const maxRegions = 20

/** The changed regions' places in both, and the mask over the stored picture, whose marks are the region's number. */
interface Places {
  inCopy: Box[]
  inPicture: Box[]
  mask: Raster
}

function placesOf({ copy, orientation, turnedBy }: Pair, { frame, cellSide, regions }: Comparison): Places {
  const onCopy: Raster = { data: new Uint8Array(copy.width * copy.height), width: copy.width, height: copy.height, channels: 1 }
  const [width, height] = [Math.max(1, Math.round(frame.width)), Math.max(1, Math.round(frame.height))]
  const onPicture: Raster = { data: new Uint8Array(width * height), width, height, channels: 1 }
  for (const [index, { cells }] of regions.slice(0, maxRegions).entries()) {
    for (const { left, top } of cells) {
      paint(onCopy, left, top, cellSide, index + 1)
      paint(onPicture, Math.round(left - frame.left), Math.round(top - frame.top), cellSide, index + 1)
    }
  }
  const mask = upright(onPicture, turnBack[turnedBy])
  return { inCopy: boxesOf(upright(upright(onCopy, turnBack[turnedBy]), orientation)), inPicture: boxesOf(upright(mask, orientation)), mask }
}

function paint({ data, width, height }: Raster, left: number, top: number, side: number, value: number): void {
  for (let y = Math.max(0, top); y < Math.min(height, top + side); y++) data.fill(value, y * width + Math.max(0, Math.min(width, left)), y * width + Math.max(0, Math.min(width, left + side)))
}

function boxesOf({ data, width, height }: Raster): Box[] {
  const boxes: Box[] = []
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = data[y * width + x]!
      if (value === 0) continue
      const box = (boxes[value - 1] ??= { left: 1, top: 1, right: 0, bottom: 0 })
      box.left = Math.min(box.left, x / width)
      box.right = Math.max(box.right, (x + 1) / width)
      box.top = Math.min(box.top, y / height)
      box.bottom = Math.max(box.bottom, (y + 1) / height)
    }
  }
  return boxes.filter((box) => box !== undefined)
}

/** The changed regions: in pixels of the picture as displayed, as a mask, and outlined in both pictures beside each other. */
export async function regionEvidence(pair: Pair, comparison: Comparison, displayed: { width: number; height: number }): Promise<{ regions: Json[]; evidence: Evidence[] }> {
  const { inCopy, inPicture, mask } = placesOf(pair, comparison)
  const regions = inPicture.map(({ left, top, right, bottom }) => ({
    x: Math.round(left * displayed.width),
    y: Math.round(top * displayed.height),
    width: Math.round((right - left) * displayed.width),
    height: Math.round((bottom - top) * displayed.height)
  }))
  const marked = await maskPicture(mask, {
    name: 'thumbnail-mask.png',
    caption: sentence('Marked: where the small copy inside of the file shows something else than the picture. What is not marked agrees as far as so small a copy can tell.'),
    orientation: pair.orientation
  })
  const beside = await sideBySide(pair, inCopy, inPicture, sentence('The frames mark where they show different things: there the picture was changed after the copy was made.'))
  return { regions, evidence: [beside, marked] }
}

const panelSide = 480
const gap = 8
const grey = 0x80
const outlineColour = [255, 0, 96] as const

/** Both upright beside each other, with outlines. */
export async function sideBySide({ copy, picture, orientation, turnedBy }: Pair, inCopy: Box[], inPicture: Box[], says: Sentence): Promise<Evidence> {
  const canvas: Pixels = { data: new Uint8Array((2 * panelSide + gap) * panelSide * 3).fill(grey), width: 2 * panelSide + gap, height: panelSide }
  await place(canvas, upright(upright({ ...copy, channels: 3 }, turnBack[turnedBy]), orientation), 0, inCopy)
  await place(canvas, upright({ ...picture, channels: 3 }, orientation), panelSide + gap, inPicture)
  return {
    name: 'thumbnail.png',
    mediaType: 'image/png',
    layer: 'beside',
    caption: paragraph(sentence('Left: the small copy that stands in the file, enlarged. Right: the picture as it is now.'), says),
    bytes: await sharp(canvas.data, { raw: { width: canvas.width, height: canvas.height, channels: 3 } }).png().toBuffer()
  }
}

async function place(canvas: Pixels, shown: Raster, left: number, boxes: Box[]): Promise<void> {
  const { data, info } = await sharp(shown.data, { raw: { width: shown.width, height: shown.height, channels: 3 } })
    .resize({ width: panelSide, height: panelSide, fit: 'inside' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const [atX, atY] = [left + ((panelSide - info.width) >> 1), (panelSide - info.height) >> 1]
  for (let y = 0; y < info.height; y++) canvas.data.set(data.subarray(y * info.width * 3, (y + 1) * info.width * 3), ((atY + y) * canvas.width + atX) * 3)
  for (const box of boxes) {
    const [x0, x1] = [Math.round(box.left * info.width), Math.round(box.right * info.width) - 1]
    const [y0, y1] = [Math.round(box.top * info.height), Math.round(box.bottom * info.height) - 1]
    const dot = (x: number, y: number) => {
      if (x >= 0 && y >= 0 && x < info.width && y < info.height) canvas.data.set(outlineColour, ((atY + y) * canvas.width + atX + x) * 3)
    }
    for (let thick = -1; thick <= 1; thick++) {
      for (let x = x0 - 1; x <= x1 + 1; x++) for (const y of [y0 + thick, y1 + thick]) dot(x, y)
      for (let y = y0 - 1; y <= y1 + 1; y++) for (const x of [x0 + thick, x1 + thick]) dot(x, y)
    }
  }
}
