import sharp from 'sharp'
import type { Report } from '../types.ts'
import type { Mask } from './region.ts'
import { maskResized } from './saves.ts'

/**
 * Intersection over union of a forgery's mask and of what each detector marked for it, 0–1, at the size of the marking.
 * Only detectors that speak for manipulation count; of several pictures of one, the best does.
 *
 * @param mask of the picture as it is displayed
 */
export async function overlaps({ signals, evidence }: Report, mask: Mask): Promise<{ [detector: string]: number }> {
  const result: { [detector: string]: number } = {}
  for (const detector of new Set(signals.filter(({ supports }) => supports === 'manipulated').map((signal) => signal.detector))) {
    const names = new Set(signals.filter((signal) => signal.detector === detector).flatMap((signal) => signal.evidence))
    const masks = evidence.filter(({ name, layer }) => layer === 'mask' && names.has(name))
    if (masks.length === 0) continue
    const marked = await Promise.all(masks.map(({ bytes }) => alphaOf(bytes)))
    result[detector] = Math.max(...marked.map((one) => intersectionOverUnion(one, maskResized(mask, one.width, one.height))))
  }
  return result
}

async function alphaOf(png: Uint8Array): Promise<Mask> {
  const { data, info } = await sharp(png).ensureAlpha().extractChannel('alpha').raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** Of two masks of the same size; 0 where both are empty. */
export function intersectionOverUnion(a: Mask, b: Mask): number {
  let [both, either] = [0, 0]
  for (let index = 0; index < a.data.length; index++) {
    const [inA, inB] = [a.data[index]! > 0, b.data[index]! > 0]
    if (inA && inB) both++
    if (inA || inB) either++
  }
  return either === 0 ? 0 : both / either
}
