import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ledger } from '../ledger/queue.ts'
import { cutPage, idOfCursor } from '../platform/page.ts'
import type { Database } from '../platform/postgres.ts'
import type { Read } from '../platform/replica.ts'
import { listAudit, listFailures, listFeedback, openWork } from './queries.ts'
import { AdminFeedbackSchema, AuditEntrySchema, FailureSchema, QueueSchema } from './resource.ts'

/** What it tells of others is kept by no browser. */
const config = { role: 'admin', cache: 'no-store' } as const
const tags = ['Admin']
const Next = Type.Union([Type.String(), Type.Null()])

/** The parts of a query that ask for a page. */
export const Page = {
  cursor: Type.Optional(Type.String({ description: 'From the `next` link of the page before' })),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 })
}

/** Reads a page by its cursor, newest first. */
export async function pageOf<Row extends { id: string }>(
  request: FastifyRequest,
  reply: FastifyReply,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
  read: (page: { limit: number; before: string | undefined }) => Promise<Row[]>
): Promise<{ rows: Row[]; next: string | null }> {
  const before = cursor === undefined ? undefined : idOfCursor(cursor)
  return cutPage(request, reply, await read({ limit: limit + 1, before }), limit)
}

/** How the work stands, what went wrong, what people know better, and what admins did. */
export const listRoutes: FastifyPluginAsyncTypebox<{ db: Database; read: Read; ledger: Ledger }> = async (app, { db, read, ledger }) => {
  app.get(
    '/v1/admin/queue',
    { config, schema: { operationId: 'adminGetQueue', summary: 'What waits and what is worked on', tags, response: { 200: QueueSchema } } },
    async () => {
      const [jobs, open] = await Promise.all([ledger.counts(), openWork(db)])
      return { jobs, ...open }
    }
  )

  app.get(
    '/v1/admin/failures',
    {
      config,
      schema: {
        operationId: 'adminListFailures',
        summary: 'The latest analyses that failed, of all accounts',
        tags,
        querystring: Type.Object(Page),
        response: { 200: Type.Object({ failures: Type.Array(FailureSchema), next: Next }) }
      }
    },
    async (request, reply) => {
      const { rows, next } = await pageOf(request, reply, request.query, (page) => read((db) => listFailures(db, page)))
      return { failures: rows, next }
    }
  )

  app.get(
    '/v1/admin/feedback',
    {
      config,
      schema: {
        operationId: 'adminListFeedback',
        summary: 'Verdicts that people say are wrong',
        tags,
        querystring: Type.Object(Page),
        response: { 200: Type.Object({ feedback: Type.Array(AdminFeedbackSchema), next: Next }) }
      }
    },
    async (request, reply) => {
      const { rows, next } = await pageOf(request, reply, request.query, (page) => read((db) => listFeedback(db, page)))
      return { feedback: rows.map(({ mediaKey, ...row }) => ({ ...row, fileKept: mediaKey !== null })), next }
    }
  )

  app.get(
    '/v1/admin/audit-log',
    {
      config,
      schema: {
        operationId: 'adminListAuditLog',
        summary: 'What was done to accounts, and by whom',
        description: 'Nobody can change or remove an entry. Without an actor it was a command on the machine, or billing.',
        tags,
        querystring: Type.Object({ ...Page, accountId: Type.Optional(Type.String({ format: 'uuid' })) }),
        response: { 200: Type.Object({ entries: Type.Array(AuditEntrySchema), next: Next }) }
      }
    },
    async (request, reply) => {
      const { accountId } = request.query
      const { rows, next } = await pageOf(request, reply, request.query, (page) => read((db) => listAudit(db, { ...page, accountId })))
      return { entries: rows, next }
    }
  )
}
