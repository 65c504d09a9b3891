/**
 * A look at the directories of a TIFF (TIFF 6.0, section 2), for how much a reader of EXIF would take in.
 */

const pointers = { exif: 0x8769, gps: 0x8825 } as const

/** Bytes of one value of each type, by the type's number; of types that are not known, none. */
const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4]
const long = 4
const directoryPointer = 13

interface Directory {
  /** Bytes that the values of the asked tags claim. */
  claimed: number
  /** Where EXIF's and the GPS receiver's own directories are. */
  inner: Map<number, number>
  next: number
}

/**
 * How many bytes the values of some tags claim to have, all together: in the first two directories, and in those of EXIF and GPS. Any
 * number of entries can claim the same bytes; one that claims more than the file has is read by nobody and left out.
 *
 * @returns infinity for a file whose inner directories can be understood in more than one way
 */
export function claimedBytes(tiff: Uint8Array, tags: ReadonlySet<number>): number {
  if (tiff.length < 8) return 0
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  const littleEndian = tiff[0] === 0x49
  const main = readDirectory(view.getUint32(4, littleEndian))
  const thumbnail = readDirectory(main.next)
  const exif = readDirectory(main.inner.get(pointers.exif) ?? 0)
  const gps = readDirectory(exif.inner.get(pointers.gps) ?? main.inner.get(pointers.gps) ?? 0)
  return main.claimed + thumbnail.claimed + exif.claimed + gps.claimed

  function readDirectory(offset: number): Directory {
    const directory: Directory = { claimed: 0, inner: new Map(), next: 0 }
    if (offset === 0 || offset + 2 > tiff.length) return directory
    const entries = view.getUint16(offset, littleEndian)
    let at = offset + 2
    for (let entry = 0; entry < entries && at + 12 <= tiff.length; entry++, at += 12) {
      const tag = view.getUint16(at, littleEndian)
      const type = view.getUint16(at + 2, littleEndian)
      const count = view.getUint32(at + 4, littleEndian)
      if (tag === pointers.exif || tag === pointers.gps) {
        directory.inner.set(tag, view.getUint32(at + 8, littleEndian))
        if (count !== 1 || (type !== long && type !== directoryPointer)) directory.claimed = Number.POSITIVE_INFINITY
      } else if (tags.has(tag)) {
        const bytes = count * (typeBytes[type] ?? 0)
        if (bytes <= tiff.length) directory.claimed += bytes
      }
    }
    if (at + 4 <= tiff.length) directory.next = view.getUint32(at, littleEndian)
    return directory
  }
}
