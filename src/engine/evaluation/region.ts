import type { Random } from './random.ts'

/** Where a forgery changed the picture: `height × width`, row-major, 0 (not at all) to 255 (wholly); between at a soft edge. */
export interface Mask {
  data: Uint8Array
  width: number
  height: number
}

/** A rectangle, and which part of it is changed. */
export interface Region {
  left: number
  top: number
  /** Of the rectangle's own size. */
  mask: Mask
}

/** Pixels over which a region's edge fades, as an editor's brush does. */
const softEdge = 2

/**
 * A rounded, uneven region as a person would draw it: an ellipse whose radius waves, well inside of the picture.
 *
 * @param share of the picture's area that it covers, about
 */
export function drawnRegion(width: number, height: number, share: number, random: Random): Region {
  const stretch = 0.7 + 0.6 * random.next()
  const radius = Math.sqrt((share * width * height) / Math.PI)
  const [radiusX, radiusY] = [Math.min(radius * stretch, width * 0.4), Math.min(radius / stretch, height * 0.4)]
  const waves = [2, 3, 5].map((turns) => ({ turns, height: 0.12 * random.next(), phase: 2 * Math.PI * random.next() }))
  const [halfWidth, halfHeight] = [Math.ceil(radiusX * 1.25), Math.ceil(radiusY * 1.25)]
  const mask = { data: new Uint8Array(4 * halfWidth * halfHeight), width: 2 * halfWidth, height: 2 * halfHeight }
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      const [fromX, fromY] = [(x + 0.5 - halfWidth) / radiusX, (y + 0.5 - halfHeight) / radiusY]
      const angle = Math.atan2(fromY, fromX)
      const edge = waves.reduce((sum, wave) => sum + wave.height * Math.sin(wave.turns * angle + wave.phase), 1)
      const inside = (edge - Math.hypot(fromX, fromY)) * Math.min(radiusX, radiusY)
      mask.data[y * mask.width + x] = Math.max(0, Math.min(255, Math.round((255 * (inside + softEdge / 2)) / softEdge)))
    }
  }
  const left = random.whole(0, Math.max(1, width - mask.width))
  const top = random.whole(0, Math.max(1, height - mask.height))
  return { left, top, mask }
}

/** The region as a mask of the whole picture, 255 where it is changed at least by half. */
export function wholeMask({ left, top, mask }: Region, width: number, height: number): Mask {
  const data = new Uint8Array(width * height)
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      if (mask.data[y * mask.width + x]! >= 128 && top + y < height && left + x < width) data[(top + y) * width + left + x] = 255
    }
  }
  return { data, width, height }
}
