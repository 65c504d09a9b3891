import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import { fileURLToPath } from 'node:url'

/**
 * Everything comes from here, and nothing else may run: a file name shown on the page can't become a script, and a
 * browser that knows trusted types refuses to make markup of text at all.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'"
].join('; ')

/** The page at `/`, the two that mails lead to, and what they load. */
export const webPages: FastifyPluginAsync = async (app) => {
  await app.register(fastifyStatic, {
    root: fileURLToPath(new URL('public', import.meta.url)),
    // One route for each file that is there: every other address is answered like any address that is none.
    wildcard: false,
    // These files are small: whoever asks for a part gets the whole, as HTTP allows.
    acceptRanges: false,
    cacheControl: false,
    setHeaders(reply) {
      // Names don't change with the content, so a browser asks each time whether its copy is still right (ETag).
      reply.header('cache-control', 'no-cache')
      reply.header('content-security-policy', contentSecurityPolicy)
      reply.header('cross-origin-resource-policy', 'same-origin')
      reply.header('x-content-type-options', 'nosniff')
      reply.header('referrer-policy', 'same-origin')
    }
  })
  // Where the links in mails lead.
  for (const page of ['confirm', 'reset']) {
    app.get(`/${page}`, { schema: { hide: true } }, (_request, reply) => reply.sendFile(`${page}.html`))
  }
}
