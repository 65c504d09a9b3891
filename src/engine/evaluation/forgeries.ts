import sharp from 'sharp'
import type { Pixels } from '../image.ts'
import type { Random } from './random.ts'
import { drawnRegion, wholeMask, type Mask, type Region } from './region.ts'

/**
 * Forgeries with known masks, made from photographs. Each takes pixels as `Pixels` has them and gives new ones: none
 * changes what it was given.
 */
export interface Forgery {
  pixels: Pixels
  /** Where the picture is not what it was; for a copied part both where it came from and where it went. */
  mask: Mask
}

/** What a forgery is made from. */
export interface Ingredients {
  photograph: Pixels
  /** Another photograph, for parts that come from elsewhere. */
  donor: Pixels
  random: Random
}

/** A part of another photograph is put in, where no 8×8 grid of the two is aligned. */
export function splice({ photograph, donor, random }: Ingredients): Forgery {
  const { width, height } = photograph
  const region = drawnRegion(width, height, share(random, 0.04, 0.12), random)
  const { mask } = region
  // Whole where the other photograph is large enough, else as much of it as there is, again from its other side.
  const unaligned = (at: number, other: number) => at + ((((other - at) % 8) + 8) % 8 === 0 ? 1 + random.whole(0, 7) : 0)
  const left = unaligned(random.whole(0, Math.max(1, donor.width - mask.width - 8)), region.left)
  const top = unaligned(random.whole(0, Math.max(1, donor.height - mask.height - 8)), region.top)
  const source = (x: number, y: number) => ((top + y) % donor.height) * donor.width + ((left + x) % donor.width)
  return painted(photograph, region, (x, y, channel) => donor.data[3 * source(x, y) + channel]!)
}

/** A part of the photograph is moved over another part of it, as it is. */
export function copyMove({ photograph, random }: Ingredients): Forgery {
  const { width, height, data } = photograph
  const region = drawnRegion(width, height, share(random, 0.022, 0.05), random)
  const from = farPlace(region, width, height, random)
  const forgery = painted(photograph, region, (x, y, channel) => data[3 * ((from.top + y) * width + from.left + x) + channel]!)
  const origin = wholeMask({ ...from, mask: region.mask }, width, height)
  forgery.mask.data.forEach((value, index) => (forgery.mask.data[index] = value | origin.data[index]!))
  return forgery
}

/** Something is removed: the part is filled from what surrounds it, smoothly. */
export async function inpainting({ photograph, random }: Ingredients): Promise<Forgery> {
  const region = drawnRegion(photograph.width, photograph.height, share(random, 0.04, 0.1), random)
  const fill = await filledFromAround(photograph, region)
  return painted(photograph, region, (x, y, channel) => fill[3 * (y * region.mask.width + x) + channel]!)
}

/** Something is made unrecognisable: the part is blurred. */
export async function localBlur({ photograph, random }: Ingredients): Promise<Forgery> {
  const { width, height } = photograph
  const region = drawnRegion(width, height, share(random, 0.04, 0.1), random)
  const sigma = Math.max(2, Math.hypot(width, height) / 400)
  const blurred = await rawSharp(photograph).blur(sigma).raw().toBuffer()
  return painted(photograph, region, (x, y, channel) => blurred[3 * ((region.top + y) * width + region.left + x) + channel]!)
}

function share(random: Random, from: number, to: number): number {
  return from + (to - from) * random.next()
}

/** The photograph with a region painted over, at its soft edge in part. */
function painted(photograph: Pixels, region: Region, colour: (x: number, y: number, channel: number) => number): Forgery {
  const { width, height } = photograph
  const { left, top, mask } = region
  const data = Uint8Array.from(photograph.data)
  for (let y = 0; y < mask.height && top + y < height; y++) {
    for (let x = 0; x < mask.width && left + x < width; x++) {
      const opacity = mask.data[y * mask.width + x]! / 255
      if (opacity === 0) continue
      const at = 3 * ((top + y) * width + left + x)
      for (let channel = 0; channel < 3; channel++) {
        data[at + channel] = Math.round(data[at + channel]! * (1 - opacity) + colour(x, y, channel) * opacity)
      }
    }
  }
  return { pixels: { data, width, height }, mask: wholeMask(region, width, height) }
}

/** A place for the same rectangle that does not touch it, or the farthest one. */
function farPlace({ left, top, mask }: Region, width: number, height: number, random: Random): { left: number; top: number } {
  let best = { left: 0, top: 0 }
  let farthest = -1
  for (let attempt = 0; attempt < 50; attempt++) {
    const place = { left: random.whole(0, Math.max(1, width - mask.width)), top: random.whole(0, Math.max(1, height - mask.height)) }
    const distance = Math.max(Math.abs(place.left - left) / mask.width, Math.abs(place.top - top) / mask.height)
    if (distance >= 1) return place
    if (distance > farthest) [best, farthest] = [place, distance]
  }
  return best
}

/** Colours for a rectangle, each the mean of the nearest ones outside of the region in four directions, nearer ones counting more. */
async function filledFromAround({ data, width, height }: Pixels, { left, top, mask }: Region): Promise<Uint8Array> {
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < mask.width && y < mask.height && mask.data[y * mask.width + x]! > 0
  const fill = new Uint8Array(mask.width * mask.height * 3)
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      if (!inside(x, y)) continue
      let [red, green, blue, weights] = [0, 0, 0, 0]
      for (const [stepX, stepY] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
        let distance = 1
        while (inside(x + stepX * distance, y + stepY * distance)) distance++
        const fromX = Math.max(0, Math.min(width - 1, left + x + stepX * distance))
        const fromY = Math.max(0, Math.min(height - 1, top + y + stepY * distance))
        const at = 3 * (fromY * width + fromX)
        red += data[at]! / distance
        green += data[at + 1]! / distance
        blue += data[at + 2]! / distance
        weights += 1 / distance
      }
      fill.set([red / weights, green / weights, blue / weights].map(Math.round), 3 * (y * mask.width + x))
    }
  }
  // Streaks of the four directions would be a trace that no tool leaves.
  return rawSharp({ data: fill, width: mask.width, height: mask.height }).blur(2).raw().toBuffer()
}

function rawSharp({ data, width, height }: Pixels) {
  return sharp(data, { raw: { width, height, channels: 3 } })
}
