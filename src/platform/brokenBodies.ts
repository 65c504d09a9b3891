import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from './problem.ts'

/**
 * A client may be gone before its body is read, while it is found out who it is. Whoever began to read then would wait for ever: a stream
 * tells of its end once, and neither Fastify's parsers nor that of forms ask for one that was before they listened.
 */
export function refuseBrokenBodies(app: FastifyInstance): void {
  app.addHook('preParsing', async (request) => refuseBrokenBody(request))
}

/** The same, to be called right before a body is read that Fastify does not read. @throws {Problem} `upload_incomplete` */
export function refuseBrokenBody({ raw }: FastifyRequest): void {
  const hasBody = raw.headers['transfer-encoding'] !== undefined || Number(raw.headers['content-length'] ?? 0) > 0
  if (hasBody && raw.destroyed && !raw.readableEnded) throw new Problem('upload_incomplete')
}
