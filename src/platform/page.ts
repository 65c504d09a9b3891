import type { FastifyReply, FastifyRequest } from 'fastify'
import { validate as isUuid } from 'uuid'
import { Problem } from './problem.ts'

/** The id that a page's cursor names. @throws {Problem} `invalid_cursor` */
export function idOfCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString()
  if (!isUuid(id)) throw new Problem('invalid_cursor')
  return id
}

/**
 * Cuts a page out of rows that were asked for with a limit of one more, and names the next page in `Link` (RFC 8288).
 * @returns the rows of the page, and the address of the next one; null when this is the last
 */
export function cutPage<Row extends { id: string }>(
  request: FastifyRequest,
  reply: FastifyReply,
  rows: Row[],
  limit: number
): { rows: Row[]; next: string | null } {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  if (last === undefined) return { rows, next: null }
  const next = pageAfter(request, last.id)
  reply.header('link', `<${next}>; rel="next"`)
  return { rows: rows.slice(0, limit), next }
}

/** The address of the next page: this one's, with another cursor. */
function pageAfter(request: FastifyRequest, id: string): string {
  const url = new URL(request.url, 'http://localhost')
  url.searchParams.set('cursor', Buffer.from(id).toString('base64url'))
  return url.pathname + url.search
}
