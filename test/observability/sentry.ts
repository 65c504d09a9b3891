import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { Test } from 'tap'
import { eventually } from '../harness/eventually.ts'

/** What is looked at of an event. */
export interface SentEvent {
  level: string
  release: string
  environment: string
  message?: string
  user?: { id: string }
  tags: { [name: string]: string }
  extra: { message: string }
  exception?: { values: Array<{ type: string; value: string; stacktrace?: { frames: Array<{ filename: string; function?: string }> } }> }
}

export interface Sentry {
  dsn: string
  /** Bodies as they came, unpacked, with the headers before. */
  raw: string[]
  events: SentEvent[]
  /** Waits until so many have come. */
  gets(count: number): Promise<SentEvent[]>
}

/** Whoever is told of errors: an HTTP server that speaks Sentry's envelope protocol (develop.sentry.dev/sdk/data-model/envelopes). */
export async function startSentry(t: Test): Promise<Sentry> {
  const sentry: Sentry = { dsn: '', raw: [], events: [], gets }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()
      sentry.raw.push(`${request.url} ${JSON.stringify(request.headers)} ${text}`)
      const isForUs = request.method === 'POST' && request.url?.startsWith('/api/42/envelope/')
      if (isForUs) sentry.events.push(...eventsOf(text))
      response.writeHead(isForUs ? 200 : 404, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  sentry.dsn = `http://publickey@127.0.0.1:${(server.address() as AddressInfo).port}/42`

  async function gets(count: number): Promise<SentEvent[]> {
    await eventually(() => sentry.events.length >= count, 60_000)
    return sentry.events
  }
  return sentry
}

/** An envelope is lines of JSON: its own header, then a header and a payload for each item. */
function eventsOf(envelope: string): SentEvent[] {
  const [, ...items] = envelope.split('\n').filter((line) => line !== '')
  return items.flatMap((line, index) => (index % 2 === 0 && (JSON.parse(line) as { type: string }).type === 'event' ? [JSON.parse(items[index + 1]!) as SentEvent] : []))
}
