import type { JpegSegment, JpegStructure } from './jpeg.ts'
import { printableText } from './printableText.ts'

/** What other readers take from APPn segments. */
const known = /^(?:JFIF|JFXX|Exif|http:\/\/ns\.adobe\.com\/|ICC_PROFILE|MPF|JP|Photoshop|Adobe|Ducky|FPXR|urn:|AROT|SEAL)/
const maxTexts = 40

/** Texts beside the picture: comments, APPn segments of nobody's format, and what stands behind the end of the picture. */
export function jpegTexts(bytes: Uint8Array, { segments, trailingBytes }: JpegStructure): { keyword: string; text: string }[] {
  const texts: { keyword: string; text: string }[] = []
  for (const { name, identifier, payload } of segments) {
    if (texts.length >= maxTexts) break
    if (name === 'COM') texts.push({ keyword: 'comment', text: Buffer.from(payload).toString('utf8') })
    else if (name.startsWith('APP') && !known.test(identifier)) {
      const text = printableText(payload)
      if (text !== undefined) texts.push({ keyword: name, text })
    }
  }
  const trailer = trailingBytes > 0 ? printableText(bytes.subarray(bytes.length - trailingBytes)) : undefined
  return trailer === undefined ? texts : [...texts, { keyword: 'trailer', text: trailer }]
}

const extension = Buffer.from('http://ns.adobe.com/xmp/extension/\0', 'latin1')
const maxExtensionBytes = 2_000_000

/**
 * The second packet of XMP that is too long for one segment, put together from its parts (XMP specification, part 3, 1.1.3.1): behind
 * the name an identifier of 32 bytes, the length of the whole, and where this part belongs. Gaps are left as zeros.
 */
export function extendedXmp({ segments }: JpegStructure): Uint8Array | undefined {
  const parts = segments.filter(isExtension).map(({ payload }) => Buffer.from(payload.buffer, payload.byteOffset, payload.length))
  const [first] = parts
  if (first === undefined || first.length < extension.length + 40) return undefined
  const id = first.subarray(extension.length, extension.length + 32)
  const whole = Buffer.alloc(Math.min(maxExtensionBytes, first.readUInt32BE(extension.length + 32)))
  for (const part of parts) {
    if (part.length < extension.length + 40 || !part.subarray(extension.length, extension.length + 32).equals(id)) continue
    const offset = part.readUInt32BE(extension.length + 36)
    if (offset < whole.length) part.copy(whole, offset, extension.length + 40)
  }
  return whole
}

function isExtension({ name, payload }: JpegSegment): boolean {
  return name === 'APP1' && Buffer.from(payload.buffer, payload.byteOffset, payload.length).subarray(0, extension.length).equals(extension)
}
