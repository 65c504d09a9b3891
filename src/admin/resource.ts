import { Type } from 'typebox'
import { mediaKinds, verdicts } from '../engine/types.ts'
import { planNames } from '../limits/plans.ts'
import { retentions, roles } from '../platform/schema.ts'

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
/** Written as a string. */
const Time = Type.Unsafe<Date>({ type: 'string', format: 'date-time' })
const Uuid = Type.String({ format: 'uuid' })
const Count = Type.Integer({ minimum: 0 })

const account = {
  id: Uuid,
  name: Type.String(),
  email: Nullable(Type.String()),
  emailConfirmedAt: Nullable(Time),
  role: Type.Enum(roles),
  plan: Type.Enum(planNames),
  planSince: Time,
  planGranted: Nullable(Type.Enum(planNames, { description: 'What an admin has granted: billing never takes the plan below it' })),
  retention: Type.Enum(retentions),
  suspendedAt: Nullable(Time),
  stripeCustomerId: Nullable(Type.String()),
  createdAt: Time
}

/** An account in the admin's list. */
export const AdminAccountSchema = Type.Object(account)

/** One account as an admin sees it. */
export const AdminAccountDetailSchema = Type.Object({
  ...account,
  usage: Type.Object({ used: Count, limit: Count }, { description: 'Analyses of this month' }),
  filesInFlight: Count,
  sessions: Count,
  apiKeys: Count
})

/** How the work stands. */
export const QueueSchema = Type.Object({
  jobs: Nullable(Type.Record(Type.String(), Count, { description: 'Jobs by their state in Redis; null while Redis is away' })),
  analyses: Type.Object({ uploading: Count, queued: Count, processing: Count }, { description: 'What has not ended, in PostgreSQL' }),
  oldestQueuedSeconds: Nullable(Type.Number({ description: 'How long the one that has waited longest has' }))
})

/** A failed analysis: nothing by which its file could be known. */
export const FailureSchema = Type.Object({
  id: Uuid,
  accountId: Uuid,
  kind: Type.Enum(mediaKinds),
  mediaType: Type.String(),
  sizeBytes: Nullable(Type.Integer()),
  attempt: Type.Integer(),
  failureCode: Nullable(Type.String()),
  createdAt: Time,
  endedAt: Nullable(Time)
})

export const AdminFeedbackSchema = Type.Object({
  id: Uuid,
  accountId: Uuid,
  analysisId: Uuid,
  sha256: Type.String(),
  verdict: Type.Enum(verdicts),
  engineVersion: Type.String(),
  truth: Nullable(Type.String({ description: 'Null: that the verdict is wrong, and no more' })),
  note: Type.String(),
  consent: Type.Boolean(),
  fileKept: Type.Boolean(),
  createdAt: Time
})

export const AuditEntrySchema = Type.Object({
  id: Uuid,
  at: Time,
  actorId: Nullable(Uuid),
  action: Type.String(),
  accountId: Nullable(Uuid),
  detail: Type.Record(Type.String(), Type.Unknown())
})
