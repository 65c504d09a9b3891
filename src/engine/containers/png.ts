import { inflateSync } from 'node:zlib'
import { printableText } from './printableText.ts'

/**
 * A walk over the chunks of a PNG file (PNG specification, third edition, sections 5 and 11), for its texts.
 */

export interface PngText {
  keyword: string
  text: string
}

export interface PngChunks {
  texts: PngText[]
}

/** ComfyUI's workflows reach a few hundred kilobytes; what is beyond is cut. */
const maxTextBytes = 1_000_000
/** Of all texts together: a hundred that each unfold from a kilobyte would be searched again and again. */
const maxTotalLength = 4_000_000
const maxTexts = 100
const maxChunks = 100_000
/** Four letters of ASCII (5.2). */
const chunkType = /^[A-Za-z]{4}$/

/**
 * Reads what it can; a chunk that is cut, or does not inflate, is left out. Programs that know no better append chunks, or a bare text,
 * behind the end of the picture (IEND): decoders stop there, but its words are the file's own.
 */
export function readPng(bytes: Uint8Array): PngChunks {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: PngChunks = { texts: [] }
  let at = 8
  let total = 0
  let ended = false
  for (let chunk = 0; chunk < maxChunks && at + 12 <= file.length; chunk++) {
    const length = file.readUInt32BE(at)
    const type = file.toString('latin1', at + 4, at + 8)
    const data = file.subarray(at + 8, at + 8 + length)
    if (data.length < length || (ended && !chunkType.test(type))) break
    ended ||= type === 'IEND'
    const text = found.texts.length < maxTexts && total < maxTotalLength ? readText(type, data) : undefined
    if (text !== undefined) found.texts.push(text)
    total += text?.text.length ?? 0
    at += 12 + length
  }
  const trailer = ended && found.texts.length < maxTexts && total < maxTotalLength ? printableText(file.subarray(at)) : undefined
  if (trailer !== undefined) found.texts.push({ keyword: 'trailer', text: trailer })
  return found
}

function readText(type: string, data: Buffer): PngText | undefined {
  const keywordEnd = data.indexOf(0)
  if (keywordEnd < 1 || keywordEnd > 79) return undefined
  const keyword = data.toString('latin1', 0, keywordEnd)
  const rest = data.subarray(keywordEnd + 1)
  switch (type) {
    case 'tEXt':
      return { keyword, text: decodeText(rest) }
    case 'zTXt': {
      // One byte of compression method: 0 is the only one.
      const text = inflate(rest.subarray(1))
      return text && { keyword, text: decodeText(text) }
    }
    case 'iTXt': {
      // Compression flag, method, language tag, translated keyword, text.
      const languageEnd = rest.indexOf(0, 2)
      const translatedEnd = languageEnd < 0 ? -1 : rest.indexOf(0, languageEnd + 1)
      if (translatedEnd < 0) return undefined
      const body = rest.subarray(translatedEnd + 1)
      const text = rest[0] === 1 ? inflate(body) : body
      return text && { keyword, text: decodeText(text) }
    }
    default:
      return undefined
  }
}

/** The output is bounded by zlib itself, so that a small chunk can't unfold into gigabytes. */
function inflate(data: Buffer): Buffer | undefined {
  try {
    return inflateSync(data, { maxOutputLength: maxTextBytes })
  } catch {
    // Not zlib, cut, or a bomb: there is no text to be read, and nothing else in the file depends on it.
    return undefined
  }
}

/** The specification says Latin-1 for tEXt and zTXt; generators write UTF-8 nevertheless. */
function decodeText(data: Buffer): string {
  const bounded = data.subarray(0, maxTextBytes)
  const text = bounded.toString('utf8')
  return text.includes('\uFFFD') ? bounded.toString('latin1') : text
}

/** ImageMagick's way to keep EXIF and XMP in texts: a name, a length, and the bytes in hexadecimal, in lines. */
export function rawProfiles(texts: readonly PngText[]): { exif?: Uint8Array; xmp?: Uint8Array } {
  const profile = (...types: string[]) => {
    const text = texts.find(({ keyword }) => types.some((type) => keyword === `Raw profile type ${type}`))?.text
    const head = /^\s{0,4}\w{1,20}\s{1,20}\d{1,10}\s/.exec(text ?? '')?.[0]
    // What is no hexadecimal digit ends it.
    return head === undefined ? undefined : Buffer.from(text!.slice(head.length).replaceAll(/\s/g, ''), 'hex')
  }
  const [exif, xmp] = [profile('exif', 'APP1'), profile('xmp')]
  return { ...(exif && { exif }), ...(xmp && { xmp }) }
}
