import type { FastifyRequest } from 'fastify'

/** The tokens of links that were shared stand in addresses, for want of another place that a picture's address has. */
const secret = /(\/shared\/)[^/?#]+/

/** What the log holds of a request: as Fastify has it, without what opens something to whoever reads the log. */
export function loggedRequest({ method, url, host, ip, socket }: FastifyRequest) {
  return { method, url: url.replace(secret, '$1…'), host, remoteAddress: ip, remotePort: socket.remotePort }
}
