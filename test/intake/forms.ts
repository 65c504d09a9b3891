import { connect } from 'node:net'
import { once } from 'node:events'
import type { Test } from 'tap'
import type { AnalysisResource } from '../../src/analyses/resource.ts'
import type { BatchResource } from '../../src/analyses/batchResource.ts'

/** A file of a form. */
export interface Part {
  bytes: Uint8Array
  name?: string
  type?: string
}

export interface Answer<Body = AnalysisResource & BatchResource & { code: string; detail: string }> {
  status: number
  headers: Headers
  body: Body
}

/** Sends files in one form, as a program does; the fields stand before them. */
export async function sendForm(
  url: string,
  key: string,
  parts: Part[],
  { fields = {}, headers = {} }: { fields?: Record<string, string>; headers?: Record<string, string> } = {}
): Promise<Answer> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  for (const { bytes, name = 'photo.jpg', type = '' } of parts) form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>], { type }), name)
  const response = await fetch(`${url}/v1/analyses`, { method: 'POST', body: form, headers: { authorization: `Bearer ${key}`, ...headers } })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] }
}

export async function sendJson(url: string, key: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${url}/v1/analyses`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers }
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] }
}

/** A form that is sent bit by bit, by hand. */
export interface SlowForm {
  /** Begins a file; what stood before is whole with that. */
  begin(name: string): void
  write(bytes: Uint8Array): void
  end(): void
  /** Breaks the connection off. */
  cut(): void
  /** What came back, as it stands on the wire. */
  answer(): Promise<string>
}

export async function startForm(t: Test, url: string, key: string, headers: Record<string, string> = {}): Promise<SlowForm> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  const chunk = (bytes: Uint8Array) => {
    socket.write(`${bytes.length.toString(16)}\r\n`)
    socket.write(bytes)
    socket.write('\r\n')
  }
  const lines = Object.entries({ host: 'x', connection: 'close', authorization: `Bearer ${key}`, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`POST /v1/analyses HTTP/1.1\r\n${lines.join('')}transfer-encoding: chunked\r\ncontent-type: multipart/form-data; boundary=b\r\n\r\n`)
  let begun = false
  return {
    begin(name) {
      chunk(Buffer.from(`${begun ? '\r\n' : ''}--b\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\n`))
      begun = true
    },
    write: chunk,
    end() {
      chunk(Buffer.from('\r\n--b--\r\n'))
      socket.write('0\r\n\r\n')
    },
    cut: () => socket.destroy(),
    async answer() {
      if (!socket.closed) await once(socket, 'close')
      return answer
    }
  }
}
