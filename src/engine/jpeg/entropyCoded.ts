import { fastBits, type HuffmanTable } from './huffman.ts'

/**
 * The entropy-coded data of one scan with the stuffed bytes taken out, and the place in it. Bits are read by their position, so
 * that a block's decoder may keep that in a variable of its own.
 */
export interface EntropyCoded {
  data: Uint8Array
  /** The next bit. */
  at: number
  /** Where each part between restart markers ends, in bits; the last is the end of the scan. */
  ends: number[]
  /** Set when a code was met that the tables do not have. */
  corrupt: boolean
}

/** No block takes more bits behind the end than this has, however its tables are made: 64 codes and values of 16 bits each. */
const padding = 64 * 4 + 8

/**
 * Takes the scan's data out of a file, up to the first marker that does not belong to it.
 *
 * @param from where the SOS segment ends
 */
export function entropyCoded(file: Uint8Array, from: number): EntropyCoded {
  let end = from
  for (;;) {
    end = file.indexOf(0xff, end)
    if (end < 0 || end + 1 >= file.length) {
      end = file.length
      break
    }
    const next = file[end + 1]!
    if (next === 0 || isRestart(next)) end += 2
    else if (next === 0xff) end += 1
    else break
  }
  const data = new Uint8Array(end - from + padding)
  const ends: number[] = []
  let [at, length] = [from, 0]
  while (at < end) {
    const marker = file.indexOf(0xff, at)
    const stop = marker < 0 || marker >= end ? end : marker
    data.set(file.subarray(at, stop), length)
    length += stop - at
    if (stop === end) break
    if (file[stop + 1] === 0) data[length++] = 0xff
    else if (isRestart(file[stop + 1]!)) ends.push(length * 8)
    // A fill byte goes alone: what follows it may be a marker.
    at = stop + (file[stop + 1] === 0xff ? 1 : 2)
  }
  ends.push(length * 8)
  return { data, at: 0, ends, corrupt: false }
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7
}

/** The 25 bits or more from a position on, from the highest bit down. */
export function windowAt(data: Uint8Array, at: number): number {
  const byte = at >> 3
  return ((data[byte]! << 24) | (data[byte + 1]! << 16) | (data[byte + 2]! << 8) | data[byte + 3]!) << (at & 7)
}

/** A code longer than `fastBits`, as `length << 8 | symbol`; 0 where the table has none. */
export function longCode(table: HuffmanTable, window: number): number {
  for (let length = fastBits + 1; length <= 16; length++) {
    const code = window >>> (32 - length)
    if (code <= table.largest[length]!) return (length << 8) | (table.symbols[table.first[length]! + code] ?? 0)
  }
  return 0
}

/** Reads one symbol; 0 and `corrupt` where there is none. */
export function readSymbol(coded: EntropyCoded, table: HuffmanTable): number {
  const window = windowAt(coded.data, coded.at)
  const entry = table.fast[window >>> (32 - fastBits)]! || longCode(table, window)
  if (entry === 0) coded.corrupt = true
  coded.at += entry >> 8
  return entry & 0xff
}

/** Reads an unsigned number of 0 to 16 bits. */
export function readBits(coded: EntropyCoded, bits: number): number {
  if (bits === 0) return 0
  const value = windowAt(coded.data, coded.at) >>> (32 - bits)
  coded.at += bits
  return value
}

/** F.2.2.1, EXTEND: a value of so many bits, negative where its first bit is 0. */
export function readSigned(coded: EntropyCoded, bits: number): number {
  const value = readBits(coded, bits)
  return bits > 0 && value < 1 << (bits - 1) ? value - (1 << bits) + 1 : value
}
