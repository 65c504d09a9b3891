/** Where an encoder writes its name and settings: before the first picture, in a message of its own (SEI, user data). */
const searchedBytes = 65_536
const maxNoteLength = 600

/** x264 and x265 write their whole command; libavcodec, NVENC and others at most their name. */
const notes = /(?:x264 - core \d+|x265 \(build \d+\)|Lavc\d[\d.]+|NVENC|HM-\d[\d.]+|SVT-AV1[^\0]{0,20})[\x20-\x7E]{0,600}/

/** What the encoder says of itself in the first coded frame. Most hardware encoders, phones' among them, say nothing. */
export function encoderNotes(frame: Uint8Array): string | undefined {
  const text = Buffer.from(frame.buffer, frame.byteOffset, Math.min(frame.length, searchedBytes)).toString('latin1')
  return notes.exec(text)?.[0].slice(0, maxNoteLength)
}
