import type { FastifyInstance } from 'fastify'
import { rawProblemAnswer } from './problem.ts'

const LOOK_EVERY_MS = 10_000
/** Slower than the slowest line that anybody uploads over. */
const LEAST_BYTES_PER_SECOND = 256

/**
 * Closes connections whose body hardly moves: a client that sends a byte a second is never idle, and would hold its
 * socket until the time-out of the whole request. One that we do not read from is not to blame.
 */
export function closeSlowBodies(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const { raw, headers } = request
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return
    const { socket } = raw
    let seen = socket.bytesRead
    const looking = setInterval(() => {
      // A body that is left unread when its connection is closed never says so itself.
      if (raw.complete || socket.destroyed) return clearInterval(looking)
      const came = socket.bytesRead - seen
      seen = socket.bytesRead
      if (came >= (LEAST_BYTES_PER_SECOND * LOOK_EVERY_MS) / 1_000 || raw.readableLength > 0 || socket.isPaused()) return
      clearInterval(looking)
      socket.end(rawProblemAnswer(408, 'request_timeout', request.id), () => socket.destroy())
    }, LOOK_EVERY_MS).unref()
    raw.once('close', () => clearInterval(looking))
  })
}
