/** Names under which clients declare a type that we know by another. */
const synonyms: Record<string, string> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
  'image/apng': 'image/png',
  'image/heif': 'image/heic',
  'image/heic-sequence': 'image/heic',
  'image/heif-sequence': 'image/heic',
  'image/tif': 'image/tiff',
  // Files of one family bear each other's endings: a `.mov` with an MP4 inside, a `.mkv` that is WebM.
  'video/quicktime': 'video/mp4',
  'video/x-m4v': 'video/mp4',
  'video/m4v': 'video/mp4',
  'video/3gpp': 'video/mp4',
  'video/3gpp2': 'video/mp4',
  'video/x-matroska': 'video/matroska',
  'video/webm': 'video/matroska'
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
