/** A Huffman table of a JPEG (ITU-T T.81, annexes C and F.2.2.3), made ready for decoding. */
export interface HuffmanTable {
  /** By the next `fastBits` bits: `length << 8 | symbol`, 0 where the code is longer or there is none. */
  fast: Uint16Array
  /** By length: the largest code of it, -1 where there is none. */
  largest: Int32Array
  /** By length: what a code of it is to be added to, to find its symbol. */
  first: Int32Array
  symbols: Uint8Array
}

/** With a code of so many bits, and the longest value behind it, one window of 25 bits has both. */
export const fastBits = 9

/** Tables by class and number: `0`–`3` for DC, `16`–`19` for AC, as the file names them. */
export type HuffmanTables = Map<number, HuffmanTable>

/** Reads the tables of a DHT segment (B.2.4.2) into `tables`; what is damaged is left out. */
export function readHuffmanTables(payload: Uint8Array, tables: HuffmanTables): void {
  let at = 0
  while (at + 17 <= payload.length) {
    const counts = payload.subarray(at + 1, at + 17)
    const total = counts.reduce((sum, count) => sum + count, 0)
    if (total > 256 || at + 17 + total > payload.length) return
    const table = huffmanTable(counts, payload.slice(at + 17, at + 17 + total))
    if (table !== undefined) tables.set(payload[at]!, table)
    at += 17 + total
  }
}

/**
 * @param counts how many codes there are of 1 to 16 bits
 * @param symbols in the order of their codes
 * @returns undefined where there are more codes than their lengths leave room for
 */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable | undefined {
  const table: HuffmanTable = { fast: new Uint16Array(1 << fastBits), largest: new Int32Array(17).fill(-1), first: new Int32Array(17), symbols }
  let [code, index] = [0, 0]
  for (let length = 1; length <= 16; length++, code <<= 1) {
    const count = counts[length - 1]!
    if (code + count > 1 << length) return undefined
    table.first[length] = index - code
    for (let each = 0; each < count; each++, code++, index++) {
      if (length > fastBits) continue
      const from = code << (fastBits - length)
      table.fast.fill((length << 8) | symbols[index]!, from, from + (1 << (fastBits - length)))
    }
    if (count > 0) table.largest[length] = code - 1
  }
  return table
}

/** By class and number as the file names them: how many codes there are of 1 to 16 bits in the tables of annex K.3. */
const standardCounts: { readonly [id: number]: readonly number[] } = {
  0x00: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
  0x01: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
  0x10: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
  0x11: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119]
}

/** Whether all Huffman tables of a file are those of annex K.3, which most cameras write; others fit them to each picture. */
export function hasStandardHuffmanTables(segments: readonly { name: string; payload: Uint8Array }[]): boolean {
  let tables = 0
  for (const { name, payload } of segments) {
    if (name !== 'DHT') continue
    for (let at = 0; at + 17 <= payload.length; tables++) {
      const counts = payload.subarray(at + 1, at + 17)
      const standard = standardCounts[payload[at]!]
      if (standard === undefined || counts.some((count, index) => count !== standard[index])) return false
      at += 17 + counts.reduce((sum, count) => sum + count, 0)
    }
  }
  return tables > 0
}
