/**
 * Decodes EXIF's UserComment: eight bytes that name the character set, then the text (EXIF 3.0, 4.6.5). UTF-16 comes in
 * both byte orders, whatever that of the file.
 */
export function decodeUserComment(value: readonly number[]): string {
  const bytes = Buffer.from(value)
  const charset = bytes.toString('latin1', 0, 8).replaceAll('\0', '').trim()
  const text = bytes.subarray(8)
  if (charset === 'UNICODE') return decodeUtf16(text).replaceAll('\0', '').trim()
  // Some writers leave the name out.
  const plain = charset === 'ASCII' || charset === 'JIS' || charset === '' ? text : bytes
  return plain.toString('utf8').replaceAll('\0', ' ').trim()
}

function decodeUtf16(bytes: Buffer): string {
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2))
  // In western text every second byte is zero: the first of each pair in big-endian.
  const zeros = [0, 0]
  for (let at = 0; at < Math.min(even.length, 2_000); at++) if (even[at] === 0) zeros[at % 2]!++
  return (zeros[0]! > zeros[1]! ? Buffer.from(even).swap16() : even).toString('utf16le')
}
