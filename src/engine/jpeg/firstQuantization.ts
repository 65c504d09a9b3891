import { zigzag } from '../containers/jpeg.ts'
import type { Luma } from '../luma.ts'
import type { Coefficients } from './coefficients.ts'
import { calibrationMagnitudes, coprimeStep } from './transform.ts'

/**
 * Which quantization came before the last one, frequency by frequency.
 *
 * Coefficients that were divided by a step q1, rounded, and later by a smaller step q2 leave a comb: of the whole numbers that stand in
 * the file some are never met (*gaps*) and others too often (Popescu & Farid 2004; Lin et al. 2009). What the numbers would be like
 * without an earlier quantization is learnt from the picture itself, on a moved grid. Against that each q1 is tried, as a mixture: a
 * share of the picture was quantised before, the rest was not (Bianchi, De Rosa & Piva 2011).
 */
export interface FirstStep {
  /** In natural order: `8 * v + u`. */
  frequency: number
  /** The file's own step. */
  last: number
  /** The step before, in the same unit. */
  first: number
  /** How much of the picture shows it, 0–1, in tenths. */
  share: number
  /** How much better the mixture explains each coefficient that is not 0, in nats. */
  gain: number
  /** Coefficients that are not 0, from 1 to `gaps.length - 1` in magnitude. */
  count: number
  /** By magnitude: 1 where a number is a gap, 0 where it is not, 2 where it tells nothing. */
  gaps: Uint8Array
  /** The share of gaps among the coefficients that tell anything, had there been one quantization only. */
  gapShare: number
  /** The same share after both quantizations: what rounding between them still puts into gaps. */
  gapShareLeft: number
}

/** The frequencies that are looked at: the lowest but the mean, which are seldom all 0. */
export const lowFrequencies: readonly number[] = zigzag.slice(1, 16)

const maxFirstStep = 100
/** Blocks of the moved grid that are looked at; of the file's own grid twice as many. */
const sampledBlocks = 20_000
const mostMagnitude = 60
/** Fewer coefficients that are not 0 tell nothing of their distribution. */
const leastCount = 400
/**
 * What rounding pixels to whole levels between the two quantizations does to a coefficient, as a standard deviation: 1/12 for each of
 * two roundings, weighted as luminance is, and a little for decoders that reckon coarsely.
 */
const roundingDeviation = 0.4
/** A number is a gap where a double quantization leaves less than this of what a single one would. */
const gapRatio = 0.2
/** Bins of the calibration, in units of the dequantised coefficient, and how far it reaches. */
const binWidth = 0.5
const reach = 500

/** Estimates the first step of each low frequency; frequencies of which too little is known are left out. */
export function estimateFirstSteps(coefficients: Coefficients, luma: Luma): FirstStep[] {
  const magnitudes = calibrationMagnitudes(luma, lowFrequencies, sampledBlocks)
  const counts = magnitudeCounts(coefficients)
  return lowFrequencies.flatMap((frequency, index) => {
    const last = coefficients.table[frequency]!
    const most = Math.max(0, Math.min(mostMagnitude, Math.floor(reach / last) - 2))
    const step = estimateFirstStep(counts[index]!.subarray(0, most + 1), last, cumulative(magnitudes[index]!))
    return step === undefined ? [] : [{ frequency, last, ...step }]
  })
}

/** For each low frequency how often each magnitude from 0 to `mostMagnitude` stands in the file, in a sample of its blocks. */
function magnitudeCounts({ data, columns, rows }: Coefficients): Uint32Array[] {
  const counts = lowFrequencies.map(() => new Uint32Array(mostMagnitude + 1))
  const step = coprimeStep(Math.max(1, Math.ceil((columns * rows) / (2 * sampledBlocks))), columns)
  for (let block = 0; block < columns * rows; block += step) {
    for (let index = 0; index < lowFrequencies.length; index++) {
      const magnitude = Math.abs(data[block * 64 + lowFrequencies[index]!]!)
      if (magnitude <= mostMagnitude) counts[index]![magnitude]!++
    }
  }
  return counts
}

/** The calibration's cumulative distribution: `[i]` is the share below `i * binWidth`. */
function cumulative(magnitudes: Float32Array): Float64Array {
  const bins = new Float64Array(reach / binWidth + 2)
  for (const magnitude of magnitudes) if (magnitude < reach) bins[Math.floor(magnitude / binWidth) + 1]!++
  for (let bin = 1; bin < bins.length; bin++) bins[bin] = bins[bin - 1]! + bins[bin]! / Math.max(1, magnitudes.length)
  return bins
}

