/** Names under which clients declare a type that we know by another. */
const synonyms: Record<string, string> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
  'image/apng': 'image/png',
  'image/heif': 'image/heic',
  'image/heic-sequence': 'image/heic',
  'image/heif-sequence': 'image/heic',
  'image/tif': 'image/tiff'
}

/** What a client says that does not know, or does not say. */
const UNKNOWN = new Set(['', 'application/octet-stream', 'binary/octet-stream', 'text/plain'])

/**
 * Whether the type that a client declares can be true of bytes of this type. No declaration, or `text/plain` (the
 * default of a part, RFC 7578 §4.4), contradicts nothing.
 */
export function agrees(declared: string, sniffed: string): boolean {
  const type = declared.split(';')[0]?.trim().toLowerCase() ?? ''
  return UNKNOWN.has(type) || (synonyms[type] ?? type) === (synonyms[sniffed] ?? sniffed)
}
