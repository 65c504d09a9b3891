import type { Coefficients } from './coefficients.ts'
import { lowFrequencies } from './firstQuantization.ts'
import { coprimeStep } from './transform.ts'

const sampledBlocks = 40_000

/**
 * How far the first digits of a JPEG's coefficients are from what one quantization leaves (Fu, Shi & Su 2007): the generalised law of Benford,
 * p(d) = n · log10(1 + 1 / (s + d^q)), is fitted, and the chi-square distance that is left is given; 0 for none. Photographs that were
 * quantised once mostly stay below 0.006, those that were quantised twice, the last time more finely, mostly lie above 0.03.
 *
 * @returns undefined where there are too few coefficients that are not 0
 */
export function firstDigitDistance({ data, columns, rows }: Coefficients): number | undefined {
  const counts = new Float64Array(10)
  const step = coprimeStep(Math.max(1, Math.ceil((columns * rows) / sampledBlocks)), columns)
  for (let block = 0; block < columns * rows; block += step) {
    for (const frequency of lowFrequencies) {
      let magnitude = Math.abs(data[block * 64 + frequency]!)
      while (magnitude >= 10) magnitude = Math.floor(magnitude / 10)
      counts[magnitude]!++
    }
  }
  const total = counts.reduce((sum, count) => sum + count, 0) - counts[0]!
  if (total < 1000) return undefined
  const shares = counts.map((count) => count / total)
  let least = Number.POSITIVE_INFINITY
  // The ranges in which the paper's fits lie, for all qualities.
  for (let s = -0.6; s <= 1; s += 0.1) for (let q = 0.6; q <= 2.4; q += 0.1) least = Math.min(least, distance(shares, s, q))
  return least
}

function distance(shares: Float64Array, s: number, q: number): number {
  const law = Float64Array.from({ length: 10 }, (_, digit) => (digit === 0 ? 0 : Math.log10(1 + 1 / (s + digit ** q))))
  const sum = law.reduce((total, share) => total + share, 0)
  let chiSquare = 0
  for (let digit = 1; digit < 10; digit++) chiSquare += (shares[digit]! - law[digit]! / sum) ** 2 / (law[digit]! / sum)
  return chiSquare
}
