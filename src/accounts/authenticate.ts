import fastifyCookie from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Database } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import { findCallerByKey, type Caller } from './apiKeys.ts'
import { findCallerBySession, SESSION_DAYS } from './sessions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request; set on every route below `/v1` that needs somebody. */
    caller: Caller
  }
  interface FastifyContextConfig {
    /** A route that anybody may call. */
    public?: boolean
  }
}

/** The cookie's rules follow from how the service is reached. */
export interface SessionCookie {
  read(request: FastifyRequest): string | undefined
  set(reply: FastifyReply, secret: string): FastifyReply
  clear(reply: FastifyReply): FastifyReply
}

export function sessionCookie(publicUrl: URL | undefined): SessionCookie {
  const secure = publicUrl?.protocol === 'https:'
  // The prefix makes browsers refuse such a cookie from a subdomain or without TLS.
  const name = secure ? '__Host-ft_session' : 'ft_session'
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const
  return {
    read: (request) => request.cookies[name],
    set: (reply, secret) => reply.setCookie(name, secret, { ...options, maxAge: SESSION_DAYS * 86_400 }),
    clear: (reply) => reply.clearCookie(name, options)
  }
}

/**
 * Finds out who calls, before a body is read: by `Authorization: Bearer ft_live_…`, else by the session cookie.
 * Every route below `/v1` needs somebody unless its config says `public`.
 */
export const authenticate = fp<{ db: Database; cookie: SessionCookie }>(async (app, { db, cookie }) => {
  await app.register(fastifyCookie)
  app.decorateRequest('caller')

  app.addHook('onRequest', async (request) => {
    const { url, config } = request.routeOptions
    if (url === undefined || !url.startsWith('/v1/') || config.public === true) return
    const caller = await callerOf(request)
    if (caller === undefined) {
      throw new Problem('unauthorized', undefined, { headers: { 'www-authenticate': 'Bearer realm="FakeTect"' } })
    }
    request.caller = caller
  })

  async function callerOf(request: FastifyRequest): Promise<Caller | undefined> {
    const { authorization } = request.headers
    if (authorization !== undefined) {
      const [scheme, key] = authorization.split(' ', 2)
      return scheme?.toLowerCase() === 'bearer' && key !== undefined ? findCallerByKey(db, key.trim()) : undefined
    }
    const secret = cookie.read(request)
    if (secret === undefined) return undefined
    refuseCrossSite(request)
    return findCallerBySession(db, secret)
  }
}, { name: 'authenticate' })

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * A browser sends the cookie along with requests that another site makes it send; SameSite=Lax keeps most of them
 * out, this keeps out the rest (a sibling subdomain is the same *site*, but another origin). Browsers that say
 * nothing of `Sec-Fetch-Site` say `Origin`.
 */
export function refuseCrossSite(request: FastifyRequest): void {
  if (SAFE_METHODS.has(request.method)) return
  const { 'sec-fetch-site': site, origin } = request.headers
  const sameOrigin = site === undefined ? origin !== undefined && originHost(origin) === request.host : site === 'same-origin'
  if (!sameOrigin) throw new Problem('cross_site_request')
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
