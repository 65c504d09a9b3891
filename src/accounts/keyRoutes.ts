import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { validate as isUuid } from 'uuid'
import { sentence } from '../language/sentence.ts'
import { Problem } from '../platform/problem.ts'
import { scopes } from '../platform/schema.ts'
import { changeAccess } from './accessChange.ts'
import { createApiKey, listApiKeys, MAX_API_KEYS, revokeApiKey } from './apiKeys.ts'
import { requireScope } from './authenticate.ts'
import { ApiKeySchema, ApiKeyWithSecretSchema, Name, toApiKey } from './resource.ts'
import type { AccountRoutesOptions } from './routes.ts'

const tags = ['API keys']

/** `/v1/api-keys`: what programs use. */
export const keyRoutes: FastifyPluginAsyncTypebox<AccountRoutesOptions> = async (app, options) => {
  const { db } = options

  app.post(
    '/v1/api-keys',
    {
      schema: {
        operationId: 'createApiKey',
        summary: 'Make an API key',
        description: `The key is shown this once. An account may have ${MAX_API_KEYS}. None may do more than whoever makes it.`,
        tags,
        body: Type.Object(
          {
            name: Type.Intersect([Name, Type.String({ minLength: 1 })]),
            scopes: Type.Optional(
              Type.Array(Type.Enum(scopes), { minItems: 1, uniqueItems: true, description: 'All that you have, unless named' })
            ),
            expiresAt: Type.Optional(Type.String({ format: 'date-time', description: 'Never, unless named' }))
          },
          { additionalProperties: false }
        ),
        response: { 201: ApiKeyWithSecretSchema }
      }
    },
    async (request, reply) => {
      const { caller, body } = request
      for (const scope of body.scopes ?? []) requireScope(caller, scope)
      const expiresAt = body.expiresAt === undefined ? null : new Date(body.expiresAt)
      if (expiresAt !== null && !(expiresAt.getTime() > Date.now())) throw new Problem('invalid_request', sentence('It would have expired already.'))
      const wanted = { name: body.name, scopes: scopes.filter((scope) => (body.scopes ?? caller.scopes).includes(scope)), expiresAt }
      const made = await createApiKey(db, caller.accountId, wanted)
      if (made === undefined) throw new Problem('too_many_api_keys', sentence('An account may have {most, number}.', { most: MAX_API_KEYS }))
      return reply.code(201).send({ ...toApiKey(made.row), key: made.key })
    }
  )

  app.get(
    '/v1/api-keys',
    {
      schema: {
        operationId: 'listApiKeys',
        summary: 'Your API keys, newest first',
        tags,
        response: { 200: Type.Object({ apiKeys: Type.Array(ApiKeySchema) }) }
      }
    },
    async ({ caller }) => ({ apiKeys: (await listApiKeys(db, caller.accountId)).map(toApiKey) })
  )

  app.delete(
    '/v1/api-keys/:id',
    {
      schema: {
        operationId: 'revokeApiKey',
        summary: 'Revoke an API key, at once and everywhere',
        description: 'The sessions and event streams that were opened with it end.',
        tags,
        params: Type.Object({ id: Type.String() }),
        response: { 204: Type.Null() }
      }
    },
    async ({ caller: { accountId }, params: { id } }, reply) => {
      const revoked = isUuid(id) ? await changeAccess(options, accountId, (tx) => revokeApiKey(tx, accountId, id)) : undefined
      if (revoked === undefined) throw new Problem('not_found')
      return reply.code(204).send(null)
    }
  )
}
