import type { DetectorContext } from './detector.ts'
import type { Model } from './models/folder.ts'
import type { EngineFailure, Report } from './types.ts'
import type { SampledVideo } from './video/stills.ts'

/**
 * What crosses the border between the pool and its threads. Classes don't survive structured cloning, so an expected
 * failure is a tagged value.
 */

export interface AnalysisTask {
  /** Named in the thread's `Began` message. */
  id: number
  /** Transferred: the sender's buffer is empty afterwards. */
  bytes: ArrayBuffer
  mediaType: string
  context: DetectorContext
  /** Whether somebody waits for the `Sampled` message of a video. */
  wantsStills: boolean
}

export type AnalysisOutcome = { report: Report } | { failure: { code: EngineFailure; message: string } }

/** Posted by a thread as its first act on a task: from here on the deadline counts. */
export interface Began {
  began: number
}

/** Posted by a thread as soon as it has decoded a video, before it looks for traces. Its stills are transferred. */
export interface Sampled {
  sampled: number
  video: SampledVideo
}

/** Given to each thread when it starts. */
export interface ThreadSettings {
  /** Path of a module whose default export is `Detector[]`, appended to the engine's own. */
  detectors: string | undefined
  /** Asked besides; loaded with the first picture. */
  models: readonly Model[]
}
