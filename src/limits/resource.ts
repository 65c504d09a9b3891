import { Type } from 'typebox'
import { planNames, type Plan } from './plans.ts'
import { limitNames } from './refusals.ts'

/** What plans and their use look like from outside. */

const planNumbers = {
  requestsPerMinute: 'Requests of any kind',
  uploadsPerMinute: 'Requests that carry files',
  analysesPerMinute: 'Files sent in for analysis',
  bytesPerMinute: 'Bytes of files',
  filesInFlight: 'Files coming in, queued or being worked on at the same time',
  filesPerBatch: 'Files in one request',
  fileBytes: 'The largest file, in bytes',
  analysesPerMonth: 'Analyses in a calendar month (UTC)',
  retentionDays: 'Days for which an analysis and its file are kept after its end',
  eventStreams: 'Event streams open at the same time'
} satisfies Partial<Record<keyof Plan, string>>

export const PlanSchema = Type.Object({
  plan: Type.Enum(planNames),
  ...(Object.fromEntries(
    Object.entries(planNumbers).map(([name, description]) => [name, Type.Integer({ description })])
  ) as Record<keyof typeof planNumbers, ReturnType<typeof Type.Integer>>)
})

const LimitSchema = Type.Object({
  name: Type.Enum(limitNames),
  limit: Type.Integer(),
  used: Type.Integer(),
  left: Type.Integer(),
  windowSeconds: Type.Union([Type.Integer(), Type.Null()], { description: 'For what is limited a minute' }),
  resetsAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'When it is counted anew; null when nothing is counted yet, and for what is only limited at the same time'
  })
})

export const UsageSchema = Type.Object({
  plan: Type.Enum(planNames),
  shared: Type.Boolean({
    description: 'False while the limits of a minute, and the event streams, are those of the machine that answers, not of all'
  }),
  limits: Type.Array(LimitSchema)
})
