const MAX_LENGTH = 255

/**
 * A client's file name, made fit to be shown and stored: the last part of a path, without control characters and
 * without those that reorder text, of bounded length. It is never part of a storage key.
 */
export function displayName(given: string | undefined): string {
  const name = (given ?? '')
    .toWellFormed()
    .split(/[/\\]/)
    .at(-1)
    // Control characters (Cc), and format characters (Cf) such as the right-to-left override of "photo‮gpj.exe".
    ?.replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
  // By code points, so that none is cut in half.
  return Array.from(name || 'file').slice(0, MAX_LENGTH).join('')
}
