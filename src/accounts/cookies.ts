import type { FastifyReply, FastifyRequest } from 'fastify'
import { SESSION_DAYS } from './sessions.ts'

const DEVICE_DAYS = 400

/** A cookie of ours; its rules follow from how the service is reached. */
export interface Cookie {
  read(request: FastifyRequest): string | undefined
  set(reply: FastifyReply, value: string): FastifyReply
  clear(reply: FastifyReply): FastifyReply
}

/** Who is signed in. */
export const sessionCookie = (publicUrl: URL | undefined): Cookie => cookie('ft_session', SESSION_DAYS, publicUrl)

/** That somebody has signed in here before, see `device.ts`. */
export const deviceCookie = (publicUrl: URL | undefined): Cookie => cookie('ft_device', DEVICE_DAYS, publicUrl)

function cookie(plainName: string, days: number, publicUrl: URL | undefined): Cookie {
  const secure = publicUrl?.protocol === 'https:'
  // The prefix makes browsers refuse such a cookie from a subdomain or without TLS.
  const name = secure ? `__Host-${plainName}` : plainName
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const
  return {
    read: (request) => request.cookies[name],
    set: (reply, value) => reply.setCookie(name, value, { ...options, maxAge: days * 86_400 }),
    clear: (reply) => reply.clearCookie(name, options)
  }
}
