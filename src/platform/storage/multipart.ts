import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client
} from '@aws-sdk/client-s3'

/** The smallest part that S3 takes, but for the last one. */
export const PART_BYTES = 5 * 1024 * 1024
/** What a body is given at first; the buffer is then enlarged fourfold. Most files are small photographs. */
const FIRST_BYTES = 128 * 1024
const ABORT_TIMEOUT_MS = 10_000

interface Target {
  Bucket: string
  Key: string
  ContentType: string
}

/**
 * Streams a body of unknown length into an object: one PutObject when it fits into a part, else a multipart upload,
 * one part after the other through one buffer of at most `PART_BYTES`.
 *
 * Not `@aws-sdk/lib-storage`: it holds up to three parts at once for each upload (its chunk list, their
 * concatenation, and the tail of the part before), and its `abort()` returns while a part or the completing call is
 * still under way, so that an object can appear after the caller has cleaned up.
 *
 * @throws what the body threw, after the upload has been taken back; or what the client threw
 */
export async function uploadStream(client: S3Client, target: Target, body: AsyncIterable<Buffer>): Promise<void> {
  // Not a whole part from the start: memory outside of the heap counts, touched or not, and has V8 collect garbage.
  let buffer: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)
  const parts: Array<{ PartNumber: number; ETag: string }> = []
  let uploadId: string | undefined
  let filled = 0

  async function sendPart(): Promise<void> {
    if (uploadId === undefined) {
      const created = await client.send(new CreateMultipartUploadCommand(target))
      uploadId = created.UploadId
    }
    const PartNumber = parts.length + 1
    const { Bucket, Key } = target
    const Body = buffer.subarray(0, filled)
    const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId: uploadId, PartNumber, Body }))
    if (ETag === undefined) throw new Error('The store gave no ETag for a part')
    parts.push({ PartNumber, ETag })
    filled = 0
  }

  try {
    for await (const chunk of body) {
      let taken = 0
      while (taken < chunk.length) {
        // A full buffer waits for one more byte: the last part must not be empty.
        if (filled === PART_BYTES) await sendPart()
        if (filled === buffer.length) buffer = enlarged(buffer)
        const copied = chunk.copy(buffer, filled, taken)
        filled += copied
        taken += copied
      }
    }
    if (uploadId === undefined) {
      await client.send(new PutObjectCommand({ ...target, Body: buffer.subarray(0, filled) }))
      return
    }
    await sendPart()
    const { Bucket, Key } = target
    await client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId: uploadId, MultipartUpload: { Parts: parts } })
    )
  } catch (error) {
    if (uploadId !== undefined) await abortUpload(client, target, uploadId)
    throw error
  }
}

function enlarged(full: Buffer): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.min(full.length * 4, PART_BYTES))
  full.copy(larger)
  return larger
}

/** Takes the parts back. When that fails too, the caller's tombstone and the bucket's rule stand behind it. */
async function abortUpload(client: S3Client, { Bucket, Key }: Target, UploadId: string): Promise<void> {
  const abortSignal = AbortSignal.timeout(ABORT_TIMEOUT_MS)
  await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }), { abortSignal }).catch(() => undefined)
}
