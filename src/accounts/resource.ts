import { Type, type Static } from 'typebox'
import { planNames } from '../limits/plans.ts'
import { retentions, roles, scopes } from '../platform/schema.ts'
import type { Account } from './accounts.ts'
import type { ApiKey, Caller } from './apiKeys.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from './passwords.ts'
import type { Session } from './sessions.ts'

/** What accounts look like from outside, and what is taken about them. */

const Id = Type.String({ format: 'uuid' })
const Time = Type.String({ format: 'date-time' })
const OrNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Scopes = Type.Array(Type.Enum(scopes))

/** No control characters: it is shown in pages and lists. */
export const Name = Type.String({ maxLength: 100, pattern: '^[^\\u0000-\\u001f\\u007f]*$' })
export const Email = Type.String({ minLength: 3, maxLength: 254, description: 'Upper and lower case are the same' })
export const NewPassword = Type.String({
  minLength: MIN_PASSWORD_LENGTH,
  maxLength: MAX_PASSWORD_LENGTH,
  description: 'Any characters; the most common passwords are refused'
})
/** One that exists already may be from the time of another rule. */
export const Password = Type.String({ maxLength: MAX_PASSWORD_LENGTH })
export const Token = Type.String({ minLength: 1, maxLength: 200, description: 'From the link in the mail, behind the #' })

export const AccountSchema = Type.Object(
  {
    accountId: Id,
    name: Type.String(),
    email: OrNull(Type.String()),
    emailConfirmed: Type.Boolean({ description: 'Until then the limits of FREE count, and there are no keys and webhooks' }),
    plan: Type.Enum(planNames),
    role: Type.Enum(roles),
    retention: Type.Enum(retentions, { description: 'What is kept of analyses: what the plan keeps, or the hash and the verdict alone' }),
    createdAt: Time
  },
  { $id: 'Account' }
)

export const toAccount = (row: Account): Static<typeof AccountSchema> => ({
  accountId: row.id,
  name: row.name,
  email: row.email,
  emailConfirmed: row.email === null || row.emailConfirmedAt !== null,
  plan: row.plan,
  role: row.role,
  retention: row.retention,
  createdAt: row.createdAt.toISOString()
})

export const CallerSchema = Type.Object(
  {
    accountId: Id,
    plan: Type.Enum(planNames, { description: 'Whose limits count at present' }),
    role: Type.Enum(roles),
    email: OrNull(Type.String()),
    emailConfirmed: Type.Boolean(),
    scopes: Scopes
  },
  { $id: 'Session', description: 'Who you are, and what you may do' }
)

export function toCaller(caller: Omit<Caller, 'apiKeyId' | 'sessionHash'>, email: string | null): Static<typeof CallerSchema> {
  const { accountId, plan, role, emailConfirmed } = caller
  return { accountId, plan, role, email, emailConfirmed, scopes: [...caller.scopes] }
}

export const SessionListSchema = Type.Object({
  sessions: Type.Array(
    Type.Object({
      id: Id,
      current: Type.Boolean({ description: 'Whether it is the one that asks' }),
      userAgent: Type.String({ description: 'As the browser called itself' }),
      apiKeyId: OrNull(Id),
      createdAt: Time,
      lastSeenAt: Time,
      expiresAt: Time
    })
  )
})

export const toSession = (row: Session, caller: Caller) => ({
  id: row.id,
  current: row.hash === caller.sessionHash,
  userAgent: row.userAgent,
  apiKeyId: row.apiKeyId,
  createdAt: row.createdAt.toISOString(),
  lastSeenAt: row.lastSeenAt.toISOString(),
  expiresAt: row.expiresAt.toISOString()
})

const keyProperties = {
  id: Id,
  name: Type.String(),
  scopes: Scopes,
  createdAt: Time,
  expiresAt: OrNull(Time),
  lastUsedAt: OrNull(Type.String({ format: 'date-time', description: 'To the minute' }))
}
export const ApiKeySchema = Type.Object(keyProperties, { $id: 'ApiKey' })
export const ApiKeyWithSecretSchema = Type.Object(
  { ...keyProperties, key: Type.String({ pattern: '^ft_live_', description: 'Shown this once' }) },
  { $id: 'ApiKeyWithSecret' }
)

export const toApiKey = (row: ApiKey) => ({
  id: row.id,
  name: row.name,
  scopes: row.scopes,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null
})
