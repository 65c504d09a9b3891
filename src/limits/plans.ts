export const planNames = ['FREE', 'PRO', 'PREMIUM'] as const
export type PlanName = (typeof planNames)[number]

/** What an account may use, and how much of the machine is its due. */
export interface Plan {
  /** Files that may be sent in for analysis in a minute. */
  analysesPerMinute: number
  /** Requests that carry files, in a minute. */
  uploadsPerMinute: number
  /** Bytes of files, in a minute. */
  bytesPerMinute: number
  /** Requests of any kind, in a minute. */
  requestsPerMinute: number
  /** Files that may be on their way at the same time: coming in, queued, or being worked on. */
  filesInFlight: number
  /** Files in one request. */
  filesPerBatch: number
  /** The largest file, in bytes. */
  fileBytes: number
  /** Analyses in a calendar month (UTC). */
  analysesPerMonth: number
  /** Days for which an analysis and its file are kept after its end. */
  retentionDays: number
  /** Event streams that may be open at the same time. */
  eventStreams: number
  /** Files in flight that count as one step of priority: the larger, the sooner a further file is worked on. */
  weight: number
}

const MB = 1_000_000
const GB = 1_000 * MB

/** The one table of plans. Looked up on every request, so that an upgrade counts at once. */
export const plans: Record<PlanName, Plan> = {
  FREE: {
    analysesPerMinute: 10,
    uploadsPerMinute: 5,
    bytesPerMinute: 200 * MB,
    // A page of the history is one request, and one more for each thumbnail.
    requestsPerMinute: 600,
    filesInFlight: 10,
    filesPerBatch: 10,
    fileBytes: 100 * MB,
    analysesPerMonth: 100,
    retentionDays: 7,
    eventStreams: 3,
    weight: 1
  },
  PRO: {
    analysesPerMinute: 100,
    uploadsPerMinute: 50,
    bytesPerMinute: 2 * GB,
    requestsPerMinute: 1_200,
    filesInFlight: 100,
    filesPerBatch: 50,
    fileBytes: 100 * MB,
    analysesPerMonth: 10_000,
    retentionDays: 90,
    eventStreams: 20,
    weight: 4
  },
  PREMIUM: {
    analysesPerMinute: 500,
    uploadsPerMinute: 250,
    bytesPerMinute: 10 * GB,
    requestsPerMinute: 6_000,
    filesInFlight: 500,
    filesPerBatch: 100,
    fileBytes: 100 * MB,
    analysesPerMonth: 100_000,
    retentionDays: 365,
    eventStreams: 100,
    weight: 16
  }
}

/**
 * The job priority of a further file: a whole number, 1 is worked on first. Only an account that has nothing in flight
 * gets it, so that no batch stands in front of somebody's single photo; the rest is put back by steps of the plan's
 * weight.
 * @param filesInFlight how many files of the account have not ended, without this one
 */
export function jobPriority(plan: Plan, filesInFlight: number): number {
  return 1 + Math.ceil(filesInFlight / plan.weight)
}
