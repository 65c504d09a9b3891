import type { Sendable } from './files.ts'
import { uploadTimeoutMs, type SendOptions } from './form.ts'
import { ask } from './request.ts'

/**
 * Sends files in one form (RFC 7578) as they are read, nothing of which is gathered; where their sizes are known the
 * form says its length, so that too much is refused before it is sent. Not in browsers, which send no streams.
 * @throws what reading a file throws, and like `ask`
 */
export async function sendMultipart<T>(
  url: string | URL,
  fields: Record<string, string | undefined>,
  files: readonly Sendable[],
  { headers = {}, signal, onSent }: SendOptions
): Promise<T> {
  const boundary = `faketect-${crypto.randomUUID()}`
  const parts = partsOf(boundary, fields, files)
  const sizeBytes = parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : (part.sizeBytes ?? Number.NaN)), 0)
  const isKnown = !Number.isNaN(sizeBytes)
  let unreadable: { error: unknown } | undefined
  const chunks = chunksOf(parts)
  let sentBytes = 0
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const next = await chunks.next().catch((error: unknown) => {
        unreadable = { error }
        throw error
      })
      if (next.done === true) return controller.close()
      controller.enqueue(next.value as Uint8Array<ArrayBuffer>)
      onSent?.((sentBytes += next.value.length))
    },
    cancel: async () => void (await chunks.return())
  })
  try {
    return await ask(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': `multipart/form-data; boundary=${boundary}`, ...(isKnown && { 'content-length': String(sizeBytes) }) },
      body,
      signal,
      timeoutMs: uploadTimeoutMs(isKnown ? sizeBytes : Infinity)
    })
  } catch (error) {
    // To `fetch` it looks as if the connection broke.
    throw unreadable === undefined ? error : unreadable.error
  } finally {
    // An answer that came before the end leaves files open.
    void chunks.return()
  }
}

function partsOf(boundary: string, fields: Record<string, string | undefined>, files: readonly Sendable[]): Array<Uint8Array | Sendable> {
  const text = (lines: string) => new TextEncoder().encode(lines)
  const begin = (what: string) => text(`--${boundary}\r\ncontent-disposition: form-data; ${what}\r\n\r\n`)
  return [
    ...Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [begin(`name="${name}"`), text(`${value}\r\n`)])),
    ...files.flatMap((file) => [begin(`name="file"; filename="${escaped(file.name)}"`), file, text('\r\n')]),
    text(`--${boundary}--\r\n`)
  ]
}

/** As browsers write it. */
const escaped = (name: string) => name.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22')

async function* chunksOf(parts: ReadonlyArray<Uint8Array | Sendable>): AsyncGenerator<Uint8Array, void, void> {
  for (const part of parts) {
    if (part instanceof Uint8Array) yield part
    else yield* part.open()
  }
}
