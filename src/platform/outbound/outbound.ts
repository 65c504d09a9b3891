import { lookup as systemLookup } from 'node:dns/promises'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { callbackify } from 'node:util'
import { buildConnector, Client } from 'undici'
import { mayConnectTo, type Network } from './addresses.ts'
import { asOutboundFailure, OutboundFailure } from './failure.ts'
import { readOutboundUrl } from './url.ts'

/** Finds the addresses of a name. */
export type Resolve = (hostname: string) => Promise<Array<{ address: string; family: number }>>

export interface OutboundRequest {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
  /** For everything together: name, connection, request, and what `read` does with the answer. */
  timeoutMs: number
  signal: AbortSignal
}

export interface OutboundAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Readable
}

/** Requests to addresses that others have given us. */
export interface Outbound {
  /** @throws {OutboundFailure} `url_refused` or `address_refused`, for what can be seen without asking anybody */
  readUrl(given: string): URL
  /**
   * Sends one request and hands its answer to `read`; the connection ends with that. Redirects are an answer like any
   * other, and no proxy of the environment is used.
   * @throws {OutboundFailure}
   */
  request<T>(url: string, request: OutboundRequest, read: (answer: OutboundAnswer) => Promise<T>): Promise<T>
}

const MAX_HEADER_BYTES = 16 * 1024

/**
 * Makes sure that a request reaches nobody inside of our own network: the addresses of a name are resolved once, all
 * of them are checked, and the connection goes to one of exactly these. A name with one bad address is refused whole,
 * since which one is used would be a matter of chance, or of whoever runs the name. Each request has a connection of
 * its own, so that none is checked by yesterday's answer.
 * @param allowed networks that may be reached although they are not public
 */
export function createOutbound({ allowed, resolve = resolveBySystem }: { allowed: Network[]; resolve?: Resolve }): Outbound {
  const lookup: LookupFunction = (hostname, options, callback) => {
    callbackify(resolveChecked)(hostname, (error, addresses) => {
      if (error !== null) callback(error, '')
      else if (options.all === true) callback(null, addresses)
      else callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
    })
  }

  async function resolveChecked(hostname: string): Promise<Array<{ address: string; family: number }>> {
    const addresses = await resolve(hostname)
    if (addresses.length === 0) throw new OutboundFailure('name_not_found')
    for (const { address } of addresses) if (!mayConnectTo(address, allowed)) throw new OutboundFailure('address_refused')
    return addresses
  }

  return {
    readUrl: (given) => readOutboundUrl(given, allowed),
    async request(given, { timeoutMs, signal, method, headers, body }, read) {
      const url = readOutboundUrl(given, allowed)
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      const connect = checkedConnector(lookup, allowed, deadline)
      const client = new Client(url.origin, { connect, maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: 0, bodyTimeout: 0 })
      try {
        const answer = await client.request({
          method,
          path: url.pathname + url.search,
          headers,
          body: body ?? null,
          reset: true,
          signal: deadline
        })
        // Whoever reads hears of a break; whoever has read enough need not.
        answer.body.on('error', () => undefined)
        return await read({ status: answer.statusCode, headers: answer.headers, body: answer.body })
      } catch (error) {
        throw asOutboundFailure(deadline.aborted ? deadline.reason : error)
      } finally {
        await client.destroy()
      }
    }
  }
}

/** Node.js looks no address up that is written out in the URL: those are checked here, and the outcome once more. */
function checkedConnector(lookup: LookupFunction, allowed: Network[], deadline: AbortSignal): buildConnector.connector {
  // The types leave out that it returns the socket as soon as there is one.
  const connect = buildConnector({ lookup, allowH2: false, autoSelectFamily: true }) as (
    ...args: Parameters<buildConnector.connector>
  ) => Socket
  return (options, callback) => {
    if (isIP(options.hostname) !== 0 && !mayConnectTo(options.hostname, allowed)) {
      callback(new OutboundFailure('address_refused'), null)
      return
    }
    const connecting = connect(options, (...[error, socket]) => {
      deadline.removeEventListener('abort', giveUp)
      if (error !== null) return callback(error, null)
      if (mayConnectTo(socket.remoteAddress ?? '', allowed)) return callback(null, socket)
      socket.destroy()
      callback(new OutboundFailure('address_refused'), null)
    })
    // Else the client would wait for a name or a connection that nobody needs any longer.
    const giveUp = () => connecting.destroy(deadline.reason as Error)
    deadline.addEventListener('abort', giveUp)
  }
}

/**
 * As every program of this machine resolves names, `/etc/hosts` included. It waits in a thread of libuv's pool, of which
 * look-ups may take half: names that are slow on purpose hold up other names, and no file.
 */
const resolveBySystem: Resolve = (hostname) => systemLookup(hostname, { all: true })
