/**
 * Takes out of a sentence what may tell of a person or of a file: for those outside who are told of errors. It takes too much rather than
 * too little, since whoever looks into an error has its ids, and the log with them.
 */
export function withoutPersonalData(text: string): string {
  return forms.reduce((text, [form, shown]) => text.replace(form, shown), text)
}

const forms: ReadonlyArray<readonly [form: RegExp, shown: string]> = [
  // Of addresses their host says enough.
  [/(\b[a-z][a-z\d+.-]*:\/\/[^\s"'/?#]+)[^\s"']*/gi, '$1/…'],
  [/[^\s"'<>(),:;@]+@[^\s"'<>(),:;@]+\.[a-z]{2,}/gi, '…@…'],
  // A name in quotes may have spaces in it.
  [/(["'])[^"'\n]*\.(?:jpe?g|png|webp|gif|tiff?|avif|hei[cf]|mp4|m4v|mov|webm|mkv|pdf)\1/gi, '$1…$1'],
  [/[^\s"'/]+\.(?:jpe?g|png|webp|gif|tiff?|avif|hei[cf]|mp4|m4v|mov|webm|mkv|pdf)\b/gi, '…'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '…'],
  [/(?<![\w:])(?:[\da-f]{1,4}(?::[\da-f]{1,4}){7}|(?:[\da-f]{1,4}(?::[\da-f]{1,4})*)?::(?:[\da-f]{1,4}(?::[\da-f]{1,4})*)?)(?![\w:])/gi, '…']
]
