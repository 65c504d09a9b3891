import type { Luma } from '../luma.ts'
import { periodicity } from './periodicity.ts'
import { predictability } from './predictability.ts'

/** How much a picture was enlarged (above 1) or reduced, by its periods. */
export interface Resampling {
  /** New size by old size, the one that explains most peaks first; up to four that explain them nearly as well. */
  factors: number[]
  /** The strongest first, four at most in each direction. */
  peaks: { columns: Peak[]; rows: Peak[] }
  /** How many peaks of both directions the first factor explains. */
  explained: number
  /** How far each frequency from 0 to half a cycle a pixel stands out of those around it. */
  spectra: { columns: Float64Array; rows: Float64Array }
}

export interface Peak {
  /** In cycles a pixel, up to one half. */
  frequency: number
  /** Its power by that of its neighbours. */
  prominence: number
}

/** Of noise one bin in e¹⁶ comes so high. What a motif repeats does too, but hardly ever at the same frequency in both directions. */
const leastProminence = 16
/** Slower periods are the motif's: fences, tiles, waves. */
const leastFrequency = 0.06
/** JPEG's blocks of 8 × 8 (16 × 16 with subsampled colour) and the mosaic of a camera's colour filter have multiples of it in every photograph. */
const gridFrequency = 1 / 16
/** A peak that comes nearer to one of those, in bins, is taken for theirs. */
const gridReach = 3
const maxPeaks = 12
const [leastFactor, greatestFactor] = [0.3, 3]

/**
 * Looks for the periods that resizing leaves. A resized picture mixes its old pixels by weights that repeat with the frequency 1/factor
 * (A. C. Popescu & H. Farid, "Exposing Digital Forgeries by Detecting Traces of Resampling", 2005), and carries the 8 × 8 blocks of
 * an earlier JPEG with it, which come to repeat at 1/(8 · factor) and its multiples (M. Kirchner & T. Gloe, "On Resampling Detection in
 * Re-compressed Images", 2009). The factor is the one whose frequencies, folded to half a cycle a pixel, meet most of the peaks.
 *
 * @returns undefined where both directions do not show the same
 */
export function findResampling(luma: Luma): Resampling | undefined {
  const directions = (['columns', 'rows'] as const).map((direction) => periodicity(predictability(luma, direction).profile))
  const peaks = directions.map(peaksOf)
  if (peaks.some((found) => found.length === 0)) return undefined
  const candidates = factorsFor(peaks as [Peak[], Peak[]], Math.min(...directions.map(({ samples }) => samples)))
  if (candidates.length === 0) return undefined
  const [best] = candidates
  return {
    factors: candidates.filter(({ score }) => score > 0.9 * best!.score).map(({ factor }) => factor).slice(0, 4),
    peaks: { columns: peaks[0]!.slice(0, 4), rows: peaks[1]!.slice(0, 4) },
    explained: best!.explained,
    spectra: { columns: directions[0]!.prominence, rows: directions[1]!.prominence }
  }
}

function peaksOf({ prominence, samples }: ReturnType<typeof periodicity>): Peak[] {
  const peaks: Peak[] = []
  for (let bin = Math.ceil(leastFrequency * samples); bin < prominence.length; bin++) {
    const value = prominence[bin]!
    if (value < leastProminence || value < prominence[bin - 1]! || value < (prominence[bin + 1] ?? 0)) continue
    const frequency = bin / samples
    const fromGrid = Math.abs(frequency - gridFrequency * Math.round(frequency / gridFrequency)) * samples
    if (fromGrid > gridReach) peaks.push({ frequency, prominence: value })
  }
  const strongest = peaks.sort((a, b) => b.prominence - a.prominence).slice(0, 8 * maxPeaks)
  // Saving as JPEG repeats every peak at multiples of its blocks' frequency beside it.
  const own = strongest.filter(({ frequency }, index) => !strongest.slice(0, index).some((stronger) => isSideband(frequency, stronger.frequency, samples)))
  return own.slice(0, maxPeaks)
}

function isSideband(frequency: number, of: number, samples: number): boolean {
  return [frequency - of, frequency + of].some((distance) => {
    const steps = Math.round(distance * 8)
    return steps !== 0 && Math.abs(distance - steps / 8) * samples <= 1.5
  })
}

/**
 * A factor's frequencies, as multiples of 1/(8 · factor), and what a peak there is worth: those of the mixing and of the blocks
 * are the strongest, the others could be met by chance.
 */
const weights: readonly (readonly [harmonic: number, weight: number])[] = [
  [8, 1.5], [1, 1.5], [16, 1], [24, 0.7], [32, 0.7], [2, 1], [3, 1], [4, 1], [5, 1], [6, 1], [7, 1]
]
/** Without one of these in both directions there is no such factor. */
const leading = [8, 1]
/** Which of several factors with the same frequencies is the likelier: reducing smooths, and leaves weak peaks if any; who enlarges seldom more than doubles. */
const likelihood = (factor: number) => (factor > 1 && factor < 2 ? 1.1 : factor > 0.5 && factor < 1 ? 1 : 0.85)

interface Candidate {
  factor: number
  score: number
  explained: number
}

/** Every factor that puts one of its frequencies on a peak of the columns, and the same one on a peak of the rows, best first. */
function factorsFor([columns, rows]: readonly [Peak[], Peak[]], samples: number): Candidate[] {
  const candidates: Candidate[] = []
  for (const peak of columns) {
    for (let harmonic = 1; harmonic <= 8; harmonic++) {
      for (const unfolded of unfoldings(peak.frequency, harmonic / 8 / leastFactor)) {
        const factor = harmonic / 8 / unfolded
        if (factor < leastFactor || factor > greatestFactor) continue
        const [across, down] = [explain(columns, factor, samples), explain(rows, factor, samples)]
        if (!leading.some((leader) => [across, down].every((direction) => direction.some((one) => one.harmonic === leader)))) continue
        const met = [...across, ...down]
        const hasBlocks = met.some((one) => one.harmonic === 1)
        // Without the blocks' own frequency there are no multiples of it, but for those of the mixing.
        const counted = met.filter((one) => hasBlocks || one.harmonic % 8 === 0)
        const score = likelihood(factor) * counted.reduce((sum, one) => sum + one.weight * Math.log(one.prominence), 0)
        candidates.push({ factor, score, explained: counted.length })
      }
    }
  }
  candidates.sort((a, b) => b.score - a.score)
  // Near a better one it is the same factor, measured less well.
  return candidates.filter((one, index) => candidates.findIndex((better) => Math.abs(better.factor / one.factor - 1) < 8 / samples) === index)
}

/** Frequencies up to a greatest one that look like this one in samples. */
function unfoldings(frequency: number, greatest: number): number[] {
  return Array.from({ length: Math.ceil(greatest) + 1 }, (_, turns) => [turns - frequency, turns + frequency])
    .flat()
    .filter((unfolded) => unfolded > 0 && unfolded <= greatest)
}

/** The peaks that are frequencies of a factor. */
function explain(peaks: readonly Peak[], factor: number, samples: number): { harmonic: number; weight: number; prominence: number }[] {
  return peaks.flatMap(({ frequency, prominence }) => {
    const met = weights.find(([harmonic]) => Math.abs(folded(harmonic / 8 / factor) - frequency) * samples <= 1.5)
    return met === undefined ? [] : [{ harmonic: met[0], weight: met[1], prominence }]
  })
}

/** The frequency that it looks like in samples: half a cycle a sample at most. */
function folded(frequency: number): number {
  return Math.abs(frequency - Math.round(frequency))
}
