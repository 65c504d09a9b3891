import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { sentence } from '../language/sentence.ts'
import { Problem } from '../platform/problem.ts'
import { applyAccessChange, changeAccess, recordAccessChange } from './accessChange.ts'
import { confirmEmail, findAccount, findAccountByEmail, setPasswordHash } from './accounts.ts'
import { addressOf } from './address.ts'
import { newDevice } from './device.ts'
import { normaliseEmail } from './email.ts'
import { passwordChangedMail, resetMail } from './mails.ts'
import { createMailToken, peekMailToken, redeemMailToken } from './mailTokens.ts'
import { refuseWeakPassword } from './passwords.ts'
import { Email, NewPassword, Password, Token } from './resource.ts'
import type { AccountRoutesOptions } from './routes.ts'
import { endSessions } from './sessions.ts'
import { changesOf, countOrRefuse, errandsFrom, guessesOf, mailsTo } from './signIn.ts'

const tags = ['Account']

/** Another password: by somebody who knows the one before, or by whoever reads the account's mail. */
export const passwordRoutes: FastifyPluginAsyncTypebox<AccountRoutesOptions> = async (app, options) => {
  const { db, passwords, attempts, mailer, link, device } = options

  app.post(
    '/v1/account/password',
    {
      schema: {
        operationId: 'changePassword',
        summary: 'Change your password; everybody else is signed out',
        tags,
        body: Type.Object({ currentPassword: Password, password: NewPassword }),
        response: { 204: Type.Null() }
      }
    },
    async (request, reply) => {
      const { accountId, sessionHash } = request.caller
      const { currentPassword, password } = request.body
      const account = await findAccount(db, accountId)
      const before = account?.passwordHash
      refuseWeakPassword(password, account?.email ?? null)
      await countOrRefuse(attempts, [changesOf(accountId)])
      if (!(await passwords.verify(before, currentPassword)) || typeof before !== 'string') throw new Problem('wrong_password')
      await attempts.forget(changesOf(accountId))

      const passwordHash = await passwords.hash(password)
      const changed = await changeAccess(options, accountId, async (tx) => {
        const row = await setPasswordHash(tx, accountId, passwordHash, before)
        if (row !== undefined) await endSessions(tx, accountId, sessionHash)
        return row
      })
      if (changed === undefined) throw new Problem('wrong_password', sentence('It was changed at this very moment.'))
      const { email } = changed
      if (email !== null) mailer.send(async () => passwordChangedMail(email, request.language))
      const known = newDevice(changed)
      if (known !== undefined && sessionHash !== null) device.set(reply, known)
      return reply.code(204).send(null)
    }
  )

  app.post(
    '/v1/password-resets',
    {
      config: { public: true },
      schema: {
        operationId: 'requestPasswordReset',
        summary: 'Have a link sent by which another password can be chosen',
        description: 'The answer is the same whether the address has an account.',
        tags,
        body: Type.Object({ email: Email }),
        response: { 202: Type.Object({ email: Type.String({ description: 'Where to look for a mail' }) }) }
      }
    },
    async (request, reply) => {
      const email = normaliseEmail(request.body.email)
      await countOrRefuse(attempts, [errandsFrom(addressOf(request))])
      // All that depends on the account comes after the answer.
      mailer.send(async () => {
        const account = await findAccountByEmail(db, email)
        if (account === undefined || (await attempts.count([mailsTo(email)])) > 0) return undefined
        return resetMail(email, link('/reset', await createMailToken(db, 'reset_password', { accountId: account.id, email })), request.language)
      })
      return reply.code(202).send({ email })
    }
  )

  app.post(
    '/v1/password-resets/complete',
    {
      config: { public: true },
      schema: {
        operationId: 'completePasswordReset',
        summary: 'Choose another password, with the link from the mail; everybody is signed out',
        description: 'It confirms the address as well, and takes away the wait after wrong passwords.',
        tags,
        body: Type.Object({ token: Token, password: NewPassword }),
        response: { 204: Type.Null() }
      }
    },
    async (request, reply) => {
      const { token, password } = request.body
      const invalid = new Problem('invalid_token', sentence('Have another one sent.'))
      // Looked at first, and not used up yet: a password that is refused costs nobody the link, a wrong link no hash.
      const email = await peekMailToken(db, 'reset_password', token)
      if (email === undefined) throw invalid
      refuseWeakPassword(password, email)
      const passwordHash = await passwords.hash(password)
      const account = await db.transaction(async (tx) => {
        const id = await redeemMailToken(tx, 'reset_password', token)
        if (id === undefined) throw invalid
        await confirmEmail(tx, id)
        const row = await setPasswordHash(tx, id, passwordHash)
        await endSessions(tx, id, null)
        await recordAccessChange(tx, id)
        return row
      })
      if (account === undefined) throw invalid
      await applyAccessChange(options, account.id)
      await Promise.all([attempts.forget(guessesOf(email)), attempts.forget(changesOf(account.id))])
      mailer.send(async () => passwordChangedMail(email, request.language))
      // Whoever reads the account's mail is its owner, and is not kept out again by strangers who go on guessing.
      const known = newDevice(account)
      if (known !== undefined) device.set(reply, known)
      return reply.code(204).send(null)
    }
  )
}
