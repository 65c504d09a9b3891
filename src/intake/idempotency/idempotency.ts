import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { sentence } from '../../language/sentence.ts'
import type { Database } from '../../platform/postgres.ts'
import { Problem } from '../../platform/problem.ts'
import { claimKey, holdKey, keepAnswer, releaseKey, type Claim, type Kept } from './claims.ts'
import { fingerprintJson } from './fingerprint.ts'
import { readIdempotencyKey } from './header.ts'

/** What a request with an `Idempotency-Key` has found: its answer, or that it is the one to give it. */
export interface Idempotency {
  claim: Claim | undefined
  kept: Kept | undefined
  /** What the request asks for; as long as it is not known, no answer is kept. */
  fingerprint: string | undefined
  /** The answer was kept already, together with what it tells of. */
  isKept: boolean
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The route makes something, and takes an `Idempotency-Key`. `true` for a JSON body, whose answer is kept when it is
     * sent (do not set it where the answer carries a secret that is stored nowhere else); `by-itself` where the route
     * compares and keeps.
     */
    idempotent?: true | 'by-itself'
  }
  interface FastifyRequest {
    /** Undefined where the route or the client does without. */
    idempotency: Idempotency | undefined
  }
}

export interface IdempotencyOptions {
  db: Database
  /** A request without a life sign for so long is dead, and its key may be taken over. */
  staleMs: number
}

/** Refusals that are about the request itself, and will be the same the next time. */
const DEFINITE = new Set([400, 413, 415, 422])

/** `Idempotency-Key`: the same key with the same request has the same answer, and makes a thing once. Needs `request.caller`. */
export const idempotency = fp<IdempotencyOptions>(async (app, { db, staleMs }) => {
  app.decorateRequest('idempotency')
  const lifeSigns = new WeakMap<FastifyRequest, NodeJS.Timeout>()

  app.addHook('onRequest', async (request) => {
    const header = request.headers['idempotency-key']
    if (header === undefined || request.routeOptions.config.idempotent === undefined) return
    const found = await claimKey(db, request.caller.accountId, readIdempotencyKey(header), staleMs)
    const claim = 'id' in found ? found : undefined
    request.idempotency = { claim, kept: 'id' in found ? undefined : found, fingerprint: undefined, isKept: false }
    if (claim === undefined) return
    const timer = setInterval(() => {
      holdKey(db, claim).catch((error: unknown) => request.log.warn({ err: error }, 'An Idempotency-Key could not show its life sign'))
    }, staleMs / 6)
    lifeSigns.set(request, timer)
  })

  app.addHook('preValidation', async (request, reply) => {
    const { idempotency } = request
    if (idempotency === undefined || request.routeOptions.config.idempotent !== true) return undefined
    idempotency.fingerprint = fingerprintJson(`${request.method} ${request.url}`, request.body)
    const { kept, fingerprint } = idempotency
    return kept === undefined ? undefined : replay(reply, sameRequest(kept, fingerprint))
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const { claim, fingerprint, isKept } = request.idempotency ?? {}
    if (claim === undefined) return
    clearInterval(lifeSigns.get(request))
    if (isKept === true) return
    const { statusCode: status } = reply
    const keep = fingerprint !== undefined && ((status >= 200 && status < 300) || DEFINITE.has(status))
    try {
      if (keep) await keepAnswer(db, claim, { fingerprint, status, headers: shownHeaders(reply), body: bodyOf(payload) })
      else await releaseKey(db, claim)
    } catch (error) {
      // The answer is as true as before; the key can be claimed again when it has shown no life sign for a while.
      request.log.warn({ err: error }, 'The answer of an Idempotency-Key could not be kept')
    }
  })
}, { name: 'idempotency', dependencies: ['authenticate'] })

/** @throws {Problem} `idempotency_key_reused` when the answer is that of another request */
export function sameRequest(kept: Kept, fingerprint: string | undefined): Kept {
  if (kept.fingerprint !== fingerprint) throw new Problem('idempotency_key_reused', sentence('Use a new key for each new request.'))
  return kept
}

/** Gives the answer again. */
export function replay(reply: FastifyReply, { status, headers, body }: Kept): FastifyReply {
  const again = reply.code(status).headers({ ...headers, 'idempotency-replayed': 'true' })
  return body === null ? again.send() : again.send(JSON.stringify(body))
}

function shownHeaders(reply: FastifyReply): Record<string, string> {
  const names = ['location', 'content-type', 'content-language']
  return Object.fromEntries(names.flatMap((name) => (reply.hasHeader(name) ? [[name, String(reply.getHeader(name))]] : [])))
}

const bodyOf = (payload: unknown): unknown => (typeof payload === 'string' && payload !== '' ? JSON.parse(payload) : null)
