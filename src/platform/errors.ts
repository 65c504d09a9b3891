import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerLanguage } from '../language/requestLanguage.ts'
import { sentence, type Sentence } from '../language/sentence.ts'
import { invalidRequest } from './invalidRequest.ts'
import { Problem, problemForStatus, problemMediaType, rawProblemAnswer, type ProblemCode } from './problem.ts'
import { isDatabaseUnavailable } from './postgres.ts'
import { StorageFull, StorageUnavailable } from './storage/storage.ts'

/**
 * Every error of every route, and every address that is none, becomes a problem answer with a stable code.
 * @param onProblem told of each
 */
export function answerProblems(app: FastifyInstance, onProblem: (problem: Problem) => void): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    // RFC 9112 §3.2
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined) throw new Problem('bad_request', sentence('The request does not name its host.'))
  })

  app.setErrorHandler((error: FastifyError, request, reply) => {
    onProblem(asProblem(error))
    return answerProblem(error, request, reply)
  })

  app.setNotFoundHandler((request) => {
    throw new Problem('not_found', sentence('Nothing answers {method} here.', { method: request.method }))
  })
}

/** A machine that is being taken out answers what still reaches it by a word to come back, elsewhere. */
export function refuseWhenClosing(app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onRequest', async () => {
    if (closing) throw new Problem('shutting_down', undefined, { headers: { connection: 'close', 'retry-after': '1' } })
  })
}

/** No failures of ours: too many at once, of which writing each down would make it worse, and what comes while the machine is taken out. */
const expected: ReadonlySet<ProblemCode> = new Set(['too_busy', 'shutting_down'])

/** Answers one error; also for those that happen before there is a route, such as an address that can't be decoded. */
export function answerProblem(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = asProblem(error)
  if (problem.status >= 500 && !expected.has(problem.code)) {
    const route = `${request.method} ${request.routeOptions.url ?? ''}`
    request.log.error({ err: error, code: problem.code, route }, 'The request failed')
  }
  return reply
    .code(problem.status)
    .headers({ 'x-request-id': request.id, 'cache-control': 'no-store', ...problem.headers })
    .removeHeader('etag')
    .type(problemMediaType)
    .send(problem.body(request.id, answerLanguage(request, reply)))
}

/** What an error is to the client: the problem itself, or the one that stands for it. */
export function asProblem(error: Error & Partial<Pick<FastifyError, 'validation' | 'validationContext' | 'statusCode' | 'code'>>): Problem {
  if (error instanceof Problem) return error
  if (error.validation !== undefined) return invalidRequest(error.validation, error.validationContext ?? '')
  if (error instanceof StorageFull) return new Problem('storage_full', undefined, { cause: error })
  if (error instanceof StorageUnavailable) return new Problem('storage_unavailable', undefined, { cause: error })
  if (isDatabaseUnavailable(error)) return new Problem('database_unavailable', undefined, { cause: error })
  if (error.statusCode !== undefined) return problemForStatus(error.statusCode, refusedByFastify(error.code))
  return new Problem('internal_error', undefined, { cause: error })
}

/** What a refusal of Fastify's own says to the client; its title has to do for the others. */
function refusedByFastify(code: string | undefined): Sentence | undefined {
  switch (code) {
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return sentence('The body is not valid JSON.')
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return sentence('The body is empty, though its type says JSON.')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return sentence('The body is longer or shorter than its Content-Length says.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return sentence('Send a Content-Type that this address takes.')
    case 'FST_ERR_BAD_URL':
      return sentence('The address can not be decoded.')
    default:
      return undefined
  }
}

const clientErrors: Record<string, [status: number, code: ProblemCode]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout'],
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large']
}

/** Answers what is no HTTP request at all, or never becomes a whole one. */
export function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, code] = clientErrors[error.code ?? ''] ?? [400, 'bad_request']
  socket.end(rawProblemAnswer(status, code, randomUUID()))
}
