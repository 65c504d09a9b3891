import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { validate as isUuid } from 'uuid'
import { applyAccessChange, type AccessChangeOptions } from '../accounts/accessChange.ts'
import { sentence } from '../language/sentence.ts'
import { planNames } from '../limits/plans.ts'
import { Problem } from '../platform/problem.ts'
import type { Read } from '../platform/replica.ts'
import { roles } from '../platform/schema.ts'
import { changeAccount, findAccounts, viewAccount } from './accounts.ts'
import { listRoutes, Page, pageOf } from './listRoutes.ts'
import { AdminAccountDetailSchema, AdminAccountSchema } from './resource.ts'
import type { Ledger } from '../ledger/queue.ts'

export interface AdminRoutesOptions extends AccessChangeOptions {
  read: Read
  ledger: Ledger
}

/** What it tells of others is kept by no browser. */
const config = { role: 'admin', cache: 'no-store' } as const
const tags = ['Admin']
const Params = Type.Object({ id: Type.String() })
const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: '^[^\\u0000]*$' })

/** `/v1/admin`: for admins alone. What they do, and at whom they look, stands in the audit log. */
export const adminRoutes: FastifyPluginAsyncTypebox<AdminRoutesOptions> = async (app, options) => {
  const { db, read } = options
  await app.register(listRoutes, options)

  app.get(
    '/v1/admin/accounts',
    {
      config,
      schema: {
        operationId: 'adminFindAccounts',
        summary: 'Accounts, newest first',
        tags,
        querystring: Type.Object({
          ...Page,
          id: Type.Optional(Type.String({ format: 'uuid' })),
          email: Type.Optional(Type.String({ minLength: 1, maxLength: 320, pattern: '^[^\\u0000]*$', description: 'A part of the address' })),
          plan: Type.Optional(Type.Enum(planNames)),
          suspended: Type.Optional(Type.Boolean())
        }),
        response: { 200: Type.Object({ accounts: Type.Array(AdminAccountSchema), next: Type.Union([Type.String(), Type.Null()]) }) }
      }
    },
    async (request, reply) => {
      const { cursor, limit, ...filters } = request.query
      const { rows, next } = await pageOf(request, reply, { cursor, limit }, (page) => read((db) => findAccounts(db, { ...filters, ...page })))
      return { accounts: rows, next }
    }
  )

  app.get(
    '/v1/admin/accounts/:id',
    {
      config,
      schema: {
        operationId: 'adminGetAccount',
        summary: 'One account with what it uses',
        description: 'That you have looked at it stands in the audit log.',
        tags,
        params: Params,
        response: { 200: AdminAccountDetailSchema }
      }
    },
    async ({ params, caller }) => there(isUuid(params.id) ? await viewAccount(db, caller.accountId, params.id) : undefined)
  )

  app.patch(
    '/v1/admin/accounts/:id',
    {
      config,
      schema: {
        operationId: 'adminChangeAccount',
        summary: 'Change the plan or the role, suspend, or end a suspension',
        description:
          'A plan is granted: billing may lift the account above it and never takes it below; FREE takes that back. A ' +
          'suspension cuts keys, sessions and event streams at once, on every machine. One admin is always left.',
        tags,
        params: Params,
        body: Type.Object({
          plan: Type.Optional(Type.Enum(planNames)),
          role: Type.Optional(Type.Enum(roles)),
          suspended: Type.Optional(Type.Union([Type.Literal(false), Type.Object({ reason: Reason })]))
        }),
        response: { 200: AdminAccountDetailSchema }
      }
    },
    async ({ params, body, caller }) => {
      if (Object.keys(body).length === 0) throw new Problem('invalid_request', sentence('Name something to change.'))
      const changed = there(isUuid(params.id) ? await changeAccount(db, caller.accountId, params.id, body) : undefined)
      await applyAccessChange(options, params.id)
      return changed
    }
  )
}

function there<T>(found: T | undefined): T {
  if (found === undefined) throw new Problem('not_found')
  return found
}
