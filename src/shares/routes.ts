import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { validate as isUuid } from 'uuid'
import { sendDownload } from '../analyses/download.ts'
import { answerLanguage } from '../language/requestLanguage.ts'
import { sentence } from '../language/sentence.ts'
import type { Database } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import type { Storage } from '../platform/storage/storage.ts'
import { ShareSchema, shareInclusions, SharedAnalysisSchema, toShare, toSharedAnalysis } from './resource.ts'
import { findShare, findShared, makeShare, withdrawShare } from './shares.ts'

export interface ShareRoutesOptions {
  db: Database
  storage: Storage
  /** Where the pages are, e.g. `https://faketect.example`. */
  origin: () => string
}

const Params = Type.Object({ id: Type.String() })
const tags = ['Sharing']
/** How long a link lasts unless its owner says otherwise. */
const DAYS = 30

/** `/v1/analyses/:id/share` for owners, `/v1/shared/:token` for anybody who has the link. */
export const shareRoutes: FastifyPluginAsyncTypebox<ShareRoutesOptions> = async (app, { db, storage, origin }) => {
  app.post(
    '/v1/analyses/:id/share',
    {
      schema: {
        operationId: 'shareAnalysis',
        summary: 'Make a link by which anybody may look at an analysis',
        description:
          'It is shown this once; making another ends the one before. It shows the verdict, the signals and the pictures, never the ' +
          `file itself. What \`include\` does not name is left out. Without \`expiresAt\` it lasts ${DAYS} days, with null until you withdraw it; ` +
          'it ends with the analysis in any case.',
        tags,
        params: Params,
        body: Type.Object({
          include: Type.Array(Type.Enum(shareInclusions), { uniqueItems: true, maxItems: shareInclusions.length, default: [] }),
          expiresAt: Type.Optional(Type.Union([Type.String({ format: 'date-time' }), Type.Null()]))
        }),
        response: { 201: Type.Object({ url: Type.String({ description: 'Shown this once' }), ...ShareSchema.properties }) }
      }
    },
    async (request, reply) => {
      const { include, expiresAt } = request.body
      const { share, token } = await makeShare(db, ownOf(request), { include, expiresAt: expiryOf(expiresAt) })
      reply.code(201).headers({ location: `/v1/analyses/${share.analysisId}/share`, 'cache-control': 'no-store' })
      return { url: new URL(`/shared/${token}`, origin()).href, ...toShare(share) }
    }
  )

  app.get(
    '/v1/analyses/:id/share',
    { schema: { operationId: 'getShare', summary: 'Whether there is a link to an analysis, and what it shows', tags, params: Params, response: { 200: ShareSchema } } },
    async (request) => {
      const share = await findShare(db, ownOf(request))
      if (share === undefined) throw new Problem('not_found')
      return toShare(share)
    }
  )

  app.delete(
    '/v1/analyses/:id/share',
    { schema: { operationId: 'withdrawShare', summary: 'Withdraw the link to an analysis, at once and everywhere', tags, params: Params, response: { 204: Type.Null() } } },
    async (request, reply) => {
      if (!(await withdrawShare(db, ownOf(request)))) throw new Problem('not_found')
      return reply.code(204).send(null)
    }
  )

  app.get(
    '/v1/shared/:token',
    {
      config: { public: true },
      schema: {
        operationId: 'getShared',
        summary: 'An analysis that was shared by a link',
        description: 'Needs no account. A link that was withdrawn, has expired or never was is answered by 404.',
        tags,
        params: Type.Object({ token: Type.String() }),
        response: { 200: SharedAnalysisSchema }
      }
    },
    async (request, reply) => toSharedAnalysis(request.params.token, await shared(request, reply), answerLanguage(request, reply))
  )

  app.get(
    '/v1/shared/:token/evidence/:name',
    {
      config: { public: true },
      schema: {
        operationId: 'getSharedEvidence',
        summary: 'A picture of a shared analysis: evidence, or a preview',
        tags,
        params: Type.Object({ token: Type.String(), name: Type.String() }),
        response: { 200: binary, 206: binary }
      }
    },
    async (request, reply) => {
      const { analysis } = await shared(request, reply)
      const picture = analysis.evidence.find(({ name }) => name === request.params.name)
      if (picture === undefined) throw new Problem('not_found')
      const { name: fileName, key, mediaType, sizeBytes } = picture
      const etag = `"${analysis.attempt}-${fileName}"`
      return sendDownload(request, reply, storage, { key, mediaType, fileName, sizeBytes, etag, cacheControl: privately['cache-control'] })
    }
  )

  /** @throws {Problem} `not_found` */
  async function shared(request: FastifyRequest<{ Params: { token: string } }>, reply: FastifyReply) {
    reply.headers(privately)
    const found = await findShared(db, request.params.token)
    if (found === undefined) throw new Problem('not_found')
    return found
  }
}

const binary = { description: 'The bytes', content: { '*/*': { schema: Type.String({ format: 'binary' }) } } }

/** The address is the key to what it shows: no copy of it may outlive it, no search engine list it, no other site be told it. */
const privately = { 'cache-control': 'private, no-store', 'x-robots-tag': 'noindex, nofollow', 'referrer-policy': 'no-referrer' } as const

/** @throws {Problem} `not_found` */
function ownOf({ params: { id }, caller: { accountId } }: FastifyRequest<{ Params: { id: string } }>): { accountId: string; analysisId: string } {
  if (!isUuid(id)) throw new Problem('not_found')
  return { accountId, analysisId: id }
}

/** @throws {Problem} `invalid_request` */
function expiryOf(given: string | null | undefined): Date | null {
  if (given === null) return null
  if (given === undefined) return new Date(Date.now() + DAYS * 24 * 60 * 60 * 1_000)
  const expiresAt = new Date(given)
  if (!(expiresAt.getTime() > Date.now())) throw new Problem('invalid_request', sentence('It would have expired already.'))
  return expiresAt
}
