import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import type { PlanName } from './plans.ts'

/** Who is counted: an account, or the address of a caller that is not known. */
export interface Subject {
  /** In braces, so that all that is counted for one subject lies on one node of a Redis Cluster. */
  key: string
  /** Undefined for a caller that is not known. */
  plan: PlanName | undefined
}

/**
 * Nothing that a client says of itself counts, such as its user agent. Of IPv6 a client has a /64; an IPv4 address in
 * the form of IPv6 is that IPv4 address. Behind a proxy the address is the one that Fastify's `trustProxy` finds.
 */
export function subjectOf(request: FastifyRequest): Subject {
  // On routes for anybody there is no caller.
  const caller = request.caller as FastifyRequest['caller'] | undefined
  if (caller !== undefined) return { key: `{${caller.accountId}}`, plan: caller.plan }
  return { key: `{${normalizeIP(request.ip)}}`, plan: undefined }
}
