import type { Sentence } from '../language/sentence.ts'
import type { DetectorContext } from './detector.ts'
import type { Model } from './models/folder.ts'
import type { Notice } from './notice.ts'
import type { EngineFailure, Report } from './types.ts'

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
}

export type AnalysisOutcome = { report: Report } | { failure: { code: EngineFailure; reason: Sentence } }

/** Posted by a thread as its first act on a task: from here on the deadline counts. */
export interface Began {
  began: number
  /** Of Node.js: which thread it is. */
  thread: number
}

/** Posted by a thread at any time, also when it has answered already: it goes another way than answers do. */
export interface Noticed {
  notice: Notice
  /** The task that the thread is at, or was at last; undefined before the first. */
  of: number | undefined
}

/** Given to each thread when it starts. */
export interface ThreadSettings {
  /** Path of a module whose default export is `Detector[]`, appended to the engine's own. */
  detectors: string | undefined
  /** Asked besides; loaded with the first picture. */
  models: readonly Model[]
}
