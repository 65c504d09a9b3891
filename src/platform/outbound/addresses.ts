import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** A range of addresses, as `ipaddr.js` has it. */
export type Network = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Networks from a comma-separated list such as `10.0.0.0/8, fd00::/8`. @throws when one of them is none */
export function parseNetworks(list: string): Network[] {
  return list
    .split(',')
    .map((network) => network.trim())
    .filter(Boolean)
    .map((network) => ipaddr.parseCIDR(network))
}

/** IPv4 addresses inside of an IPv6 one: mapped ones, and those that a NAT64 gateway turns back (RFC 6052). */
const wrapping: Network[] = parseNetworks('::ffff:0:0/96, 64:ff9b::/96')
/** The only part of IPv6 that is routed in the internet. */
const globalUnicast: Network[] = parseNetworks('2000::/3')
/** What is public by its number, and private by what answers there: the agent of Azure's virtual machines. */
const publicInName: Network[] = parseNetworks('168.63.129.16/32')

/**
 * Whether a connection may go to an address: one of the public internet, or of a network that is allowed in addition.
 * Everything with a meaning of its own is refused: private, loopback, link-local (and the metadata services there),
 * carrier-grade NAT, multicast, documentation, benchmarking, tunnels (6to4, Teredo), reserved. What is wrapped in
 * IPv6 is judged by what is inside.
 */
export function mayConnectTo(address: string, allowed: Network[]): boolean {
  // The library alone would take old forms such as `1.2.3`, and IPv6 with a zone.
  if (isIP(address) === 0 || address.includes('%')) return false
  const inner = unwrap(ipaddr.parse(address))
  if (isIn(inner, allowed)) return true
  if (inner.range() !== 'unicast' || isIn(inner, publicInName)) return false
  return inner.kind() === 'ipv4' || isIn(inner, globalUnicast)
}

function unwrap(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  return isIn(address, wrapping) ? ipaddr.fromByteArray(address.toByteArray().slice(-4)) : address
}

function isIn(address: ipaddr.IPv4 | ipaddr.IPv6, networks: Network[]): boolean {
  return networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))
}
