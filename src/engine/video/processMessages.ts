import type { DetectorContext } from '../detector.ts'
import type { Notice } from '../notice.ts'
import type { AnalysisOutcome, ThreadSettings } from '../threadMessages.ts'
import type { SampledVideo } from './stills.ts'

/** What crosses the border between the pool and the process of a video. The file itself goes through standard input. */

/** How a process can end while it decodes frames. */
export type DecodingDeath = 'crashed' | 'out_of_memory' | 'stuck'

export interface VideoTask {
  /** Of the file. */
  sizeBytes: number
  mediaType: string
  context: DetectorContext
  settings: ThreadSettings
  /** Whether somebody waits for the stills. */
  wantsStills: boolean
  /** How a process before this one ended: then no frame is decoded. */
  withoutFrames: DecodingDeath | undefined
}

/**
 * In this order: that the file has arrived and the deadline counts; that its frames are decoded, with the stills where they are wanted;
 * what became of it. In between, whatever is to be noticed.
 */
export type VideoMessage = { notice: Notice } | { began: true } | { decoded: true; video: SampledVideo | undefined } | AnalysisOutcome
