/** The bare library: as many uploads at once as it is asked for, from memory, with the service's part and queue sizes. */
import { randomBytes, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { PART_BYTES } from '../src/platform/storage/multipart.ts'

const client = new S3Client({
  endpoint: process.env.ENDPOINT ?? '',
  region: 'us-east-1',
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  requestHandler: { httpAgent: { maxSockets: 500 } }
})
/** As large as what arrives from a socket. */
const chunk = randomBytes(65_536)

function* bytes(size: number) {
  for (let sent = 0; sent < size; sent += chunk.length) yield Buffer.from(chunk.subarray(0, Math.min(chunk.length, size - sent)))
}

process.on('message', ({ uploads, sizeBytes }: { uploads: number; sizeBytes: number }) => {
  const all = Array.from({ length: uploads }, () =>
    new Upload({
      client,
      params: { Bucket: 'bench', Key: randomUUID(), Body: Readable.from(bytes(sizeBytes), { objectMode: false }) },
      partSize: PART_BYTES,
      queueSize: 1
    }).done()
  )
  void Promise.all(all).then(() => process.send?.({ done: true }))
})
process.send?.({ address: 'ready' })
