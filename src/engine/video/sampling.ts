import { groupStarts, type Packets } from './packets.ts'

/** Frames that are decoded one after another, from a key frame on. */
export interface Run {
  /** The index of its key frame among the packets. */
  first: number
  packets: number
}

/** Places in the film that are looked at, at most. */
export const maxRuns = 40
/** Frames a run: a second or more. */
const maxRunLength = 60
/** What is decoded of one film, in pixels: 380 frames of 1920 × 1080, a few seconds of one core. */
export const pixelBudget = 800_000_000
/** Frames of one film that are decoded, however small they are: 5 KB of each are kept. */
export const maxFrames = 10_000

/**
 * Chooses what is decoded of a film: all of it where the budget allows, else runs that begin at key frames spread evenly over it.
 * They come in an order in which the first ones are spread over the film as well, so that little is lost by stopping early.
 *
 * @param framePixels width × height of a frame
 */
export function planRuns(packets: Packets, framePixels: number): Run[] {
  const starts = groupStarts(packets)
  const runs = Math.min(maxRuns, starts.length)
  const chosen = Array.from({ length: runs }, (_, run) => starts[Math.floor((run * starts.length) / runs)]!)
  // From one chosen key frame to the next: together they are all that can be decoded.
  const whole = chosen.map((first, run) => ({ first, packets: (chosen[run + 1] ?? packets.length) - first }))
  const affordable = Math.max(1, Math.min(maxFrames, Math.floor(pixelBudget / Math.max(1, framePixels))))
  if (packets.length <= affordable) return inSpreadOrder(whole)
  const length = Math.min(maxRunLength, Math.floor(affordable / runs))
  return inSpreadOrder(whole.map((run) => ({ first: run.first, packets: Math.max(1, Math.min(length, run.packets)) }))).slice(0, affordable)
}

/** The first, the middle, the quarters, the eighths, … each once: the sequence of van der Corput. */
export function inSpreadOrder<Item>(items: readonly Item[]): Item[] {
  const bits = Math.max(1, Math.ceil(Math.log2(items.length)) + 1)
  const places = Array.from({ length: 2 ** bits }, (_, index) => Math.floor((reversed(index, bits) * items.length) / 2 ** bits))
  return [...new Set(places)].flatMap((place) => items.slice(place, place + 1))
}

function reversed(value: number, bits: number): number {
  let result = 0
  for (let bit = 0; bit < bits; bit++) result = (result << 1) | ((value >> bit) & 1)
  return result
}
