import type { FastifyInstance } from 'fastify'

/** How much of a refused body is still read, and for how long. */
const MAX_BYTES = 16 * 1024 * 1024
const MAX_MS = 5_000

/**
 * A request may be answered before its body has come in: 401, 413, 415. Closing the connection then would make the
 * client see a reset instead of the answer (RFC 9112 §9.6); reading on for ever would let it hold the socket. So the
 * rest is read and thrown away, up to a limit, and then the connection is closed.
 */
export function finishUnreadBodies(app: FastifyInstance): void {
  app.addHook('onResponse', async (request) => {
    const { raw } = request
    if (raw.readableEnded || raw.destroyed) return
    const { socket } = raw
    let bytes = 0
    const timer = setTimeout(() => socket.destroySoon(), MAX_MS)
    raw.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MAX_BYTES) socket.destroySoon()
    })
    raw.once('close', () => clearTimeout(timer))
    raw.once('end', () => clearTimeout(timer))
    // Whoever read it before reads no further, and would hold it back.
    raw.unpipe()
    raw.resume()
  })
}
