/**
 * How every manifest store begins, whatever the file that holds it: a JUMBF description box (ISO/IEC 19566-5) with the UUID that the
 * C2PA's specification gives to stores, whose first four bytes spell its name.
 */
const storeMark = Buffer.from('jumdc2pa', 'latin1')
/** The property of XMP by which a file names a manifest that is kept elsewhere (C2PA specification, “External manifests”). */
const remoteMark = Buffer.from('dcterms:provenance', 'latin1')
const maxAddressLength = 2_000

/**
 * Looks for a manifest store, by one search over the bytes: a file without one costs nothing more.
 *
 * @returns how many bytes the store says that it has, 0 where it does not say; undefined without one
 */
export function storeBytesIn(bytes: Uint8Array): number | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const mark = file.indexOf(storeMark)
  if (mark < 0) return undefined
  // `LBox` and `jumb` of the box around it stand before the description's own length.
  return mark >= 12 && file.toString('latin1', mark - 8, mark - 4) === 'jumb' ? file.readUInt32BE(mark - 12) : 0
}

/** The address where a file says that its manifest is kept. Nobody goes there. */
export function remoteManifestOf(bytes: Uint8Array): string | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = file.indexOf(remoteMark)
  if (at < 0) return undefined
  const from = at + remoteMark.length
  const value = file.toString('latin1', from, from + maxAddressLength)
  return /^\s*(?:=\s*["']|>)\s*(https?:\/\/[^"'<\s]+)/i.exec(value)?.[1]
}
