import type * as fs from 'node:fs'

/**
 * What can be sent: the path of a file, an address (text that begins with http:// or https://, or a `URL`) from which
 * the service fetches it, a `File` or `Blob`, bytes, or a stream of bytes (of Node.js or of the web).
 */
export type Source = string | URL | Blob | ArrayBuffer | Uint8Array | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>

/** A file that is ready to be sent. */
export interface Sendable {
  name: string
  /** Undefined where nobody knows it before the end. */
  sizeBytes: number | undefined
  open: () => AsyncIterable<Uint8Array>
  /** Whether it can be opened more than once. */
  isRepeatable: boolean
  /** The same, where forms are made of blobs: in browsers. */
  blob: Blob | undefined
}

/**
 * @param fileName in place of the name that the source has itself
 * @throws {TypeError} for what is none of these, and for paths outside of Node.js
 * @throws what a look at the file throws, such as ENOENT
 */
export async function openSource(source: Source, fileName: string | undefined): Promise<Sendable | { address: string }> {
  if (source instanceof URL && source.protocol !== 'file:') return { address: addressOf(source.href) }
  if (typeof source === 'string' && /^https?:\/\//i.test(source)) return { address: source }
  if (typeof source === 'string' || source instanceof URL) return openPath(source, fileName)
  const name = fileName ?? (source instanceof File ? source.name : 'file')
  // Without the type that is guessed from a name: the service looks at the bytes, and refuses what contradicts them.
  if (source instanceof Blob || source instanceof ArrayBuffer || source instanceof Uint8Array) return ofBlob(name, new Blob([source as BlobPart]))
  if (source instanceof ReadableStream || (typeof source === 'object' && Symbol.asyncIterator in source)) {
    const stream = source instanceof ReadableStream ? chunksOf(source) : source
    if (nodeFs() !== undefined) return { name, sizeBytes: undefined, open: () => stream, isRepeatable: false, blob: undefined }
    // Browsers send no streams: there its bytes are gathered first.
    const chunks: BlobPart[] = []
    for await (const chunk of stream) chunks.push(chunk as BlobPart)
    return ofBlob(name, new Blob(chunks))
  }
  throw new TypeError('Give a path, an address, a File, bytes or a stream')
}

function addressOf(href: string): string {
  if (/^https?:/.test(href)) return href
  throw new TypeError('Only http:, https: and file: addresses can be sent')
}

const ofBlob = (name: string, blob: Blob): Sendable => ({ name, sizeBytes: blob.size, open: () => chunksOf(blob.stream()), isRepeatable: true, blob })

async function openPath(path: string | URL, fileName: string | undefined): Promise<Sendable> {
  const node = nodeFs()
  if (node === undefined) throw new TypeError('Files can be sent by their path from Node.js only')
  const { size: sizeBytes } = await node.promises.stat(path)
  const name = fileName ?? (path instanceof URL ? decodeURIComponent(path.pathname) : path).split(/[/\\]/).at(-1) ?? 'file'
  // No `openAsBlob`: a read that was begun, and not ended, can keep a process from its end.
  return { name, sizeBytes, open: () => node.createReadStream(path), isRepeatable: true, blob: undefined }
}

/** Asked for in a way that no bundler follows; undefined in browsers. */
export function nodeFs(): typeof fs | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: 'node:fs') => typeof fs } }
  return process?.getBuiltinModule?.('node:fs')
}

/** Safari can't iterate a stream. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    // Whoever stops early lets the source know.
    await reader.cancel()
  }
}
