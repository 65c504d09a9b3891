import { ask } from '../api.ts'
import { session } from './session.ts'

interface PlanLimits {
  filesPerBatch: number
  fileBytes: number
}

let plans: Promise<Array<PlanLimits & { plan: string }>> | undefined

/** What the plan of whoever is signed in lets through; the service knows better, where it can't be asked. */
export async function planLimits(): Promise<PlanLimits> {
  plans ??= ask<{ plans: Array<PlanLimits & { plan: string }> }>('/v1/plans').then((answer) => answer.plans)
  try {
    const limits = (await plans).find(({ plan }) => plan === session.peek()?.plan)
    if (limits !== undefined) return limits
  } catch {
    plans = undefined
  }
  // No plan takes fewer in a request.
  return { filesPerBatch: 10, fileBytes: Infinity }
}
