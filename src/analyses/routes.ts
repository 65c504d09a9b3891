import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { validate as isUuid } from 'uuid'
import { mediaKinds, verdicts } from '../engine/types.ts'
import type { Hub } from '../events/hub.ts'
import { answerLanguage } from '../language/requestLanguage.ts'
import { sentence } from '../language/sentence.ts'
import type { Ledger } from '../ledger/queue.ts'
import type { Measures } from '../observability/measures.ts'
import type { Database } from '../platform/postgres.ts'
import { cutPage, idOfCursor } from '../platform/page.ts'
import { Problem } from '../platform/problem.ts'
import type { Repeating } from '../platform/repeat.ts'
import type { Read } from '../platform/replica.ts'
import { states } from '../platform/schema.ts'
import type { Storage } from '../platform/storage/storage.ts'
import { copiesOf, IMMUTABLE } from './copies.ts'
import { sendDownload } from './download.ts'
import { objectPrefix } from './keys.ts'
import { cancelAnalysis, deleteAnalysis, type Analysis } from './moves.ts'
import { findAnalysis, listAnalyses, NAMES_LOOKED_THROUGH } from './queries.ts'
import { toResource } from './resource.ts'
import { sweepNow } from './sweep.ts'
import { waitAsPreferred } from './wait.ts'

export interface AnalysisRoutesOptions {
  db: Database
  read: Read
  storage: Storage
  hub: Hub
  relay: Repeating
  ledger: Ledger
  measures: Measures
}

const Params = Type.Object({ id: Type.String() })
const binary = { description: 'The bytes', content: { '*/*': { schema: Type.String({ format: 'binary' }) } } }

