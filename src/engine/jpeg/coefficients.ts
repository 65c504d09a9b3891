import type { JpegStructure } from '../containers/jpeg.ts'
import { entropyCoded } from './entropyCoded.ts'
import { readHuffmanTables, type HuffmanTables } from './huffman.ts'
import { blocksOf, decodeScan, readScanHeader } from './scan.ts'

/** The quantised DCT coefficients of a JPEG's first component, which is its luminance as a rule. */
export interface Coefficients {
  /** Blocks of 64, row by row, each in natural order: `data[(row * columns + column) * 64 + 8 * v + u]`. */
  data: Int16Array
  /** In blocks; those at the right and lower edge may reach beyond the picture. */
  columns: number
  rows: number
  /** What each was divided by, in natural order. */
  table: readonly number[]
  /** Whether all scans were there and sound. Where not, what could be read is there and the rest is 0. */
  complete: boolean
}

/** The largest picture that is taken, in pixels: its coefficients take two bytes each. */
export const maxCoefficients = 50_000_000

/** Scans that are decoded at most. A progressive JPEG has about ten, of which half are of the first component. */
const maxDecodedScans = 100

/**
 * Decodes the entropy-coded data of a JPEG (ITU-T T.81): sequential and progressive, Huffman-coded, of 8 bits a sample, with any sampling
 * factors and restart intervals. No pixels are made. Of the other components nothing is kept, and their own scans are passed over.
 *
 * @returns undefined for other processes, for lying headers, and for pictures of more than `maxCoefficients` pixels
 */
export function decodeCoefficients(file: Uint8Array, jpeg: JpegStructure): Coefficients | undefined {
  const { frame } = jpeg
  if (frame === undefined || frame.arithmetic || frame.precision !== 8 || frame.width === 0 || frame.height === 0) return undefined
  if (frame.process === 'lossless' || frame.process === 'other') return undefined
  const soundFactors = frame.components.every(({ horizontal, vertical }) => horizontal >= 1 && horizontal <= 4 && vertical >= 1 && vertical <= 4)
  const [first] = frame.components
  const table = jpeg.tables.find(({ id }) => id === first?.tableId)?.values
  if (first === undefined || !soundFactors || frame.components.length > 4 || table === undefined || table.includes(0)) return undefined
  const { columns, rows } = blocksOf(frame, first)
  if (columns * rows * 64 > maxCoefficients) return undefined

  const store = { data: new Int16Array((columns * rows + 1) * 64), columns, rows }
  const huffmanTables: HuffmanTables = new Map()
  let restartInterval = 0
  let scans = 0
  let sound = jpeg.scans > 0
  for (const { name, payload } of jpeg.segments) {
    if (name === 'DHT') readHuffmanTables(payload, huffmanTables)
    else if (name === 'DRI' && payload.length >= 2) restartInterval = payload[0]! * 256 + payload[1]!
    else if (name === 'SOS') {
      const header = readScanHeader(payload, frame)
      if (header === undefined || scans++ >= maxDecodedScans) {
        sound = false
        break
      }
      if (header.components.every(({ component }) => component !== first)) continue
      const coded = entropyCoded(file, payload.byteOffset - file.byteOffset + payload.length)
      sound = decodeScan(coded, frame, header, huffmanTables, restartInterval, store)
      if (!sound) break
    }
  }
  return { data: store.data.subarray(0, columns * rows * 64), columns, rows, table, complete: sound }
}
