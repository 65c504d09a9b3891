/**
 * Server-sent events with `node:http` and nothing else: whoever connects belongs to the group that its header names, and
 * is written what comes in for that group. No accounts, no limits, nothing is kept.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What is to be written: the same bytes as the service writes. */
export interface Publication {
  events: Array<{ group: string; message: string }>
}

/** As often as the service does. */
const HEARTBEAT_MS = 15_000

const groups = new Map<string, Set<ServerResponse>>()

const server = createServer((request, response) => {
  const name = String(request.headers['x-group'])
  const group = groups.get(name) ?? new Set()
  groups.set(name, group.add(response))
  response.on('close', () => group.delete(response))
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' })
  response.write('id: 0-0\nevent: ready\ndata: {}\n\n')
})

setInterval(() => {
  for (const group of groups.values()) for (const response of group) response.write(': heartbeat\n\n')
}, HEARTBEAT_MS)

process.on('message', ({ events }: Publication) => {
  for (const { group, message } of events) for (const response of groups.get(group) ?? []) response.write(message)
})
process.once('SIGTERM', () => process.exit(0))
server.listen(0, '127.0.0.1', () => process.send?.({ address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
