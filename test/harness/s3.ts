import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Transform } from 'node:stream'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { startFauxqs } from 'fauxqs'
import type { Test } from 'tap'

/** What a store does to a request instead of answering it. */
export type Misbehaviour = 'refuse' | 'fail' | 'hang' | 'slow'

/** A real S3 server over HTTP, with a proxy in front that keeps the books and misbehaves on demand. */
export interface TestS3 {
  url: string
  /** Asked for each request; undefined lets it pass. */
  misbehave: (request: { method: string; url: URL }) => Misbehaviour | undefined
  /** The keys of all objects. */
  keys(): Promise<string[]>
  /** How many multipart uploads were begun and neither completed nor aborted. */
  openUploads(): number
}

const BUCKET = 'faketect'
const SLOW_BYTES_PER_SECOND = 1_024

export async function startS3(t: Test): Promise<TestS3> {
  process.env.AWS_ACCESS_KEY_ID ??= 'test'
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test'
  const server = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1' })
  server.createBucket(BUCKET)
  /** Uploads that were begun and not ended: their ids, and the keys that they are for. */
  const uploads = new Map<string, string>()
  const s3: TestS3 = { url: '', misbehave: () => undefined, keys, openUploads: () => uploads.size }

  const proxy = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://s3')
    const misbehaviour = s3.misbehave({ method: request.method ?? 'GET', url })
    if (misbehaviour === 'hang') return
    if (misbehaviour === 'refuse') return void request.socket.destroy()
    if (misbehaviour === 'fail') return void response.writeHead(500).end()
    if (request.method === 'GET' && url.searchParams.has('uploads')) return listUploads(response, url)
    pass(request, response, url, misbehaviour === 'slow')
  })

  function pass(request: IncomingMessage, response: ServerResponse, url: URL, slow: boolean): void {
    const { method, headers } = request
    const onward = httpRequest({ port: server.port, host: '127.0.0.1', method, path: request.url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      if (method === 'POST' && url.searchParams.has('uploads')) {
        let xml = ''
        answer.on('data', (chunk: Buffer) => (xml += chunk.toString()))
        const key = decodeURIComponent(url.pathname).slice(`/${BUCKET}/`.length)
        answer.on('end', () => uploads.set(/<UploadId>(.+?)<\/UploadId>/.exec(xml)?.[1] ?? xml, key))
      }
      const uploadId = url.searchParams.get('uploadId')
      if (uploadId !== null && (method === 'DELETE' || method === 'POST') && (answer.statusCode ?? 500) < 300) {
        uploads.delete(uploadId)
      }
      answer.pipe(response)
    })
    onward.on('error', () => request.socket.destroy())
    if (slow) request.pipe(trickle()).pipe(onward)
    else request.pipe(onward)
  }

  /** ListMultipartUploads, which the server behind does not know. */
  function listUploads(response: ServerResponse, url: URL): void {
    const prefix = url.searchParams.get('prefix') ?? ''
    const listed = [...uploads].filter(([, key]) => key.startsWith(prefix))
    const xml = listed.map(([id, key]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`).join('')
    response.writeHead(200, { 'content-type': 'application/xml' })
    response.end(`<ListMultipartUploadsResult><Bucket>${BUCKET}</Bucket>${xml}</ListMultipartUploadsResult>`)
  }

  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  s3.url = `s3://${BUCKET}?endpoint=${encodeURIComponent(endpoint)}&region=us-east-1`
  const direct = new S3Client({ endpoint: server.address, region: 'us-east-1', forcePathStyle: true })

  async function keys(): Promise<string[]> {
    const found: string[] = []
    let after: string | undefined
    do {
      const page = await direct.send(new ListObjectsV2Command({ Bucket: BUCKET, StartAfter: after }))
      found.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''))
      after = page.IsTruncated === true ? found.at(-1) : undefined
    } while (after !== undefined)
    return found.sort()
  }

  t.teardown(async () => {
    proxy.closeAllConnections()
    proxy.close()
    direct.destroy()
    await server.stop()
  })
  return s3
}

/** Lets bytes through at the speed of a line that is nearly dead. */
function trickle(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      setTimeout(() => done(null, chunk), (chunk.length / SLOW_BYTES_PER_SECOND) * 1_000)
    }
  })
}
