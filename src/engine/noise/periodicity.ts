import { powerSpectrum } from './powerSpectrum.ts'

/** More samples would tell nothing new. */
const maxSamples = 8_192
/** Samples on either side that a sample is compared with; what changes more slowly is the motif, not a period. */
const trendReach = 8
/** Samples on either side by whose spread a sample is scaled, so that a single edge does not cover everything. */
const spreadReach = 32
/** Bins on either side by whose median a bin is judged. */
const neighbours = 24
/** Bins on either side that belong to the same peak: the window's main lobe. */
const lobe = 2

/**
 * How far each frequency stands out of those around it.
 *
 * @returns by frequency bin, 0 to half a cycle a sample: the power relative to its neighbours' mean, which for noise is exponentially
 *   distributed with mean 1. The mean is estimated by the median, so that other peaks nearby do not hide one.
 */
export function periodicity(profile: Float64Array): { prominence: Float64Array; samples: number } {
  const samples = 2 ** Math.floor(Math.log2(Math.min(maxSamples, Math.max(2, profile.length))))
  const start = Math.max(0, (profile.length - samples) >> 1)
  const level = flattened(profile)
  const windowed = Float64Array.from({ length: samples }, (_, index) => (level[start + index] ?? 0) * Math.sin((Math.PI * (index + 0.5)) / samples))
  const power = powerSpectrum(windowed)
  const prominence = power.map((value, bin) => {
    const around: number[] = []
    for (let near = Math.max(1, bin - neighbours); near <= Math.min(power.length - 1, bin + neighbours); near++) {
      if (Math.abs(near - bin) > lobe) around.push(power[near]!)
    }
    const median = around.sort((a, b) => a - b)[around.length >> 1] ?? 0
    // The median of an exponential distribution is ln 2 of its mean.
    return median <= 0 ? 0 : (value * Math.LN2) / median
  })
  return { prominence, samples }
}

/** The profile without its trend, and with an even spread. */
function flattened(profile: Float64Array): Float64Array {
  const mean = movingMean(profile, trendReach)
  const difference = profile.map((value, index) => value - mean[index]!)
  const variance = movingMean(difference.map((value) => value * value), spreadReach)
  return difference.map((value, index) => (variance[index]! <= 1e-9 ? 0 : value / Math.sqrt(variance[index]!)))
}

function movingMean(values: Float64Array, reach: number): Float64Array {
  const sums = new Float64Array(values.length + 1)
  for (let index = 0; index < values.length; index++) sums[index + 1] = sums[index]! + values[index]!
  return values.map((_, index) => {
    const [from, to] = [Math.max(0, index - reach), Math.min(values.length, index + reach + 1)]
    return (sums[to]! - sums[from]!) / (to - from)
  })
}
