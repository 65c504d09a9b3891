/** Whether this page may hash files: browsers let pages do so only over https, or on one's own machine. */
export const canHash = (): boolean => globalThis.isSecureContext && globalThis.crypto?.subtle !== undefined

/** The SHA-256 of a file as hexadecimal digits, made in this browser. @throws when the file can't be read, or does not fit into memory */
export async function fileHash(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
