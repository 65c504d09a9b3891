import type { Analysis, Batch } from '../../client/openapi.ts'
import { texts } from '../language/texts.ts'
import { named } from '../result/names.ts'

/** As much of an analysis as a line in a list shows; a batch says no more of its members. */
export type FileSummary = Batch['analyses'][number] & Partial<Pick<Analysis, 'kind' | 'createdAt' | 'failure' | 'batchId'>>

export const hasEnded = ({ state }: Pick<FileSummary, 'state'>): boolean => state === 'completed' || state === 'failed' || state === 'cancelled'

/** How many of each verdict there are, and how many ended without one. */
export function countVerdicts(analyses: readonly FileSummary[]) {
  const counts = { ai_generated: 0, manipulated: 0, authentic: 0, inconclusive: 0, none: 0 }
  for (const analysis of analyses) if (hasEnded(analysis)) counts[analysis.verdict ?? 'none']++
  return counts
}

/** Why a batch did not take a file, in sentences: its own words are only the last of them. */
export function refusalOf({ code, detail }: Batch['refused'][number]): string {
  return [named(texts.value.files.refusals, code), detail].filter((words) => words !== undefined).join(' ')
}

/** How many of the files that wait came before this one. */
export const filesBefore = ({ id }: Pick<FileSummary, 'id'>, analyses: readonly FileSummary[]): number =>
  analyses.filter((other) => other.state === 'queued' && other.id < id).length
