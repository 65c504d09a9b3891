import type { Orientation } from './image.ts'

/** `height × width × channels`, row-major, interleaved. */
export interface Raster {
  data: Uint8Array
  width: number
  height: number
  channels: number
}

/** Turns a stored picture as EXIF's orientation says that it is to be shown (CIPA DC-008, 4.6.4 A, table 6). */
export function upright({ data, width, height, channels }: Raster, orientation: Orientation): Raster {
  if (orientation === 1) return { data, width, height, channels }
  const turned = orientation >= 5
  const shown = { data: new Uint8Array(data.length), width: turned ? height : width, height: turned ? width : height, channels }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [toX, toY] = shownAt[orientation](x, y, width - 1, height - 1)
      const [from, to] = [(y * width + x) * channels, (toY * shown.width + toX) * channels]
      for (let channel = 0; channel < channels; channel++) shown.data[to + channel] = data[from + channel]!
    }
  }
  return shown
}

/** In pixels. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** Where a box of the stored picture, which is `width × height`, is in the displayed one. */
export function uprightBox(box: Box, { width, height, orientation }: { width: number; height: number; orientation: Orientation }): Box {
  const [x1, y1] = shownAt[orientation](box.x, box.y, width - 1, height - 1)
  const [x2, y2] = shownAt[orientation](box.x + box.width - 1, box.y + box.height - 1, width - 1, height - 1)
  return { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1) + 1, height: Math.abs(y2 - y1) + 1 }
}

type Mapping = (x: number, y: number, right: number, bottom: number) => [x: number, y: number]

/** Where a stored pixel goes, by orientation; (right, bottom) is the last stored column and row. */
const shownAt: { readonly [orientation in Orientation]: Mapping } = {
  1: (x, y) => [x, y],
  2: (x, y, right) => [right - x, y],
  3: (x, y, right, bottom) => [right - x, bottom - y],
  4: (x, y, _right, bottom) => [x, bottom - y],
  5: (x, y) => [y, x],
  6: (x, y, _right, bottom) => [bottom - y, x],
  7: (x, y, right, bottom) => [bottom - y, right - x],
  8: (x, y, right) => [y, right - x]
}
