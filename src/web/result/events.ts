import type { Event } from '../../client/openapi.ts'

type AnalysisEvent = Extract<Event, { type: `analysis.${string}` }>

/** Whether something happened to an analysis. */
export const isAnalysisEvent = (event: Event): event is AnalysisEvent => event.type.startsWith('analysis.')