/** `/v1/analyses`: everything about an analysis that exists. */
export const analysisRoutes: FastifyPluginAsyncTypebox<AnalysisRoutesOptions> = async (app, options) => {
  const { db, read, storage, hub, relay, ledger, measures } = options
  const tags = ['Analyses']

  async function ownAnalysis(request: FastifyRequest<{ Params: { id: string } }>): Promise<Analysis> {
    const row = await findById(request.params.id, (id) => findAnalysis(db, request.caller.accountId, id))
    return row
  }

  app.get(
    '/v1/analyses',
    {
      schema: {
        operationId: 'listAnalyses',
        summary: 'Your analyses, newest first',
        tags,
        querystring: Type.Object({
          cursor: Type.Optional(Type.String({ description: 'From the `next` link of the page before' })),
          limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
          state: Type.Optional(Type.Enum(states)),
          verdict: Type.Optional(Type.Enum(verdicts)),
          kind: Type.Optional(Type.Enum(mediaKinds)),
          batch: Type.Optional(Type.String({ format: 'uuid', description: 'Those of one batch' })),
          from: Type.Optional(Type.String({ format: 'date-time', description: 'Those that came in then or later' })),
          to: Type.Optional(Type.String({ format: 'date-time', description: 'Those that came in before' })),
          fileName: Type.Optional(Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\u0000]*$', description: `Those with this in the name of their file, among the newest ${NAMES_LOOKED_THROUGH}: before \`to\`, for older ones` }))
        }),
        response: {
          200: Type.Object({
            analyses: Type.Array(Type.Ref('Analysis')),
            next: Type.Union([Type.String(), Type.Null()], { description: 'The next page; also in `Link` (RFC 8288)' })
          })
        }
      }
    },
    async (request, reply) => {
      const { cursor, limit, from, to, ...filters } = request.query
      const period = { from: from === undefined ? undefined : timeOf(from), to: to === undefined ? undefined : timeOf(to) }
      const before = cursor === undefined ? undefined : idOfCursor(cursor)
      const rows = await read((db) => listAnalyses(db, request.caller.accountId, { ...filters, ...period, limit: limit + 1, before }))
      const page = cutPage(request, reply, rows, limit)
      reply.header('cache-control', copiesOf(page.rows))
      const language = answerLanguage(request, reply)
      return { analyses: page.rows.map((row) => toResource(row, language)), next: page.next }
    }
  )

  app.get(
    '/v1/analyses/:id',
    {
      schema: {
        operationId: 'getAnalysis',
        summary: 'One analysis',
        description: 'With `Prefer: wait=N` the answer waits up to N seconds for the verdict.',
        tags,
        params: Params,
        headers: Type.Object({ prefer: Type.Optional(Type.String()) }),
        response: { 200: Type.Ref('Analysis') }
      }
    },
    async (request, reply) => {
      const row = await waitAsPreferred(request, reply, hub, db, await ownAnalysis(request))
      reply.header('cache-control', copiesOf([row]))
      return toResource(row, answerLanguage(request, reply))
    }
  )

  app.delete(
    '/v1/analyses/:id',
    {
      schema: {
        operationId: 'deleteAnalysis',
        summary: 'Delete an analysis with its file and evidence',
        tags,
        params: Params,
        response: { 204: Type.Null() }
      }
    },
    async (request, reply) => {
      const row = await findById(request.params.id, (id) => deleteAnalysis(db, request.caller.accountId, id))
      if (row.state === 'queued' || row.state === 'processing') measures.analysisCancelled({ kind: row.kind, plan: request.caller.plan })
      relay.nudge()
      await ledger.forget(row.id)
      await sweepNow(db, storage, objectPrefix(row), request.log)
      return reply.code(204).send(null)
    }
  )

  app.post(
    '/v1/analyses/:id/cancel',
    {
      schema: {
        operationId: 'cancelAnalysis',
        summary: 'Cancel an analysis that has not ended',
        tags,
        params: Params,
        response: { 200: Type.Ref('Analysis') }
      }
    },
    async (request, reply) => {
      const { id, state } = await ownAnalysis(request)
      const row = await cancelAnalysis(db, request.caller.accountId, id)
      if (row === undefined) {
        throw new Problem('not_cancellable', sentence(state === 'uploading' ? 'Its file is still coming in.' : 'It has already ended.'))
      }
      measures.analysisCancelled({ kind: row.kind, plan: request.caller.plan })
      relay.nudge()
      await ledger.forget(id)
      return toResource(row, answerLanguage(request, reply))
    }
  )

  app.get(
    '/v1/analyses/:id/media',
    { schema: { operationId: 'getMedia', summary: 'The file itself', tags, params: Params, response: { 200: binary, 206: binary } } },
    async (request, reply) => {
      const row = await ownAnalysis(request)
      const { mediaKey, mediaType, fileName, sizeBytes, sha256, state, purgedAt } = row
      if (purgedAt !== null) throw new Problem('media_purged')
      if (state === 'uploading' || sizeBytes === null) throw new Problem('not_found', sentence('The file is still coming in.'))
      // The whole file, large as it is, is asked for each time whether it is still there, and still the caller's.
      const cacheControl = copiesOf([row])
      return sendDownload(request, reply, storage, { key: mediaKey, mediaType, fileName, sizeBytes, etag: `"${sha256}"`, cacheControl })
    }
  )

  app.get(
    '/v1/analyses/:id/evidence/:name',
    {
      schema: {
        operationId: 'getEvidence',
        summary: 'An evidence picture',
        tags,
        params: Type.Object({ id: Type.String(), name: Type.String() }),
        response: { 200: binary, 206: binary }
      }
    },
    async (request, reply) => {
      const row = await ownAnalysis(request)
      const { evidence, id, attempt } = row
      const picture = evidence.find(({ name }) => name === request.params.name)
      if (picture === undefined) throw new Problem('not_found')
      const { name: fileName, key, mediaType, sizeBytes } = picture
      // What a name stands for never changes. Whoever signs out, and in as somebody else, is not shown the copy.
      reply.header('vary', 'Authorization, Cookie')
      const etag = `"${id}-${attempt}-${fileName}"`
      return sendDownload(request, reply, storage, { key, mediaType, fileName, sizeBytes, etag, cacheControl: copiesOf([row], IMMUTABLE) })
    }
  )
}

/** @throws {Problem} `invalid_request`, for a leap second, which fits the schema and no clock */
function timeOf(text: string): Date {
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new Problem('invalid_request')
  return time
}

/** @throws {Problem} `not_found`, for what is not an id, is not there, or is somebody else's */
async function findById(id: string, find: (id: string) => Promise<Analysis | undefined>): Promise<Analysis> {
  const row = isUuid(id) ? await find(id) : undefined
  if (row === undefined) throw new Problem('not_found')
  return row
}
