import { descriptorLength, type Keypoints } from './keypoints.ts'

/** Two places that look alike, in full-resolution pixels; the first is left of the second, or above it. */
export interface Match {
  x: number
  y: number
  toX: number
  toY: number
  /** By how much the second is turned against the first, −π to π. */
  turn: number
}

/** Levels that the means around two places may differ by. */
const meanTolerance = 2.5
/** Of their mean squared length, how far two descriptors may be apart, squared: 0.3 is a correlation of 0.85. */
const distanceTolerance = 0.3
/** A point is paired with so many others at most: a part may have been copied several times. */
const perPoint = 3
/** Per point, so that a flat wide sky, where everything is alike, takes no longer than the rest of the picture. */
const maxComparisons = 400
/**
 * Of the 32 signs of a descriptor, how many may differ: of Gaussian values that correlate by 0.85, arccos(0.85) / π do, about 6, and
 * half of those of two places that have nothing in common. One comparison of whole numbers then spares 97 of 100 descriptors.
 */
const maxSignsThatDiffer = 10
/** Per point: what is like so many others by its signs is part of a pattern, and finds its like among the first. */
const maxDescriptorsCompared = 64

/**
 * Pairs of points that look most alike and lie apart.
 *
 * @param step pixels of the full picture for each pixel that the points were found in
 * @param leastDistance in full-resolution pixels
 */
export function matchKeypoints(keypoints: Keypoints, step: number, leastDistance: number): Match[] {
  const { count, x, y, mean, norm, signs, descriptors } = keypoints
  const least = (leastDistance / step) ** 2
  // The nearest so far of each point, nearest first.
  const partners = new Int32Array(count * perPoint).fill(-1)
  const distances = new Float32Array(count * perPoint).fill(Infinity)
  for (const order of byMean(keypoints)) {
    const signsInOrder = order.map((point) => signs[point]!)
    let end = 0
    for (let from = 0; from < order.length; from++) {
      const a = order[from]!
      const [highest, strength, sign] = [mean[a]! + meanTolerance, norm[a]!, signsInOrder[from]!]
      while (end < order.length && mean[order[end]!]! <= highest) end++
      const last = Math.min(end, from + 1 + maxComparisons)
      let compared = 0
      for (let other = from + 1; other < last && compared < maxDescriptorsCompared; other++) {
        if (bitsSet(sign ^ signsInOrder[other]!) > maxSignsThatDiffer) continue
        const b = order[other]!
        const ratio = norm[b]! / strength
        if (ratio < 0.7 || ratio > 1.43) continue
        const [dx, dy] = [x[b]! - x[a]!, y[b]! - y[a]!]
        if (dx * dx + dy * dy < least) continue
        compared++
        const scale = 2 / (strength * strength + norm[b]! * norm[b]!)
        const farthest = Math.min(distanceTolerance, Math.max(distances[(a + 1) * perPoint - 1]!, distances[(b + 1) * perPoint - 1]!))
        const distance = squaredDistance(descriptors, a * descriptorLength, b * descriptorLength, farthest / scale) * scale
        if (distance >= farthest) continue
        keep(partners, distances, a, b, distance)
        keep(partners, distances, b, a, distance)
      }
    }
  }
  return pairsOf(keypoints, partners, step)
}

/** The maxima and the minima, which never match each other, each from the darkest surroundings to the brightest. */
function byMean({ count, mean, descriptors }: Keypoints): Int32Array[] {
  // Sorted as plain numbers: the mean to 1/65,536 of a level in the upper bits, the point below it.
  const keys = Float64Array.from({ length: count }, (_, point) => Math.round(mean[point]! * 0x10000) * 0x1000000 + point).sort()
  const order = Int32Array.from(keys, (key) => key % 0x1000000)
  return [order.filter((point) => descriptors[point * descriptorLength]! > 0), order.filter((point) => descriptors[point * descriptorLength]! <= 0)]
}

/** Puts a partner among the nearest of a point, if it is nearer than the last of them. */
function keep(partners: Int32Array, distances: Float32Array, point: number, partner: number, distance: number): void {
  let place = (point + 1) * perPoint - 1
  if (distance >= distances[place]!) return
  for (; place > point * perPoint && distances[place - 1]! > distance; place--) {
    distances[place] = distances[place - 1]!
    partners[place] = partners[place - 1]!
  }
  distances[place] = distance
  partners[place] = partner
}

/** How many of 32 bits are set (Warren, "Hacker's Delight", section 5-1). */
function bitsSet(word: number): number {
  let sums = word - ((word >>> 1) & 0x55555555)
  sums = (sums & 0x33333333) + ((sums >>> 2) & 0x33333333)
  return Math.imul((sums + (sums >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Each pair once, with the left one, or of two above each other the upper one, first. */
function pairsOf({ count, x, y, angle }: Keypoints, partners: Int32Array, step: number): Match[] {
  const matches: Match[] = []
  for (let point = 0; point < count; point++) {
    for (let place = point * perPoint; place < (point + 1) * perPoint; place++) {
      const partner = partners[place]!
      if (partner < 0) break
      if (partner < point && isAmong(partners, partner, point)) continue
      const [dx, dy] = [x[partner]! - x[point]!, y[partner]! - y[point]!]
      const [first, second] = dx > 0 || (dx === 0 && dy > 0) ? [point, partner] : [partner, point]
      const turn = angle[second]! - angle[first]!
      matches.push({
        x: x[first]! * step,
        y: y[first]! * step,
        toX: x[second]! * step,
        toY: y[second]! * step,
        turn: Math.atan2(Math.sin(turn), Math.cos(turn))
      })
    }
  }
  return matches
}

/** Whether a point is among the nearest of another. */
function isAmong(partners: Int32Array, other: number, point: number): boolean {
  for (let place = other * perPoint; place < (other + 1) * perPoint; place++) if (partners[place] === point) return true
  return false
}

/** Stops, with what it has so far, once the limit is passed. */
function squaredDistance(descriptors: Float32Array, a: number, b: number, limit: number): number {
  let sum = 0
  for (let place = 0; place < descriptorLength && sum <= limit; place++) {
    const difference = descriptors[a + place]! - descriptors[b + place]!
    sum += difference * difference
  }
  return sum
}
