import { join } from 'node:path'
import type { LabelledFile } from '../evaluation/labels.ts'
import { compressed, pixelsOf } from '../evaluation/saves.ts'
import { recallAt, type LabelledScores } from './calibration.ts'
import type { Network } from './network.ts'

/** All pictures are saved alike first: sets of photographs are JPEGs and sets of AI pictures PNGs, and a network would know them by that. */
const quality = 90

/** Scores with where the pictures come from. */
export interface SourceScores {
  source: string
  label: 'camera' | 'ai'
  scores: number[]
}

/**
 * Asks a network about each labelled picture. What can't be decoded is left out.
 * @param onPicture told after each
 */
export async function scoresOf(network: Network, folder: string, files: readonly LabelledFile[], onPicture: () => void): Promise<SourceScores[]> {
  const sources = new Map<string, SourceScores>()
  for (const { path, label, source } of files) {
    if (label !== 'camera' && label !== 'ai') continue
    const pixels = await pixelsOf(join(folder, path)).catch(() => undefined)
    if (pixels !== undefined) {
      const key = `${label}|${source}`
      if (!sources.has(key)) sources.set(key, { source, label, scores: [] })
      sources.get(key)!.scores.push(await network.score(await compressed(pixels, quality)))
    }
    onPicture()
  }
  return [...sources.values()]
}

/** All scores of both labels. */
export function joined(sources: readonly SourceScores[]): LabelledScores {
  const of = (label: SourceScores['label']) => sources.filter((one) => one.label === label).flatMap(({ scores }) => scores)
  return { photographs: of('camera'), generated: of('ai') }
}

/** One line for each source: what share of it would be found at one false alarm in a hundred. */
export function linesOf(sources: readonly SourceScores[]): string[] {
  const { photographs } = joined(sources)
  return sources.map(({ source, label, scores }) => {
    const median = scores.toSorted((a, b) => a - b)[scores.length >> 1]!
    const share = Math.round(100 * recallAt(0.01, photographs, scores))
    const found = label === 'ai' ? `${share} % found at 1 % false alarms` : 'photographs'
    return `  ${source}: ${scores.length} pictures, median score ${median.toFixed(3)}, ${found}`
  })
}
