import type { AnalysisEvent, Event } from '../../events/event.ts'

/** Whether something happened to an analysis. */
export const isAnalysisEvent = (event: Event): event is AnalysisEvent => event.type.startsWith('analysis.')
