import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'

/** What tells clients that are not signed in apart: the address of the connection, of IPv6 the /64 that a client has. */
export const addressOf = (request: FastifyRequest): string => normalizeIP(request.ip)
