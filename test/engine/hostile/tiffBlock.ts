/**
 * TIFF blocks (TIFF 6.0, section 2) put together value by value: EXIF and TIFF files as no library would write them.
 */

/** One directory entry. A buffer that does not fit into four bytes is stored behind the directories. */
export interface Entry {
  tag: number
  type: number
  /** What the entry claims to hold, whatever stands there. */
  count: number
  value: number | Buffer | { directory: number } | { block: number }
}

export interface TiffOptions {
  bigEndian?: boolean
  /** Where each directory says that the next one is; left out: the following one, 0 after the last. */
  next?: (index: number, offsets: readonly number[]) => number
  /** What stands behind the directories: strips, a thumbnail. Entries refer to them by `{ block }`. */
  blocks?: readonly Buffer[]
}

export const types = { byte: 1, ascii: 2, short: 3, long: 4, rational: 5, undefined: 7, double: 12 } as const

/** An entry that holds a text. */
export function asciiEntry(tag: number, text: string | Buffer): Entry {
  const value = Buffer.concat([Buffer.from(text), Buffer.from([0])])
  return { tag, type: types.ascii, count: value.length, value }
}

export function shortEntry(tag: number, value: number): Entry {
  return { tag, type: types.short, count: 1, value }
}

export function longEntry(tag: number, value: Entry['value']): Entry {
  return { tag, type: types.long, count: 1, value }
}

/** Lays directories, values and blocks one behind the other. */
export function tiffBlock(directories: readonly (readonly Entry[])[], options: TiffOptions = {}): Buffer {
  const { bigEndian = false, next, blocks = [] } = options
  const u16 = (value: number) => written(2, (bytes) => (bigEndian ? bytes.writeUInt16BE(value & 0xffff) : bytes.writeUInt16LE(value & 0xffff)))
  const u32 = (value: number) => written(4, (bytes) => (bigEndian ? bytes.writeUInt32BE(value >>> 0) : bytes.writeUInt32LE(value >>> 0)))
  let end = 8
  const offsets = directories.map((entries) => {
    const offset = end
    end += 2 + 12 * entries.length + 4
    return offset
  })
  const blockOffsets = blocks.map((block) => {
    const offset = end
    end += block.length + (block.length % 2)
    return offset
  })
  const behind: Buffer[] = blocks.map((block) => Buffer.concat([block, Buffer.alloc(block.length % 2)]))
  const parts = [Buffer.from(bigEndian ? 'MM\0*' : 'II*\0', 'latin1'), u32(offsets[0] ?? 8)]
  for (const [index, entries] of directories.entries()) {
    parts.push(u16(entries.length))
    for (const { tag, type, count, value } of entries) parts.push(u16(tag), u16(type), u32(count), fieldOf(value, type))
    parts.push(u32(next?.(index, offsets) ?? offsets[index + 1] ?? 0))
  }
  return Buffer.concat([...parts, ...behind])

  function fieldOf(value: Entry['value'], type: number): Buffer {
    if (typeof value === 'number') return type === types.short ? Buffer.concat([u16(value), u16(0)]) : u32(value)
    if (!Buffer.isBuffer(value)) return u32(('directory' in value ? offsets[value.directory] : blockOffsets[value.block]) ?? 0)
    if (value.length <= 4) return Buffer.concat([value, Buffer.alloc(4 - value.length)])
    const offset = end
    const padded = Buffer.concat([value, Buffer.alloc(value.length % 2)])
    behind.push(padded)
    end += padded.length
    return u32(offset)
  }
}

function written(length: number, write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(length)
  write(bytes)
  return bytes
}

/** The tags of a picture's directory: size, layout, and where its one strip is. */
export function pictureEntries(width: number, height: number, strip: { block: number } | { directory: number }, stripBytes: number): Entry[] {
  return [
    longEntry(0x100, width),
    longEntry(0x101, height),
    { tag: 0x102, type: types.short, count: 1, value: 8 },
    shortEntry(0x103, 1),
    shortEntry(0x106, 1),
    longEntry(0x111, strip),
    shortEntry(0x115, 1),
    longEntry(0x116, height),
    longEntry(0x117, stripBytes)
  ]
}
