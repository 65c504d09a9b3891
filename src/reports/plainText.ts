/**
 * Words of strangers, such as file names, as they may stand in a document: one line of well-formed Unicode without
 * controls and without the marks that turn the direction of what follows.
 *
 * @param maxLength in UTF-16 code units; what is longer loses its middle, as both ends of a name tell more
 */
export function plainText(words: string, maxLength = 2_000): string {
  const line = words
    .toWellFormed()
    .replace(/[\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu, '')
    .trim()
  if (line.length <= maxLength) return line
  const half = (maxLength - 1) >> 1
  return `${line.slice(0, half).toWellFormed()}…${line.slice(-half).toWellFormed()}`
}
