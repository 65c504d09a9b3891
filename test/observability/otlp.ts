import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { eventually } from '../harness/eventually.ts'

/** A span, as it was sent. */
export interface SentSpan {
  traceId: string
  spanId: string
  /** Empty for the first of a trace. */
  parentSpanId: string
  name: string
  kind: number
  beganAt: bigint
  endedAt: bigint
  attributes: { [name: string]: string | number | boolean }
  links: Array<{ traceId: string; spanId: string }>
  status: { code: number; message: string }
  /** Of the resource that it belongs to. */
  resource: { [name: string]: string | number | boolean }
}

export interface Collector {
  url: string
  /** Everything that was sent: bodies as they came, with the headers before. */
  raw: string[]
  spans: SentSpan[]
  /** Waits until there are such spans. */
  gets(count: number, isWanted: (span: SentSpan) => boolean): Promise<SentSpan[]>
}

/** Whoever collects traces: an HTTP server that speaks OTLP (opentelemetry-proto, `collector/trace/v1`), in binary. */
export async function startCollector(t: Test): Promise<Collector> {
  const collector: Collector = { url: '', raw: [], spans: [], gets }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      collector.raw.push(`${request.url} ${JSON.stringify(request.headers)} ${body.toString('latin1')}`)
      if (request.url === '/v1/traces') collector.spans.push(...spansOf(body))
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  collector.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function gets(count: number, isWanted: (span: SentSpan) => boolean): Promise<SentSpan[]> {
    await eventually(() => collector.spans.filter(isWanted).length >= count, 60_000)
    return collector.spans.filter(isWanted)
  }
  return collector
}

function spansOf(body: Buffer): SentSpan[] {
  return children(body, 1).flatMap((resourceSpans) => {
    const resource = attributesOf(children(resourceSpans, 1)[0] ?? Buffer.of(), 1)
    return children(resourceSpans, 2).flatMap((scopeSpans) => children(scopeSpans, 2).map((span) => ({ ...spanOf(span), resource })))
  })
}

function spanOf(span: Buffer): Omit<SentSpan, 'resource'> {
  const hex = (number: number, of = span) => children(of, number)[0]?.toString('hex') ?? ''
  const [status = Buffer.of()] = children(span, 15)
  return {
    traceId: hex(1),
    spanId: hex(2),
    parentSpanId: hex(4),
    name: children(span, 5)[0]!.toString(),
    kind: numberOf(span, 6),
    beganAt: children(span, 7)[0]!.readBigUInt64LE(),
    endedAt: children(span, 8)[0]!.readBigUInt64LE(),
    attributes: attributesOf(span, 9),
    links: children(span, 13).map((link) => ({ traceId: hex(1, link), spanId: hex(2, link) })),
    status: { code: numberOf(status, 3), message: children(status, 2)[0]?.toString() ?? '' }
  }
}

function attributesOf(message: Buffer, number: number): SentSpan['attributes'] {
  return Object.fromEntries(
    children(message, number).map((pair) => {
      const value = children(pair, 2)[0]!
      const [text] = children(value, 1)
      return [children(pair, 1)[0]!.toString(), text?.toString() ?? numberOf(value, 3)]
    })
  )
}

const numberOf = (message: Buffer, number: number) => Number(fields(message).find((field) => field.number === number)?.value ?? 0)
const children = (message: Buffer, number: number) => fields(message).flatMap((field) => (field.number === number && Buffer.isBuffer(field.value) ? [field.value] : []))

/** The fields of a protobuf message in their order: varints as numbers, everything else as its bytes. */
function fields(message: Buffer): Array<{ number: number; value: bigint | Buffer }> {
  const found: Array<{ number: number; value: bigint | Buffer }> = []
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const key = Number(varint())
    const [number, wire] = [key >> 3, key & 7]
    if (wire === 0) found.push({ number, value: varint() })
    else {
      const length = wire === 1 ? 8 : wire === 5 ? 4 : Number(varint())
      found.push({ number, value: message.subarray(at, at + length) })
      at += length
    }
  }
  return found
}
