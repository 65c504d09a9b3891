/**
 * Counts the frames of a WebP file (RFC 9649, section 2.7), without decoding it.
 *
 * @param most where counting ends: a file that has more gives `most + 1`
 */
export function countWebpFrames(bytes: Uint8Array, most: number): number {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let frames = 0
  // `RIFF`, the size, `WEBP`; then chunks of a name, a length and data of an even number of bytes.
  for (let at = 12; at + 8 <= file.length && frames <= most; ) {
    if (file.toString('latin1', at, at + 4) === 'ANMF') frames++
    const length = file.readUInt32LE(at + 4)
    at += 8 + length + (length % 2)
  }
  return frames
}
