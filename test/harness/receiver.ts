import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { eventually } from './eventually.ts'

export interface Received {
  method: string
  path: string
  headers: Record<string, string>
  body: string
  at: number
}

/** What a receiver does with a request when its body is there. */
export type Behaviour = (request: Received, response: ServerResponse) => void

/** A receiver of webhooks: a real HTTP server that keeps what came, and answers as it is told. */
export interface Receiver {
  url: string
  port: number
  received: Received[]
  behave: Behaviour
  /** Waits until so many requests have come. */
  gets(count: number, timeoutMs?: number): Promise<Received[]>
}

export const answer =
  (status: number, headers: Record<string, string> = {}, body = 'thank you'): Behaviour =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body)

export const hang: Behaviour = () => undefined

/** Answers at once, with a body that never ends and trickles. */
export const drip: Behaviour = (_request, response) => {
  response.writeHead(200)
  const timer = setInterval(() => response.write('.'), 50)
  response.on('close', () => clearInterval(timer))
}

/** Breaks off in the middle of its answer's headers. */
export const closeEarly: Behaviour = (_request, response) => {
  response.socket?.end('HTTP/1.1 200 OK\r\ncontent-le')
}

export const flood =
  (sizeBytes: number): Behaviour =>
  (_request, response) =>
    void response.writeHead(200).end(Buffer.alloc(sizeBytes, 'x'))

export async function startReceiver(t: Test, behave: Behaviour = answer(200)): Promise<Receiver> {
  const receiver: Receiver = { url: '', port: 0, received: [], behave, gets }
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    response.on('error', () => undefined)
    request.on('error', () => undefined)
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '' } = request
      const body = Buffer.concat(chunks).toString()
      const received = { method, path, headers: plain(request.headers), body, at: performance.now() }
      receiver.received.push(received)
      receiver.behave(received, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  receiver.port = (server.address() as AddressInfo).port
  receiver.url = `http://127.0.0.1:${receiver.port}/hook`
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })

  async function gets(count: number, timeoutMs = 10_000): Promise<Received[]> {
    await eventually(() => receiver.received.length >= count, timeoutMs)
    return receiver.received
  }
  return receiver
}

function plain(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
