import sharp from 'sharp'
import { mulberry32, photoPixels } from '../pictures.ts'

/** Pixels and their size, as sharp takes them. */
export interface Picture {
  data: Uint8Array
  width: number
  height: number
}

/** A photograph with texture: `photoPixels` over a rough surface. */
export function texturedPhoto(width: number, height: number, seed = 1): Picture {
  const data = photoPixels(width, height, seed)
  const random = mulberry32(seed + 1000)
  // Rough at several scales, as ground and leaves are: sums of noise, each coarser and stronger.
  for (const side of [4, 12, 36]) {
    const [columns, rows] = [Math.ceil(width / side) + 2, Math.ceil(height / side) + 2]
    const levels = Float32Array.from({ length: columns * rows }, () => (random() - 0.5) * (20 + side))
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [column, row] = [Math.floor(x / side), Math.floor(y / side)]
        const [right, below, at] = [x / side - column, y / side - row, row * columns + column]
        const upper = levels[at]! * (1 - right) + levels[at + 1]! * right
        const lower = levels[at + columns]! * (1 - right) + levels[at + columns + 1]! * right
        const level = upper * (1 - below) + lower * below
        for (let channel = 0; channel < 3; channel++) {
          const place = (y * width + x) * 3 + channel
          data[place] = Math.max(0, Math.min(255, data[place]! + level))
        }
      }
    }
  }
  return { data, width, height }
}

interface Place {
  left: number
  top: number
}

/** Copies a disc of this diameter within the picture. */
export function withCopy({ data, width, height }: Picture, from: Place, to: Place, side: number): Picture {
  const changed = Uint8Array.from(data)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (Math.hypot(x - side / 2, y - side / 2) > side / 2) continue
      const [source, target] = [((from.top + y) * width + from.left + x) * 3, ((to.top + y) * width + to.left + x) * 3]
      changed.set(data.subarray(source, source + 3), target)
    }
  }
  return { data: changed, width, height }
}

/** Copies a rectangle within the picture. */
export function withRectangle(picture: Picture, from: Place, to: Place, size: { width: number; height: number }): Picture {
  return pasted(picture, cut(picture, from, size), to)
}

/** Six photographs side by side in two rows, one of them twice. */
export function collage(): Picture {
  const [width, height] = [300, 220]
  const photographs = [11, 12, 13, 14, 15].map((seed) => texturedPhoto(width, height, seed))
  const [first, second, third, fourth, fifth] = photographs as [Picture, Picture, Picture, Picture, Picture]
  let sheet: Picture = { data: new Uint8Array(3 * 3 * width * 2 * height), width: 3 * width, height: 2 * height }
  for (const [index, photograph] of [first, second, third, fourth, first, fifth].entries()) {
    sheet = pasted(sheet, photograph, { left: (index % 3) * width, top: Math.floor(index / 3) * height })
  }
  return sheet
}

function cut({ data, width }: Picture, { left, top }: Place, size: { width: number; height: number }): Picture {
  const rows = Array.from({ length: size.height }, (_, y) => data.subarray(((top + y) * width + left) * 3, ((top + y) * width + left + size.width) * 3))
  return { data: Buffer.concat(rows), ...size }
}

function pasted({ data, width, height }: Picture, part: Picture, { left, top }: Place): Picture {
  const changed = Uint8Array.from(data)
  for (let y = 0; y < part.height; y++) {
    changed.set(part.data.subarray(y * part.width * 3, (y + 1) * part.width * 3), ((top + y) * width + left) * 3)
  }
  return { data: changed, width, height }
}

/** Copies a disc of this diameter within the picture and turns it, with interpolation as an editor does it. */
export async function withTurnedCopy(picture: Picture, from: Place, to: Place, side: number, degrees: number): Promise<Picture> {
  const { width, height } = picture
  const disc = Buffer.from(`<svg width="${side}" height="${side}"><circle cx="${side / 2}" cy="${side / 2}" r="${side / 2}"/></svg>`)
  // A wider square is turned, so that the disc has no empty corners.
  const wide = { left: from.left - side / 2, top: from.top - side / 2, width: 2 * side, height: 2 * side }
  const square = await asSharp(picture).extract(wide).png().toBuffer()
  const turned = await sharp(square).rotate(degrees).png().toBuffer()
  const { width: turnedWidth, height: turnedHeight } = await sharp(turned).metadata()
  const middle = { left: Math.floor((turnedWidth - side) / 2), top: Math.floor((turnedHeight - side) / 2), width: side, height: side }
  const cut = await sharp(turned).extract(middle).ensureAlpha().composite([{ input: disc, blend: 'dest-in' }]).png().toBuffer()
  const data = await asSharp(picture).composite([{ input: cut, ...to }]).removeAlpha().raw().toBuffer()
  return { data, width, height }
}

/** A page with one photograph in two places, and even ground around. */
export async function page(): Promise<Picture> {
  const photograph = await saved(texturedPhoto(160, 160, 8))
  const blank = sharp({ create: { width: 900, height: 600, channels: 3, background: '#f4f4f4' } })
  const data = await blank
    .composite([{ input: photograph, left: 83, top: 101 }, { input: photograph, left: 590, top: 301 }])
    .removeAlpha()
    .raw()
    .toBuffer()
  return { data, width: 900, height: 600 }
}

/** A front of identical windows at whole distances, each pixel with noise of its own: what a camera sees of a regular building. */
export function facade(width: number, height: number, seed = 1): Picture {
  const random = mulberry32(seed)
  const window = texturedPhoto(96, 120, seed)
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const noise = (random() + random() + random() - 1.5) * 12
        const level = window.data[((y % 120) * 96 + (x % 96)) * 3 + channel]!
        data[(y * width + x) * 3 + channel] = Math.max(0, Math.min(255, level + noise))
      }
    }
  }
  return { data, width, height }
}

export function saved(picture: Picture, quality?: number): Promise<Buffer> {
  return (quality === undefined ? asSharp(picture).png() : asSharp(picture).jpeg({ quality })).toBuffer()
}

function asSharp({ data, width, height }: Picture) {
  return sharp(data, { raw: { width, height, channels: 3 } })
}
