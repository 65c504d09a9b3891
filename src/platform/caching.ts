import { hash } from 'node:crypto'
import type { FastifyContextConfig } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The `Cache-Control` of what the route answers with success, where it is not the usual one: see `cacheControlOf`. */
    cache?: string
  }
}

/** For what may be kept by everybody, and is asked for again after five minutes. */
export const PUBLIC_FOR_MINUTES = 'public, max-age=300'
/** For what everybody may see, and may be other at any time: whoever has it asks whether it still is the same. */
export const PUBLIC_IF_ASKED = 'public, no-cache'

/** What is said where a route says nothing of its own. */
const OF_AN_ACCOUNT = 'private, no-cache'
const NOT_AT_ALL = 'no-store'

/**
 * What may be done with the answers of a route. An account's own things may be kept by its browser, which asks each time
 * whether they are still right and its user still may see them; by no cache that others use. All the rest is kept by
 * nobody, unless the route says so: what is made or changed, what can be withdrawn, and every error.
 */
export function cacheControlOf(route: { method: string | string[]; url: string; config?: FastifyContextConfig | undefined }): string {
  const { method, url, config = {} } = route
  if (config.cache !== undefined) return config.cache
  const isRead = [method].flat().every((one) => one === 'GET' || one === 'HEAD')
  return isRead && url.startsWith('/v1/') && config.public !== true ? OF_AN_ACCOUNT : NOT_AT_ALL
}

/** Whether an answer with this `Cache-Control` has an `ETag`: who may not keep it has nothing to ask about. */
export const isConditional = (cacheControl: string): boolean => !cacheControl.includes('no-store')

/**
 * Each answer says who may keep it. What is read has an `ETag`, the hash of its bytes, by which it is not sent again to
 * whoever has it: as it follows from all that is sent, there is nothing that could change without it, be it the language,
 * the caller, or the words that a later version chooses.
 */
export const caching = fp(async (app) => {
  app.addHook('onSend', async ({ routeOptions, headers }, reply, payload) => {
    const { method, url = '', config } = routeOptions
    if (!reply.hasHeader('cache-control')) {
      reply.header('cache-control', reply.statusCode < 300 || reply.statusCode === 304 ? cacheControlOf({ method, url, config }) : NOT_AT_ALL)
    }
    if (reply.statusCode !== 200 || typeof payload !== 'string' || !isConditional(String(reply.getHeader('cache-control')))) return payload
    const etag = `"${hash('sha256', payload, 'base64url').slice(0, 22)}"`
    reply.header('etag', etag)
    if (!isKnown(headers['if-none-match'], etag)) return payload
    reply.code(304).removeHeader('content-type')
    return null
  })
}, { name: 'caching' })

/**
 * Whether `If-None-Match` names what would be sent (RFC 9110 §13.1.2). Weak tags count: a proxy that compresses an answer
 * makes its tag weak.
 * @param etag a strong one
 */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  const known: string[] = ifNoneMatch.match(/"[^"]*"/g) ?? []
  return ifNoneMatch.trim() === '*' || known.includes(etag)
}
