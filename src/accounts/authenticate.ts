import fastifyCookie from '@fastify/cookie'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { sentence } from '../language/sentence.ts'
import { Problem } from '../platform/problem.ts'
import type { AccountRole, Scope } from '../platform/schema.ts'
import { accessRule, type AccessRule } from './accessRules.ts'
import type { Caller } from './apiKeys.ts'
import type { Callers } from './callers.ts'
import type { Cookie } from './cookies.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request; set on every route below `/v1` that needs somebody. */
    caller: Caller
  }
  interface FastifyContextConfig {
    /** A route that anybody may call. */
    public?: boolean
    /** What the caller needs, where `accessRules.ts` does not say so for the path. */
    scope?: Scope
    role?: AccountRole
    /** Both together, as they hold; set for every route below `/v1` that is not public. */
    access?: AccessRule
  }
}

/**
 * Finds out who calls, before a body is read: by `Authorization: Bearer ft_live_…`, else by the session cookie; and
 * whether they may. Every route below `/v1` needs somebody unless its config says `public`, and no route can be made
 * of which nobody has said what it needs.
 */
export const authenticate = fp<{ callers: Callers; cookie: Cookie }>(async (app, { callers, cookie }) => {
  await app.register(fastifyCookie)
  app.decorateRequest('caller')

  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/v1/')) return
    const { config = {} } = route
    if (config.public === true) {
      if (route.schema !== undefined) route.schema.security = []
      return
    }
    const { scope, role } = config
    const named = { ...(scope !== undefined && { scope }), ...(role !== undefined && { role }) }
    const rule = accessRule(String(route.method), route.url)
    if (rule === undefined && scope === undefined) throw new Error(`Nobody has said what ${route.url} needs: see accessRules.ts`)
    const access = { ...rule, ...named }
    route.config = { ...config, access }
    const scopes = access.scope === undefined ? [] : [access.scope]
    if (route.schema !== undefined) route.schema.security = [{ key: scopes }, { session: scopes }]
  })

  app.addHook('onRequest', async (request, reply) => {
    const { url, config } = request.routeOptions
    if (url === undefined || !url.startsWith('/v1/')) return
    if (config.public === true) {
      await app.limits.takeRequest(request, reply)
      return refuseForced(request)
    }
    const caller = await callerOf(request)
    if (caller === undefined) {
      // By its address: wrong keys use nothing up for whoever has a right one.
      await app.limits.takeRequest(request, reply)
      throw new Problem('unauthorized', undefined, { headers: { 'www-authenticate': 'Bearer realm="FakeTect"' } })
    }
    request.caller = caller
    await app.limits.takeRequest(request, reply)
    refuseWithout(caller, config.access ?? {})
  })

  async function callerOf(request: FastifyRequest): Promise<Caller | undefined> {
    const { authorization } = request.headers
    if (authorization !== undefined) {
      const [scheme, key] = authorization.split(' ', 2)
      return scheme?.toLowerCase() === 'bearer' && key !== undefined ? callers.byKey(key.trim()) : undefined
    }
    const secret = cookie.read(request)
    if (secret === undefined) return undefined
    refuseCrossSite(request)
    return callers.bySession(secret)
  }
}, { name: 'authenticate' })

/** @throws {Problem} `insufficient_scope`, `forbidden` or `email_not_confirmed` */
function refuseWithout(caller: Caller, { scope, role, confirmedEmail }: AccessRule): void {
  if (scope !== undefined) requireScope(caller, scope)
  if (role === 'admin' && caller.role !== 'admin') throw new Problem('forbidden', sentence('This is for admins.'))
  if (confirmedEmail === true && !caller.emailConfirmed) {
    throw new Problem('email_not_confirmed', sentence('Open the link in the mail, or have it sent again by `POST /v1/account/confirmation`.'))
  }
}

/** @throws {Problem} `insufficient_scope` */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.scopes.includes(scope)) return
  // RFC 6750 §3
  const challenge = `Bearer realm="FakeTect", error="insufficient_scope", scope="${scope}"`
  throw new Problem('insufficient_scope', sentence('This needs the scope "{scope}".', { scope }), { headers: { 'www-authenticate': challenge } })
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Signing somebody in from another site would let its owner watch what they upload; programs, which have no session to
 * misuse, say neither of both headers.
 */
function refuseForced(request: FastifyRequest): void {
  if (request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined) refuseCrossSite(request)
}

/**
 * A browser sends the cookie along with requests that another site makes it send; SameSite=Lax keeps most of them
 * out, this keeps out the rest (a sibling subdomain is the same *site*, but another origin). Browsers that say
 * nothing of `Sec-Fetch-Site` say `Origin`.
 */
function refuseCrossSite(request: FastifyRequest): void {
  if (SAFE_METHODS.has(request.method)) return
  const { 'sec-fetch-site': site, origin } = request.headers
  const sameOrigin = site === undefined ? origin !== undefined && originHost(origin) === request.host : site === 'same-origin'
  if (!sameOrigin) throw new Problem('cross_site_request')
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
