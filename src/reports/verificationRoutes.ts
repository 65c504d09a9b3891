import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Value } from 'typebox/value'
import { validate as isUuid } from 'uuid'
import { verdicts } from '../engine/types.ts'
import { asc, isNull } from '../platform/drizzle.ts'
import { PUBLIC_FOR_MINUTES, PUBLIC_IF_ASKED } from '../platform/caching.ts'
import type { Database } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import { turnstile } from '../platform/turnstile.ts'
import { reportKeys } from './tables.ts'
import { outcomes, reportOf, statementOf, verifyFileHash, verifyPdf, verifyPdfHash, type SignedReport } from './verification.ts'

/** Ours are smaller; whoever has a larger one can send its hash. */
const PDF_BYTES = 8 * 1024 * 1024
const PDFS_AT_ONCE = 16

const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' })
const Id = Type.String({ format: 'uuid' })
const Time = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

const Hashes = Type.Union([Type.Object({ pdf: Sha256, report: Type.Optional(Id) }), Type.Object({ file: Sha256, report: Id })])

const ReportSchema = Type.Object({
  id: Id,
  mediaSha256: Type.String({ description: 'Of the file that it speaks of' }),
  verdict: Type.Enum(verdicts),
  engineVersion: Type.String(),
  madeAt: Time,
  pdfSha256: Type.String({ description: 'Of the report itself' }),
  kid: Type.String({ description: 'The key that has signed it, in `/.well-known/jwks.json`' }),
  keyRevokedAt: Nullable(Type.String({ format: 'date-time', description: 'Since when that key, and so the report, should not be believed' })),
  links: Type.Object({ signature: Type.String() })
})

const shown = (report: SignedReport) => ({
  ...statementOf(report),
  pdfSha256: report.sha256,
  kid: report.kid,
  keyRevokedAt: report.keyRevokedAt?.toISOString() ?? null,
  links: { signature: `/v1/reports/${report.id}/signature` }
})

/** For everybody, without an account: `/v1/reports` and the public keys. */
export const verificationRoutes: FastifyPluginAsyncTypebox<{ db: Database }> = async (app, { db }) => {
  const tags = ['Reports']
  const params = Type.Object({ id: Type.String() })

  app.get(
    '/v1/reports/:id',
    {
      config: { public: true, cache: PUBLIC_IF_ASKED },
      schema: {
        operationId: 'getReportStatement',
        summary: 'What a report says, of which somebody has the id',
        description:
          'Whether a PDF is that report, and whether a file is the one that it speaks of, is told by `POST /v1/reports/verify`. ' +
          'It stays when the analysis is deleted.',
        tags,
        params,
        response: { 200: ReportSchema }
      }
    },
    async ({ params }) => shown(await reportById(params.id))
  )

  app.get(
    '/v1/reports/:id/signature',
    {
      config: { public: true, cache: PUBLIC_IF_ASKED },
      schema: {
        operationId: 'getReportSignature',
        summary: 'The detached signature of a report',
        description:
          'A JWS in its compact form, whose payload is left out: the bytes of the PDF, not encoded (RFC 7515 appendix F, RFC 7797). ' +
          'Its header holds what the report says.',
        tags,
        params,
        response: { 200: { description: 'The signature', content: { 'application/jose': { schema: Type.String() } } } }
      }
    },
    async ({ params }, reply) => {
      const { id, jws } = await reportById(params.id)
      return reply.type('application/jose').header('content-disposition', `attachment; filename="faketect-report-${id}.jws"`).send(jws)
    }
  )

  await app.register(async (scope) => {
    // Whoever sends whole PDFs shall not fill the memory with them.
    const places = turnstile(PDFS_AT_ONCE, 0)
    scope.addHook('onRequest', async (request, reply) => {
      if (!/^application\/pdf\b/i.test(request.headers['content-type'] ?? '')) return
      await places.enter(AbortSignal.timeout(1_000)).catch((error: unknown) => {
        throw new Problem('too_busy', undefined, { cause: error })
      })
      reply.raw.once('close', () => places.leave())
    })
    scope.addContentTypeParser('application/pdf', { parseAs: 'buffer', bodyLimit: PDF_BYTES }, async (_request: unknown, body: Buffer) => body)

    scope.post(
      '/v1/reports/verify',
      {
        config: { public: true },
        schema: {
          operationId: 'verifyReport',
          summary: 'Check a report, or a file against a report',
          description:
            'Send hashes that were made where the files are: `{"pdf": SHA-256, "report": id}` for a report, the id being optional, ' +
            'or `{"file": SHA-256, "report": id}` for a file; or the bytes of a report as `application/pdf`, of at most ' +
            `${PDF_BYTES / 1024 / 1024} MB, whose signature is then checked as well. For a report the outcome is \`valid\`, ` +
            '`altered` (there is a report of that id, of other bytes), `unknown`, `signature_invalid` or `key_revoked`; ' +
            'for a file `matches`, `differs`, `unknown` or `key_revoked`.',
          tags,
          querystring: Type.Object({ report: Type.Optional(Id) }),
          // Bytes have no schema.
          body: { content: { 'application/json': { schema: Hashes }, 'application/pdf': { schema: {} } } },
          response: { 200: Type.Object({ outcome: Type.Enum(outcomes), report: Nullable(ReportSchema) }) }
        }
      },
      async (request) => {
        const { body, query } = request as { body: unknown; query: { report?: string } }
        const { outcome, report } = await verify(body, query.report)
        return { outcome, report: report === undefined ? null : shown(report) }
      }
    )
  })

  const jwks = { operationId: 'listReportKeys', summary: 'The public keys that reports are checked with, as a JWK Set (RFC 8037)', tags, security: [] }
  app.get('/.well-known/jwks.json', { config: { cache: PUBLIC_FOR_MINUTES }, schema: jwks }, async (request, reply) => {
    await app.limits.takeRequest(request, reply)
    // A revoked key is left out: whoever checks a report without asking us must not find it.
    const keys = await db.select({ jwk: reportKeys.jwk }).from(reportKeys).where(isNull(reportKeys.revokedAt)).orderBy(asc(reportKeys.firstUsedAt))
    return reply.type('application/jwk-set+json').send(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }))
  })

  async function verify(body: unknown, id: string | undefined) {
    if (Buffer.isBuffer(body)) return verifyPdf(db, body, id)
    // Of other types, and of none, nobody has looked whether it fits.
    if (!Value.Check(Hashes, body)) throw new Problem('unsupported_media_type')
    return 'file' in body ? verifyFileHash(db, body.file, body.report) : verifyPdfHash(db, body.pdf, body.report ?? id)
  }

  async function reportById(id: string): Promise<SignedReport> {
    const report = isUuid(id) ? await reportOf(db, id) : undefined
    if (report === undefined) throw new Problem('not_found')
    return report
  }
}
