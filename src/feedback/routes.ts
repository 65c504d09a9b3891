import { Type, type FastifyPluginAsyncTypebox, type Static } from '@fastify/type-provider-typebox'
import { validate as isUuid } from 'uuid'
import type { Database } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import type { Storage } from '../platform/storage/storage.ts'
import { findFeedback, giveFeedback, truths, withdraw, type Feedback } from './keep.ts'

const Params = Type.Object({ id: Type.String() })
const tags = ['Feedback']

const FeedbackSchema = Type.Object({
  analysisId: Type.String({ format: 'uuid' }),
  truth: Type.Union([Type.Enum(truths), Type.Null()]),
  note: Type.String(),
  consent: Type.Boolean(),
  fileKept: Type.Boolean({ description: 'False without consent, without `truth`, and when the file was gone already' }),
  createdAt: Type.String({ format: 'date-time' })
})

/** `/v1/analyses/:id/feedback`: "this is wrong". */
export const feedbackRoutes: FastifyPluginAsyncTypebox<{ db: Database; storage: Storage }> = async (app, { db, storage }) => {
  app.post(
    '/v1/analyses/:id/feedback',
    {
      config: { scope: 'analyses:write' },
      schema: {
        operationId: 'giveFeedback',
        summary: 'Say that a verdict is wrong',
        description:
          'In place of what you said before. With `consent` the file is kept beyond its time, to measure the engine with, ' +
          'until you withdraw it or remove your account; without it, what you say goes with the analysis.',
        tags,
        params: Params,
        body: Type.Object({
          truth: Type.Union([Type.Enum(truths), Type.Null()], { default: null, description: 'What you know it to be; null where you know only that the verdict is wrong' }),
          note: Type.String({ maxLength: 2_000, pattern: '^[^\\u0000]*$', default: '' }),
          consent: Type.Boolean({ default: false })
        }),
        response: { 200: FeedbackSchema }
      }
    },
    async ({ params, body, caller }) => {
      const given = { accountId: caller.accountId, analysisId: idOf(params), ...body }
      return shown(await giveFeedback(db, storage, given))
    }
  )

  app.get(
    '/v1/analyses/:id/feedback',
    { schema: { operationId: 'getFeedback', summary: 'What you said of a verdict', tags, params: Params, response: { 200: FeedbackSchema } } },
    async ({ params, caller }) => {
      const said = await findFeedback(db, caller.accountId, idOf(params))
      if (said === undefined) throw new Problem('not_found')
      return shown(said)
    }
  )

  app.delete(
    '/v1/analyses/:id/feedback',
    {
      config: { scope: 'analyses:write' },
      schema: {
        operationId: 'withdrawFeedback',
        summary: 'Take back what you said, and the file that was kept with it',
        description: 'Also after the analysis itself is gone.',
        tags,
        params: Params,
        response: { 204: Type.Null() }
      }
    },
    async ({ params, caller }, reply) => {
      const withdrawn = await db.transaction((tx) => withdraw(tx, caller.accountId, idOf(params)))
      if (withdrawn === undefined) throw new Problem('not_found')
      return reply.code(204).send(null)
    }
  )
}

function shown({ analysisId, truth, note, consent, mediaKey, createdAt }: Feedback): Static<typeof FeedbackSchema> {
  return { analysisId, truth, note, consent, fileKept: mediaKey !== null, createdAt: createdAt.toISOString() }
}

/** @throws {Problem} `not_found` */
function idOf({ id }: { id: string }): string {
  if (!isUuid(id)) throw new Problem('not_found')
  return id
}
