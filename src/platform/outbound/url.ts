import { isIP } from 'node:net'
import { sentence } from '../../language/sentence.ts'
import { mayConnectTo, type Network } from './addresses.ts'
import { OutboundFailure } from './failure.ts'

const MAX_LENGTH = 2_048
/** Below it only the two ports of the web: no mail server, no database of long standing hears our words. */
const FIRST_FREE_PORT = 1_024

/**
 * Reads an address that somebody has given us to call, and refuses what is never called. What a name leads to is
 * checked when the connection is made, each time anew: an answer of today says nothing about tomorrow.
 * @throws {OutboundFailure} `url_refused` or `address_refused`
 */
export function readOutboundUrl(given: string, allowed: Network[]): URL {
  if (given.length > MAX_LENGTH) throw new OutboundFailure('url_refused', sentence('It is longer than {most, number} characters.', { most: MAX_LENGTH }))
  // `new URL` would drop tabs and line breaks in silence: what is stored would not be what is called.
  if (/[\s\p{Cc}]/u.test(given)) throw new OutboundFailure('url_refused', sentence('It contains spaces or control characters.'))
  if (!URL.canParse(given)) throw new OutboundFailure('url_refused', sentence('It is not a whole URL.'))
  const url = new URL(given)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new OutboundFailure('url_refused', sentence('It begins neither with https:// nor with http://.'))
  }
  if (url.username !== '' || url.password !== '') throw new OutboundFailure('url_refused', sentence('It carries a user name or a password.'))
  if (url.port !== '' && url.port !== '80' && url.port !== '443' && Number(url.port) < FIRST_FREE_PORT) {
    throw new OutboundFailure('url_refused', sentence('Of the ports below {port} only 80 and 443 are called.', { port: FIRST_FREE_PORT }))
  }
  const literal = literalOf(url)
  if (literal !== undefined && !mayConnectTo(literal, allowed)) {
    throw new OutboundFailure('address_refused', sentence('It names an address that is not public.'))
  }
  url.hash = ''
  return url
}

/** The address that a URL names itself, in whichever form (`0x7f.1` is one): the URL standard has made it a plain one. */
function literalOf({ hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(host) === 0 ? undefined : host
}
