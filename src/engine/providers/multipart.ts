import { randomUUID } from 'node:crypto'
import { pieces, type Body } from './exchange.ts'

/**
 * A `multipart/form-data` body (RFC 7578) of fields and one file. `FormData` would copy the file into a `Blob` first; here it is sent
 * from where it lies.
 * @param fields names and values of ours, without quotes or line breaks
 */
export function multipart(fields: Record<string, string>, file: { name: string; bytes: Uint8Array; mediaType: string }): Body {
  const boundary = `faketect-${randomUUID()}`
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  )
  const head = Buffer.from(
    `${parts.join('')}--${boundary}\r\ncontent-disposition: form-data; name="${file.name}"; filename="${file.name}"\r\n` +
      `content-type: ${file.mediaType}\r\n\r\n`
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    sizeBytes: head.byteLength + file.bytes.byteLength + tail.byteLength,
    chunks: function* () {
      yield head
      yield* pieces(file.bytes)
      yield tail
    }
  }
}
