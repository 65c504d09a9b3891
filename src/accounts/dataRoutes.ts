import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerLanguage } from '../language/requestLanguage.ts'
import { sentence } from '../language/sentence.ts'
import { eq } from '../platform/drizzle.ts'
import { Readable } from 'node:stream'
import { Problem } from '../platform/problem.ts'
import type { Repeating } from '../platform/repeat.ts'
import { accounts } from '../platform/schema.ts'
import { applyAccessChange, type AccessChangeOptions } from './accessChange.ts'
import type { Attempts } from './attempts.ts'
import type { Cookie } from './cookies.ts'
import { exportAccount } from './export.ts'
import { localAccountId } from './localAccount.ts'
import { MAX_PASSWORD_LENGTH, type Passwords } from './passwords.ts'
import { markRemoved } from './removal.ts'
import { countOrRefuse } from './signIn.ts'

export interface AccountDataRoutesOptions extends AccessChangeOptions {
  attempts: Attempts
  passwords: Passwords
  cookie: Cookie
  /** Does the rest of a removal. */
  housekeeping: Repeating
}

/** Whoever has stolen a session shall not find the password out here. */
const passwordRule = { free: 5, firstWaitMs: 2_000, maxWaitMs: 15 * 60_000, forgetMs: 60 * 60_000 }
const tags = ['Account']

/** What an account may do with all that is held about it: have it, and have it removed. */
export const accountDataRoutes: FastifyPluginAsyncTypebox<AccountDataRoutesOptions> = async (app, options) => {
  const { db, attempts, passwords, cookie, housekeeping } = options

  app.get(
    '/v1/account/export',
    {
      config: { cache: 'no-store' },
      schema: {
        operationId: 'exportAccount',
        summary: 'Everything that is held about your account',
        description:
          'One JSON document, streamed: however long it is. When it can not be finished the connection breaks, and what ' +
          'has come is not valid JSON. Files are not in it: each analysis names the address of its own.',
        tags,
        response: { 200: { description: 'The document', content: { 'application/json': { schema: Type.Object({}, { additionalProperties: true }) } } } }
      }
    },
    async (request, reply) => {
      const document = await exportAccount(db, request.caller.accountId, answerLanguage(request, reply))
      if (document === undefined) throw new Problem('not_found')
      return reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', 'attachment; filename="faketect-export.json"')
        .send(Readable.from(document))
    }
  )

  app.delete(
    '/v1/account',
    {
      schema: {
        operationId: 'removeAccount',
        summary: 'Remove your account with everything in it',
        description:
          'It takes effect at once and for good: sessions and keys end, subscriptions are cancelled, and files, results and ' +
          'all the rest are removed within minutes. With a password, that has to be given again; without one, `confirm` ' +
          'has to be the id of the account.',
        tags,
        body: Type.Object({
          password: Type.Optional(Type.String({ maxLength: MAX_PASSWORD_LENGTH })),
          confirm: Type.Optional(Type.String({ format: 'uuid' }))
        }),
        response: { 204: Type.Null() }
      }
    },
    async (request, reply) => {
      const { accountId } = request.caller
      if (accountId === localAccountId) throw new Problem('local_account')
      await confirm(accountId, request.body)
      await markRemoved(db, accountId)
      await applyAccessChange(options, accountId)
      housekeeping.nudge()
      return cookie.clear(reply).code(204).send(null)
    }
  )

  /** @throws {Problem} `confirmation_needed`, `wrong_password`, `rate_limit_exceeded` */
  async function confirm(accountId: string, given: { password?: string; confirm?: string }): Promise<void> {
    const [account] = await db.select({ passwordHash: accounts.passwordHash }).from(accounts).where(eq(accounts.id, accountId))
    if (account === undefined) throw new Problem('not_found')
    if (account.passwordHash === null) {
      if (given.confirm !== accountId) throw new Problem('confirmation_needed', sentence('Give the id of the account as `confirm`.'))
      return
    }
    if (given.password === undefined) throw new Problem('confirmation_needed', sentence('Give the password again.'))
    const attempted = { name: `removal:${accountId}`, rule: passwordRule }
    await countOrRefuse(attempts, [attempted])
    if (!(await passwords.verify(account.passwordHash, given.password))) throw new Problem('wrong_password')
    await attempts.forget(attempted)
  }
}