function estimateFirstStep(counts: Uint32Array, last: number, below: Float64Array): Omit<FirstStep, 'frequency' | 'last'> | undefined {
  const top = topMagnitude(counts)
  let count = 0
  for (let magnitude = 1; magnitude <= top; magnitude++) count += counts[magnitude]!
  if (top < 2 || count < leastCount) return undefined

  const once = conditional(quantisedOnce(below, last, top))
  const plain = logLikelihood(counts, once, once, 0)
  let best = { first: last, share: 0, gain: 0, twice: once }
  for (let first = 2; first <= maxFirstStep; first++) {
    if (first === last) continue
    const twice = conditional(quantisedTwice(below, first, last, top))
    for (let tenths = 2; tenths <= 10; tenths += 2) {
      const gain = (logLikelihood(counts, twice, once, tenths / 10) - plain) / count
      if (gain > best.gain) best = { first, share: tenths / 10, gain, twice }
    }
  }
  const gaps = new Uint8Array(top + 1)
  let [inGaps, telling, leftInGaps, leftTelling] = [0, 0, 0, 0]
  for (let magnitude = 1; magnitude <= top; magnitude++) {
    const ratio = best.twice[magnitude]! / once[magnitude]!
    // What rounding can make of a 0 says how flat a block is, not how often it was quantised.
    const fromZero = (magnitude - 0.5) * last < 2.6 * roundingDeviation
    gaps[magnitude] = fromZero ? 2 : ratio < gapRatio ? 1 : ratio < 0.5 ? 2 : 0
    if (gaps[magnitude] === 2) continue
    telling += once[magnitude]!
    leftTelling += best.twice[magnitude]!
    if (gaps[magnitude] === 0) continue
    inGaps += once[magnitude]!
    leftInGaps += best.twice[magnitude]!
  }
  gaps[0] = 2
  const { first, share, gain } = best
  return { first, share, gain, count, gaps, gapShare: telling > 0 ? inGaps / telling : 0, gapShareLeft: leftTelling > 0 ? leftInGaps / leftTelling : 0 }
}

/** Up to where all but one in a hundred of the coefficients are that are not 0. */
function topMagnitude(counts: Uint32Array): number {
  let total = 0
  for (let magnitude = 1; magnitude < counts.length; magnitude++) total += counts[magnitude]!
  let [seen, top] = [0, 0]
  while (top + 1 < counts.length && seen < 0.99 * total) seen += counts[++top]!
  return top
}

/** The share of the calibration from one magnitude up to another. */
function between(below: Float64Array, from: number, to: number): number {
  const last = below.length - 1
  return below[Math.min(last, Math.round(to / binWidth))]! - below[Math.max(0, Math.min(last, Math.round(from / binWidth)))]!
}

function quantisedOnce(below: Float64Array, last: number, top: number): Float64Array {
  return Float64Array.from({ length: top + 1 }, (_, magnitude) => between(below, (magnitude - 0.5) * last, (magnitude + 0.5) * last))
}

function quantisedTwice(below: Float64Array, first: number, last: number, top: number): Float64Array {
  const shares = new Float64Array(top + 1)
  for (let tooth = 0; (tooth - 1) * first <= (top + 1) * last; tooth++) {
    const share = between(below, (tooth - 0.5) * first, (tooth + 0.5) * first)
    const centre = (tooth * first) / last
    for (let magnitude = Math.max(0, Math.floor(centre) - 1); magnitude <= Math.min(top, Math.ceil(centre) + 1); magnitude++) {
      const [from, to] = [(magnitude - 0.5 - centre) * last, (magnitude + 0.5 - centre) * last]
      shares[magnitude]! += share * (normalBelow(to / roundingDeviation) - normalBelow(from / roundingDeviation))
    }
  }
  return shares
}

/** Given that a coefficient is not 0; a little everywhere, for what no model foresees. */
function conditional(shares: Float64Array): Float64Array {
  shares[0] = 0
  const sum = shares.reduce((total, share) => total + share, 0)
  const least = 0.001 / shares.length
  return shares.map((share) => (sum > 0 ? share / sum : 0) * 0.999 + least)
}

function logLikelihood(counts: Uint32Array, twice: Float64Array, once: Float64Array, share: number): number {
  let sum = 0
  for (let magnitude = 1; magnitude < once.length; magnitude++) {
    if (counts[magnitude]! > 0) sum += counts[magnitude]! * Math.log(share * twice[magnitude]! + (1 - share) * once[magnitude]!)
  }
  return sum
}

/** The standard normal distribution, by the logistic approximation (error below 0.01). */
function normalBelow(deviations: number): number {
  return 1 / (1 + Math.exp(-1.702 * deviations))
}
