import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { validate as isUuid } from 'uuid'
import { sentence } from '../language/sentence.ts'
import { Problem } from '../platform/problem.ts'
import { scopes } from '../platform/schema.ts'
import { changeAccess } from './accessChange.ts'
import { findAccount } from './accounts.ts'
import { addressOf } from './address.ts'
import { newDevice } from './device.ts'
import { normaliseEmail } from './email.ts'
import { Email, Password, SessionListSchema, toAccount, toCaller, toSession } from './resource.ts'
import type { AccountRoutesOptions } from './routes.ts'
import { endSession, endSessionByHash, endSessions, listSessions, openSession } from './sessions.ts'
import { signIn } from './signIn.ts'

const tags = ['Session']

/** `/v1/session`, the one that asks, and `/v1/sessions`, all of them. */
export const sessionRoutes: FastifyPluginAsyncTypebox<AccountRoutesOptions> = async (app, options) => {
  const { db, callers, cookie, device } = options

  app.post(
    '/v1/session',
    {
      config: { public: true },
      schema: {
        operationId: 'openSession',
        summary: 'Sign in, with a password or an API key, and get a session cookie',
        description:
          'A session that is opened with a password may do everything, one that is opened with a key what the key may. After ' +
          'five wrong passwords there is a wait, which doubles with each further one.',
        tags,
        body: Type.Union([
          Type.Object({ key: Type.String({ maxLength: 200 }) }),
          Type.Object({ email: Email, password: Password })
        ]),
        response: { 201: Type.Ref('Session') }
      }
    },
    async (request, reply) => ('key' in request.body ? openWithKey(request, reply, request.body.key) : openWithPassword(request, reply, request.body))
  )

  async function openWithKey(request: FastifyRequest, reply: FastifyReply, key: string) {
    const caller = await callers.byKey(key)
    if (caller === undefined) throw new Problem('unauthorized', sentence('This key is not one of ours, or no longer valid.'))
    const { accountId, apiKeyId } = caller
    const secret = await openSession(db, { accountId, apiKeyId, userAgent: request.headers['user-agent'] })
    const account = await findAccount(db, accountId)
    return cookie.set(reply, secret).code(201).send(toCaller(caller, account?.email ?? null))
  }

  async function openWithPassword(request: FastifyRequest, reply: FastifyReply, given: { email: string; password: string }) {
    const signedIn = await signIn(options, {
      email: normaliseEmail(given.email),
      password: given.password,
      address: addressOf(request),
      device: device.read(request),
      userAgent: request.headers['user-agent']
    })
    if (signedIn === undefined) throw new Problem('unauthorized', sentence('The address or the password is wrong.'))
    const { secret, account } = signedIn
    const known = newDevice(account)
    if (known !== undefined) device.set(reply, known)
    const { accountId, role, email, emailConfirmed } = toAccount(account)
    const plan = emailConfirmed ? account.plan : 'FREE'
    return cookie.set(reply, secret).code(201).send(toCaller({ accountId, plan, role, emailConfirmed, scopes }, email))
  }

  app.get(
    '/v1/session',
    { schema: { operationId: 'getSession', summary: 'Who you are', tags, response: { 200: Type.Ref('Session') } } },
    async ({ caller }) => toCaller(caller, (await findAccount(db, caller.accountId))?.email ?? null)
  )

  app.delete(
    '/v1/session',
    { schema: { operationId: 'closeSession', summary: 'Sign out', tags, response: { 204: Type.Null() } } },
    async ({ caller }, reply) => {
      const { accountId, sessionHash } = caller
      if (sessionHash !== null) await changeAccess(options, accountId, (tx) => endSessionByHash(tx, accountId, sessionHash))
      return cookie.clear(reply).code(204).send(null)
    }
  )

  app.get(
    '/v1/sessions',
    { schema: { operationId: 'listSessions', summary: 'Where you are signed in', tags, response: { 200: SessionListSchema } } },
    async ({ caller }) => ({ sessions: (await listSessions(db, caller.accountId)).map((row) => toSession(row, caller)) })
  )

  app.delete(
    '/v1/sessions',
    { schema: { operationId: 'endOtherSessions', summary: 'Sign out everywhere else', tags, response: { 204: Type.Null() } } },
    async ({ caller }, reply) => {
      const { accountId, sessionHash } = caller
      await changeAccess(options, accountId, async (tx) => {
        await endSessions(tx, accountId, sessionHash)
        return true
      })
      return reply.code(204).send(null)
    }
  )

  app.delete(
    '/v1/sessions/:id',
    {
      schema: {
        operationId: 'endSession',
        summary: 'Sign out one browser',
        tags,
        params: Type.Object({ id: Type.String() }),
        response: { 204: Type.Null() }
      }
    },
    async ({ caller: { accountId }, params: { id } }, reply) => {
      const ended = isUuid(id) ? await changeAccess(options, accountId, (tx) => endSession(tx, accountId, id)) : undefined
      if (ended === undefined) throw new Problem('not_found')
      return reply.code(204).send(null)
    }
  )
}
