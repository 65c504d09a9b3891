import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Cookie } from '../accounts/cookies.ts'
import { languages, type Language } from '../language/language.ts'
import { languageOf } from '../language/requestLanguage.ts'
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
export const webPages: FastifyPluginAsync<{ cookie: Cookie }> = async (app, { cookie }) => {
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

  const links = preloadLinks()
  for (const path of paths) {
    app.get(path, { schema: { hide: true } }, (request, reply) => {
      const link = links[languageOf(request)]
      const isAnalyse = path === '/' && cookie.read(request) !== undefined
      // The page is the same for everybody: only what is asked for early differs.
      reply.headers({ link: isAnalyse ? `${link}, ${links.analyse}` : link, vary: 'Accept-Language' })
      return sendPage(reply, path)
    })
  }
}

/** What Vite writes down of a file that it makes. */
interface Made {
  file: string
  imports?: string[]
  css?: string[]
}

/**
 * `Link` headers (RFC 8288) with what the page is going to load: a browser asks for all of it at once, and not for one thing
 * when another has come and has run. They are the page's script, who is signed in (`state/session.ts`), and the texts of a
 * language; `analyse` is what `/` is for people who are signed in.
 */
function preloadLinks(): Record<Language | 'analyse', string> {
  const manifest = JSON.parse(readFileSync(`${built}/.vite/manifest.json`, 'utf8')) as Record<string, Made>
  const linksOf = (source: string): string[] => {
    const made = manifest[source]
    if (made === undefined) throw new Error(`The pages were built without ${source}: \`npm run web\` builds them anew.`)
    const { file, imports = [], css = [] } = made
    return [`</${file}>; rel=modulepreload`, ...css.map((style) => `</${style}>; rel=preload; as=style; crossorigin`), ...imports.flatMap(linksOf)]
  }
  const page = [...linksOf('index.html'), '</v1/session>; rel=preload; as=fetch; crossorigin']
  const more = (source: string) => linksOf(source).filter((link) => !page.includes(link))
  const forLanguage = (language: Language) => [language, [...page, ...more(`language/${language}.ts`)].join(', ')]
  return { ...Object.fromEntries(languages.map(forLanguage)), analyse: more('pages/Analyse.tsx').join(', ') }
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
