import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { sentence } from '../language/sentence.ts'
import type { Database } from '../platform/postgres.ts'
import type { Mailer } from '../mail/mailer.ts'
import { Problem } from '../platform/problem.ts'
import { confirmEmail, findAccount, makeOrFindAccount, updateAccount } from './accounts.ts'
import { applyAccessChange, recordAccessChange, type AccessChangeOptions } from './accessChange.ts'
import type { Attempts } from './attempts.ts'
import type { Callers } from './callers.ts'
import type { Cookie } from './cookies.ts'
import { normaliseEmail } from './email.ts'
import { keyRoutes } from './keyRoutes.ts'
import { alreadyMail, confirmMail, type PageLink } from './mails.ts'
import { createMailToken, redeemMailToken } from './mailTokens.ts'
import { passwordRoutes } from './passwordRoutes.ts'
import { refuseWeakPassword, type Passwords } from './passwords.ts'
import { AccountSchema, CallerSchema, Email, Name, NewPassword, toAccount, Token } from './resource.ts'
import { retentions } from '../platform/schema.ts'
import { addressOf } from './address.ts'
import { sessionRoutes } from './sessionRoutes.ts'
import { countOrRefuse, errandsFrom, mailsTo } from './signIn.ts'

export interface AccountRoutesOptions extends AccessChangeOptions {
  db: Database
  callers: Callers
  passwords: Passwords
  attempts: Attempts
  mailer: Mailer
  link: PageLink
  cookie: Cookie
  device: Cookie
}

const tags = ['Account']

/** `/v1/accounts` and `/v1/account`: making an account, and what it says of itself; with its sessions, passwords and keys. */
export const accountRoutes: FastifyPluginAsyncTypebox<AccountRoutesOptions> = async (app, options) => {
  const { db, passwords, attempts, mailer, link } = options
  app.addSchema(CallerSchema)
  await app.register(sessionRoutes, options)
  await app.register(passwordRoutes, options)
  await app.register(keyRoutes, options)

  app.post(
    '/v1/accounts',
    {
      config: { public: true },
      schema: {
        operationId: 'register',
        summary: 'Make an account',
        description:
          'The answer is the same whether the address has an account already: the mail says it. The account can be signed ' +
          'in to at once; until its address is confirmed the limits of FREE count, and it can have no keys and webhooks.',
        tags,
        body: Type.Object({ email: Email, password: NewPassword, name: Type.Optional(Name) }),
        response: { 202: Type.Object({ email: Type.String({ description: 'Where to look for a mail' }) }) }
      }
    },
    async (request, reply) => {
      const { password, name = '' } = request.body
      const { language } = request
      const email = normaliseEmail(request.body.email)
      refuseWeakPassword(password, email)
      passwords.refuseWhenBusy()
      await countOrRefuse(attempts, [errandsFrom(addressOf(request))])
      // Whether it is needed or not: both take the same time.
      const passwordHash = await passwords.hash(password)
      const { made, token } = await db.transaction(async (tx) => {
        const { accountId, made } = await makeOrFindAccount(tx, { email, passwordHash, name })
        return { made, token: await createMailToken(tx, made ? 'confirm_email' : 'reset_password', { accountId, email }) }
      })
      mailer.send(async () => {
        if ((await attempts.count([mailsTo(email)])) > 0) return undefined
        return made ? confirmMail(email, link('/confirm', token), language) : alreadyMail(email, link('/reset', token), language)
      })
      return reply.code(202).send({ email })
    }
  )

  app.get(
    '/v1/account',
    { schema: { operationId: 'getAccount', summary: 'Your account', tags, response: { 200: AccountSchema } } },
    async (request) => toAccount(await found(findAccount(db, request.caller.accountId)))
  )

  app.patch(
    '/v1/account',
    {
      schema: {
        operationId: 'updateAccount',
        summary: 'Change your name, or what is kept',
        tags,
        body: Type.Object(
          { name: Type.Optional(Name), retention: Type.Optional(Type.Enum(retentions)) },
          { additionalProperties: false, minProperties: 1 }
        ),
        response: { 200: AccountSchema }
      }
    },
    async (request) => {
      // What we don't know has been taken out of the body, which may leave nothing.
      if (Object.keys(request.body).length === 0) throw new Problem('invalid_request', sentence('Name something to change.'))
      return toAccount(await found(updateAccount(db, request.caller.accountId, request.body)))
    }
  )

  app.post(
    '/v1/account/confirmation',
    {
      schema: {
        operationId: 'sendConfirmation',
        summary: 'Have the mail with the confirmation link sent again',
        tags,
        response: { 204: Type.Null({ description: 'It is on its way, unless there is nothing to confirm' }) }
      }
    },
    async (request, reply) => {
      await countOrRefuse(attempts, [errandsFrom(addressOf(request))])
      mailer.send(async () => {
        const { id: accountId, email, emailConfirmedAt } = await found(findAccount(db, request.caller.accountId))
        if (email === null || emailConfirmedAt !== null || (await attempts.count([mailsTo(email)])) > 0) return undefined
        return confirmMail(email, link('/confirm', await createMailToken(db, 'confirm_email', { accountId, email })), request.language)
      })
      return reply.code(204).send(null)
    }
  )

  app.post(
    '/v1/account/confirm-email',
    {
      config: { public: true },
      schema: {
        operationId: 'confirmEmail',
        summary: 'Confirm your address with the link from the mail',
        tags,
        body: Type.Object({ token: Token }),
        response: { 204: Type.Null() }
      }
    },
    async (request, reply) => {
      const accountId = await db.transaction(async (tx) => {
        const id = await redeemMailToken(tx, 'confirm_email', request.body.token)
        if (id === undefined) throw new Problem('invalid_token', sentence('Sign in and have another one sent.'))
        await confirmEmail(tx, id)
        await recordAccessChange(tx, id)
        return id
      })
      await applyAccessChange(options, accountId)
      return reply.code(204).send(null)
    }
  )
}

/** @throws {Problem} `unauthorized`, when the account was deleted while it asked */
async function found<T>(row: Promise<T | undefined>): Promise<T> {
  const account = await row
  if (account === undefined) throw new Problem('unauthorized')
  return account
}
