export const planNames = ['FREE', 'PRO', 'PREMIUM'] as const
export type PlanName = (typeof planNames)[number]

/** What an account may use, and how much of the machine is its due. */
export interface Plan {
  /** The largest file, in bytes. */
  fileBytes: number
  /** Files in flight that count as one step of priority: the larger, the sooner a further file is worked on. */
  weight: number
}

const MB = 1_000_000

/** The one table of plans. Looked up on every request, so that an upgrade counts at once. */
export const plans: Record<PlanName, Plan> = {
  FREE: { fileBytes: 100 * MB, weight: 1 },
  PRO: { fileBytes: 100 * MB, weight: 4 },
  PREMIUM: { fileBytes: 100 * MB, weight: 16 }
}

/**
 * The job priority of a further file: a whole number, 1 is worked on first.
 * @param filesInFlight how many files of the account have not ended, without this one
 */
export function jobPriority(plan: Plan, filesInFlight: number): number {
  return 1 + Math.floor(filesInFlight / plan.weight)
}
