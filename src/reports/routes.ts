import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import type { KeyObject } from 'node:crypto'
import { validate as isUuid } from 'uuid'
import { copiesOf } from '../analyses/copies.ts'
import { findAnalysis } from '../analyses/queries.ts'
import { inclusions } from '../analyses/redact.ts'
import { languages } from '../language/language.ts'
import { answerLanguage } from '../language/requestLanguage.ts'
import { isKnown } from '../platform/caching.ts'
import type { Database } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import type { Storage } from '../platform/storage/storage.ts'
import { openDrawer } from './drawing.ts'
import { openReports, type MadeReport } from './reports.ts'
import { signingKeyOf } from './signingKey.ts'
import { verificationRoutes } from './verificationRoutes.ts'

export interface ReportRoutesOptions {
  db: Database
  storage: Storage
  origin: () => string
  /** Undefined where each machine makes its own. */
  signingKey: KeyObject | undefined
  dataDir: string
}

/** Reports: made for the owner of an analysis, and checked by anybody. */
export const reportRoutes: FastifyPluginAsyncTypebox<ReportRoutesOptions> = async (app, options) => {
  const { db, storage, origin, signingKey, dataDir } = options
  const drawer = openDrawer((error) => app.log.error({ err: error }, 'A thread that draws reports has died'))
  app.addHook('onClose', () => drawer.close())
  const reports = openReports({ db, storage, drawer, signingKey: signingKeyOf(signingKey, dataDir), origin })
  await app.register(verificationRoutes, { db })

  app.get(
    '/v1/analyses/:id/report.pdf',
    {
      schema: {
        operationId: 'getReport',
        summary: 'The report of an analysis, as a signed PDF',
        description:
          'Its detached signature is where `Link` with `rel="describedby"` leads; the QR code in it leads to the page where anybody can check it. ' +
          'Places, serial numbers and prompts are left out unless they are named by `include`, once for each. Asked for again, it is the same report.',
        tags: ['Reports'],
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object({
          include: Type.Array(Type.Enum(inclusions), { default: [], uniqueItems: true, maxItems: inclusions.length }),
          language: Type.Optional(Type.Enum(languages, { description: 'In place of `Accept-Language`' }))
        }),
        response: { 200: { description: 'The report', content: { 'application/pdf': { schema: Type.String({ format: 'binary' }) } } } }
      }
    },
    async (request, reply) => {
      const { id } = request.params
      const row = isUuid(id) ? await findAnalysis(db, request.caller.accountId, id) : undefined
      if (row === undefined) throw new Problem('not_found')
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const { language = answerLanguage(request, reply), include } = request.query
      reply.header('content-language', language)
      const isKnownBy = (sha256: string) => isKnown(request.headers['if-none-match'], etagOf(sha256))
      const made = await reports.get({ row, language, include, isKnown: isKnownBy }, gone.signal)
      return sendReport(reply.header('cache-control', copiesOf([row])), made)
    }
  )
}

const etagOf = (sha256: string) => `"${sha256}"`

function sendReport(reply: FastifyReply, { report, pdf }: MadeReport): FastifyReply {
  reply.headers({
    etag: etagOf(report.sha256),
    link: `</v1/reports/${report.id}/signature>; rel="describedby"; type="application/jose", </v1/reports/${report.id}>; rel="about"`
  })
  if (pdf === undefined) return reply.code(304).send()
  return reply
    .headers({
      'content-disposition': `inline; filename="faketect-report-${report.id}.pdf"`,
      'content-length': report.sizeBytes,
      'x-content-type-options': 'nosniff'
    })
    .type('application/pdf')
    .send(pdf)
}
