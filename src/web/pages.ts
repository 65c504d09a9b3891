import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { paths } from './paths.ts'

/** Made by `npm run web`, as `npm start` and `npm test` do when it is old. */
const built = fileURLToPath(new URL('../../dist/web', import.meta.url))

/**
 * Everything comes from here, and nothing else may run: a file name shown on the page can't become a script, and a
 * browser that knows trusted types refuses to make markup of text at all. `blob:` is for pictures that somebody has
 * chosen and not sent yet; as a picture nothing in them runs.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'"
].join('; ')

/** The browser app: one page for all of its addresses, and the files that it loads. */
export const webPages: FastifyPluginAsync = async (app) => {
  if (!existsSync(`${built}/index.html`)) throw new Error('The pages are not built: `npm run web` builds them.')

  await app.register(fastifyStatic, {
    root: `${built}/assets`,
    prefix: '/assets/',
    preCompressed: true,
    // These files are small: whoever asks for a part gets the whole, as HTTP allows.
    acceptRanges: false,
    cacheControl: false,
    setHeaders: (reply, file) => {
      // The name of an asset holds its content's hash: what it names never changes. The page names the assets of its
      // version, so a browser asks each time whether its copy is still right (ETag).
      const isAsset = file.startsWith(`${built}/assets/`)
      reply.header('cache-control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache')
      reply.header('cross-origin-resource-policy', 'same-origin')
      reply.header('x-content-type-options', 'nosniff')
    }
  })

  for (const path of paths) app.get(path, { schema: { hide: true } }, (_request, reply) => sendPage(reply, path))
}

function sendPage(reply: FastifyReply, path: string): FastifyReply {
  reply.header('content-security-policy', contentSecurityPolicy)
  reply.header('cross-origin-opener-policy', 'same-origin')
  // Whoever has the address of a shared result may see it: it is told to nobody, not even in our own logs.
  reply.header('referrer-policy', path.startsWith('/shared/') ? 'no-referrer' : 'same-origin')
  // Whoever is sent a link to an analysis did not agree that everybody finds it.
  if (path !== '/') reply.header('x-robots-tag', 'noindex')
  return reply.sendFile('index.html', built)
}
