import type { Readable } from 'node:stream'

/**
 * The beginning of a body, as text that can be shown and stored; the rest is not waited for. A body that breaks off
 * or trickles is shown as far as it came.
 */
export async function readExcerpt(body: Readable, maxBytes: number, maxMs: number): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  const enough = setTimeout(() => body.destroy(), maxMs)
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length >= maxBytes) break
    }
  } catch {
    // Broken off, by them or by us: what came is what there is.
  } finally {
    clearTimeout(enough)
    body.destroy()
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, maxBytes))
  // PostgreSQL takes no NUL, and nobody wants their terminal steered.
  return text.replace(/[^\P{Cc}\n\t]/gu, '\u{FFFD}')
}
