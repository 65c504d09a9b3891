import { LogController, type FastifyReply, type FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Tracing } from './tracing.ts'

/** The tokens of links that were shared stand in addresses, for want of another place that a picture's address has. */
const secret = /(\/shared\/)[^/?#]+/
/** What is asked for may be somebody's name, or a secret that belongs into a header. */
const query = /\?.*$/s

/** What the log holds of a request: as Fastify has it, without what opens something to whoever reads the log. */
export function loggedRequest({ method, url, host, ip, socket }: FastifyRequest) {
  return { method, url: url.replace(secret, '$1…').replace(query, '?…'), host, remoteAddress: ip, remotePort: socket.remotePort }
}

/** The lines that Fastify writes of each request: as it has them, but that a client which hangs up is no error of ours. */
export class RequestLines extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'requestId' })
  }

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    if (!error) return super.requestCompleted(error, request, reply)
    reply.log.info({ res: reply, err: error, responseTime: reply.elapsedTime }, 'request broken off')
  }
}

/** The routes of one analysis. */
const ofAnalysis = '/v1/analyses/:id'

/**
 * Names in each further line of a request who makes it, which analysis it is about and the trace that it belongs to. Registered behind
 * what finds out who calls.
 */
export const requestLog = fp<{ tracing: Tracing }>(async (app, { tracing }) => {
  app.addHook('onRequest', async (request, reply) => {
    const { caller, params, routeOptions } = request
    const traceId = tracing.traceId()
    const analysisId = routeOptions.url?.startsWith(ofAnalysis) === true ? (params as { id: string }).id : undefined
    const log = request.log.child({
      ...(caller && { accountId: caller.accountId }),
      ...(analysisId !== undefined && { analysisId }),
      ...(traceId !== undefined && { traceId })
    })
    request.log = log
    reply.log = log
  })
}, { name: 'request-log' })
