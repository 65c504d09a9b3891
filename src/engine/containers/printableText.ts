/** ComfyUI's workflows reach a few hundred kilobytes; what is beyond is cut. */
const maxTextBytes = 500_000

/** Bytes that are a text in UTF-8, or undefined: in places where anything may stand. */
export function printableText(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, maxTextBytes)).toString('utf8').replace(/\0+$/, '').trim()
  // A look at the beginning is enough; a character that was cut in two at its end is forgiven.
  const start = text.slice(0, 2_000)
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return start.length < 4 || /[\0-\x08\x0e-\x1f\uFFFD]/.test(start) ? undefined : text
}
