import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  AbortMultipartUploadCommand,
  ListObjectsV2Command,
  S3Client,
  S3ServiceException
} from '@aws-sdk/client-s3'
import type { Readable } from 'node:stream'
import { uploadStream } from './multipart.ts'
import { ObjectMissing, StorageUnavailable, type Storage } from './storage.ts'

/** How long the store may be silent on one request, and how long a connection may take. */
const REQUEST_TIMEOUT_MS = 20_000
const CONNECTION_TIMEOUT_MS = 3_000
const CHECK_TIMEOUT_MS = 2_000

/**
 * Object storage that speaks S3 (AWS, R2, B2, Tigris, MinIO).
 * @param address `s3://bucket?endpoint=https://…&region=…`; path-style addresses when an endpoint is named
 */
export function openS3Storage(address: URL): Storage {
  const bucket = address.hostname
  const endpoint = address.searchParams.get('endpoint')
  const client = new S3Client({
    region: address.searchParams.get('region') ?? 'auto',
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    maxAttempts: 3,
    // R2 and B2 refuse the checksums that newer SDKs add by default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets: 500 },
      httpAgent: { maxSockets: 500 }
    }
  })

  async function removeObjects(prefix: string): Promise<void> {
    for (;;) {
      const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))
      const keys = (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]))
      if (keys.length === 0) return
      const result = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys, Quiet: true } }))
      const refused = result.Errors?.[0]
      if (refused !== undefined) throw new StorageUnavailable(`An object could not be removed: ${refused.Code}`)
    }
  }

  async function abortUploads(prefix: string): Promise<void> {
    const page = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }))
    for (const { Key, UploadId } of page.Uploads ?? []) {
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }))
    }
  }

  return {
    async put(key, body, contentType) {
      await uploadStream(client, { Bucket: bucket, Key: key, ContentType: contentType }, body).catch(fail)
    },

    async get(key, { range, signal } = {}) {
      const object = await client
        .send(
          new GetObjectCommand({
            Bucket: bucket,
            Key: key,
            ...(range && { Range: `bytes=${range.start}-${range.end}` })
          }),
          signal && { abortSignal: signal }
        )
        .catch(fail)
      const stream = object.Body as Readable
      signal?.addEventListener('abort', () => stream.destroy(), { once: true })
      return stream
    },

    async copy(from, to) {
      await client
        .send(new CopyObjectCommand({ Bucket: bucket, Key: to, CopySource: encodeURI(`${bucket}/${from}`) }))
        .catch(fail)
    },

    async removeAll(prefix) {
      await abortUploads(prefix).catch(fail)
      await removeObjects(prefix).catch(fail)
    },

    async *list(prefix) {
      let after: string | undefined
      do {
        const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, StartAfter: after })).catch(fail)
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key
        after = page.IsTruncated === true ? page.Contents?.at(-1)?.Key : undefined
      } while (after !== undefined)
    },

    async check() {
      await client
        .send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: AbortSignal.timeout(CHECK_TIMEOUT_MS) })
        .catch(fail)
    },

    close() {
      client.destroy()
    }
  }
}

/** The store's own failures become `StorageUnavailable`; what the body or the caller threw passes through. */
function fail(error: unknown): never {
  if (error instanceof S3ServiceException) {
    if (error.name === 'NoSuchKey' || error.name === 'NotFound') throw new ObjectMissing('No such object', { cause: error })
    throw new StorageUnavailable(`The store answered ${error.name}`, { cause: error })
  }
  // The SDK marks what it has tried to send; connection errors and time-outs of its own carry this.
  if (error instanceof Error && '$metadata' in error) {
    throw new StorageUnavailable(`The store can't be reached: ${error.message}`, { cause: error })
  }
  throw error
}
