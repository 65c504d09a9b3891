import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { validate as isUuid } from 'uuid'
import type { Hub } from '../events/hub.ts'
import { answerLanguage } from '../language/requestLanguage.ts'
import { sentence } from '../language/sentence.ts'
import type { Ledger } from '../ledger/queue.ts'
import { cutPage, idOfCursor } from '../platform/page.ts'
import type { Measures } from '../observability/measures.ts'
import type { Database } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import type { Repeating } from '../platform/repeat.ts'
import type { Read } from '../platform/replica.ts'
import { findBatch, listBatches, openMembers, type WholeBatch } from './batchQueries.ts'
import { toBatchResource } from './batchResource.ts'
import { copiesOf } from './copies.ts'
import { cancelAnalysis } from './moves.ts'
import { waitForBatch } from './wait.ts'

export interface BatchRoutesOptions {
  db: Database
  read: Read
  hub: Hub
  relay: Repeating
  ledger: Ledger
  measures: Measures
}

const Params = Type.Object({ id: Type.String() })
const tags = ['Batches']

/** `/v1/batches`: files that came in one request. */
export const batchRoutes: FastifyPluginAsyncTypebox<BatchRoutesOptions> = async (app, { db, read, hub, relay, ledger, measures }) => {
  app.get(
    '/v1/batches',
    {
      config: { scope: 'analyses:read' },
      schema: {
        operationId: 'listBatches',
        summary: 'Your batches, newest first',
        tags,
        querystring: Type.Object({
          cursor: Type.Optional(Type.String({ description: 'From the `next` link of the page before' })),
          limit: Type.Integer({ minimum: 1, maximum: 50, default: 20 })
        }),
        response: { 200: Type.Object({ batches: Type.Array(Type.Ref('Batch')), next: Type.Union([Type.String(), Type.Null()]) }) }
      }
    },
    async (request, reply) => {
      const { cursor, limit } = request.query
      const before = cursor === undefined ? undefined : idOfCursor(cursor)
      const rows = await read((db) => listBatches(db, request.caller.accountId, { limit: limit + 1, before }))
      const page = cutPage(request, reply, rows, limit)
      reply.header('cache-control', copiesOf(page.rows.flatMap(({ members }) => members)))
      const language = answerLanguage(request, reply)
      return { batches: page.rows.map((row) => toBatchResource(row, language)), next: page.next }
    }
  )

  app.get(
    '/v1/batches/:id',
    {
      config: { scope: 'analyses:read' },
      schema: {
        operationId: 'getBatch',
        summary: 'One batch',
        description: 'With `Prefer: wait=N` the answer waits up to N seconds for the end of its last analysis.',
        tags,
        params: Params,
        headers: Type.Object({ prefer: Type.Optional(Type.String()) }),
        response: { 200: Type.Ref('Batch') }
      }
    },
    async (request, reply) => {
      const batch = await waitForBatch(request, reply, hub, db, await own(request))
      reply.header('cache-control', copiesOf(batch.members))
      return toBatchResource(batch, answerLanguage(request, reply))
    }
  )

  app.post(
    '/v1/batches/:id/cancel',
    {
      config: { scope: 'analyses:write' },
      schema: {
        operationId: 'cancelBatch',
        summary: 'Cancel what has not ended of a batch',
        tags,
        params: Params,
        response: { 200: Type.Ref('Batch') }
      }
    },
    async (request, reply) => {
      const { id, accountId, intake, endedAt } = await own(request)
      if (intake === 'receiving') throw new Problem('not_cancellable', sentence('Its files are still coming in.'))
      if (endedAt !== null) throw new Problem('not_cancellable', sentence('It has already ended.'))
      for (const analysisId of await openMembers(db, id)) {
        const cancelled = await cancelAnalysis(db, accountId, analysisId)
        if (cancelled === undefined) continue
        measures.analysisCancelled({ kind: cancelled.kind, plan: request.caller.plan })
        await ledger.forget(analysisId)
      }
      relay.nudge()
      return toBatchResource(await own(request), answerLanguage(request, reply))
    }
  )

  /** @throws {Problem} `not_found`, for what is not an id, is not there, or is somebody else's */
  async function own(request: FastifyRequest<{ Params: { id: string } }>): Promise<WholeBatch> {
    const { id } = request.params
    const batch = isUuid(id) ? await findBatch(db, request.caller.accountId, id) : undefined
    if (batch === undefined) throw new Problem('not_found')
    return batch
  }
}
