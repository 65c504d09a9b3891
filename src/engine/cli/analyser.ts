import type { FileResult } from './output.ts'
import type { Target } from './targets.ts'

/** Who looks at the files: the engine in this process, or a service. */
export interface Analyser {
  /** How many files are worked on at once. */
  ahead: number
  /**
   * @param number of the file in this run, from 1
   * @param evidence the folder in which its pictures are kept; undefined to keep none
   * @returns undefined for a file in a folder that is neither picture nor video
   */
  analyze(target: Target, number: number, evidence: string | undefined): Promise<FileResult | undefined>
  close(): Promise<void>
}

/** Why nothing can be analysed at all, in words. */
export class CommandError extends Error {
  override name = 'CommandError'
}
