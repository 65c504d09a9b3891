import { createHash } from 'node:crypto'
import { sentence } from '../language/sentence.ts'
import { Problem } from '../platform/problem.ts'

export type Bytes = AsyncIterable<Buffer>

/** Bytes that are hashed and counted as they flow. */
export interface Metered {
  bytes: Bytes
  /** What has flowed, once all of it has. */
  result: () => { sizeBytes: number; sha256: string }
}

/**
 * Hashes and counts what flows through.
 * @param take counts bytes that have come in, every few MB and at the end, and throws when there are more than may be
 * @throws {Problem} `file_too_large`, to whoever reads, as soon as there is one byte too many
 */
export function meter(source: Bytes, maxBytes: number, take: (bytes: number) => Promise<void>): Metered {
  const hash = createHash('sha256')
  let sizeBytes = 0
  async function* metered() {
    for await (const chunk of taken(source, take)) {
      sizeBytes += chunk.length
      if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
      hash.update(chunk)
      yield chunk
    }
  }
  return { bytes: metered(), result: () => ({ sizeBytes, sha256: hash.digest('hex') }) }
}

/** So many bytes are let through before they are counted. */
const STEP_BYTES = 4_000_000

/** Has what flows through counted, every few MB and at the end of it. */
export async function* taken(source: Bytes, take: (bytes: number) => Promise<void>) {
  let untaken = 0
  for await (const chunk of source) {
    untaken += chunk.length
    if (untaken >= STEP_BYTES) {
      await take(untaken)
      untaken = 0
    }
    yield chunk
  }
  if (untaken > 0) await take(untaken)
}

export const tooLarge = (maxBytes: number) =>
  new Problem('file_too_large', sentence('A file may have at most {megabytes, number} MB.', { megabytes: maxBytes / 1_000_000 }))

/**
 * Looks at the first bytes without taking them away.
 * @returns at least `headBytes` of them unless there are fewer, and all of the bytes, these first
 */
export async function peek(source: Bytes, headBytes: number): Promise<{ head: Buffer; whole: Bytes }> {
  const rest = source[Symbol.asyncIterator]()
  const chunks: Buffer[] = []
  let length = 0
  while (length < headBytes) {
    const next = await rest.next()
    if (next.done === true) break
    chunks.push(next.value)
    length += next.value.length
  }
  const head = Buffer.concat(chunks)

  async function* whole() {
    try {
      if (head.length > 0) yield head
      for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
    } finally {
      // Whoever stops reading in the middle stops the source as well.
      await rest.return?.()
    }
  }
  return { head, whole: whole() }
}
