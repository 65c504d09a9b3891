import type { AnalysisOutcome } from './threadMessages.ts'
import { EngineError, type Report } from './types.ts'

/** Tags the failures that an analysis expects, so that they survive the way out of its thread or process. */
export async function outcomeOf(analysis: () => Promise<Report>): Promise<AnalysisOutcome> {
  try {
    return { report: await analysis() }
  } catch (error) {
    if (error instanceof EngineError) return { failure: { code: error.code, reason: error.reason } }
    throw error
  }
}
