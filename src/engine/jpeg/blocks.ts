import { zigzag } from '../containers/jpeg.ts'
import { longCode, readBits, readSigned, readSymbol, windowAt, type EntropyCoded } from './entropyCoded.ts'
import { fastBits, type HuffmanTable } from './huffman.ts'

/** Natural order by zigzag order. Runs that lead behind the block's end are led to its last coefficient, as libjpeg does. */
const naturalOrder = Uint8Array.from([...zigzag, ...Array.from({ length: 16 }, () => 63)])

/** A component of a scan and what its decoding remembers from block to block. */
export interface ComponentState {
  dc: HuffmanTable | undefined
  ac: HuffmanTable | undefined
  /** The last block's mean, before it is shifted. */
  prediction: number
}

/** What a scan of a progressive JPEG adds (G.1.1.1): the coefficients of a band, down to a bit. */
export interface Band {
  /** In zigzag order. */
  start: number
  end: number
  /** The bit above those that are sent, 0 in the first scan of the band. */
  high: number
  low: number
}

/** A block of a sequential scan (F.2.2). Coefficients that are 0 are not written. */
export function readSequential(coded: EntropyCoded, { ac }: ComponentState, dc: number, out: Int16Array, offset: number): void {
  out[offset] = dc
  const { data } = coded
  const { fast } = ac!
  let { at } = coded
  for (let index = 1; index < 64; index++) {
    let window = windowAt(data, at)
    let entry = fast[window >>> (32 - fastBits)]!
    if (entry === 0) {
      entry = longCode(ac!, window)
      if (entry === 0) {
        coded.corrupt = true
        break
      }
      window = windowAt(data, at + (entry >> 8))
    } else window <<= entry >> 8
    at += entry >> 8
    const bits = entry & 15
    const run = (entry >> 4) & 15
    if (bits === 0) {
      if (run < 15) break
      index += 15
      continue
    }
    index += run
    const value = window >>> (32 - bits)
    out[offset + naturalOrder[index]!] = value < 1 << (bits - 1) ? value - (1 << bits) + 1 : value
    at += bits
  }
  coded.at = at
}

/** The mean of a block, from the last one's (F.2.2.1). */
export function readMean(coded: EntropyCoded, state: ComponentState): number {
  return (state.prediction += readSigned(coded, Math.min(16, readSymbol(coded, state.dc!))))
}

/**
 * The first scan of a band (G.1.2.2).
 *
 * @param endOfBand how many blocks from this one on have nothing more in this band
 * @returns the same for the next block
 */
export function readBand(coded: EntropyCoded, ac: HuffmanTable, band: Band, endOfBand: number, out: Int16Array, offset: number): number {
  if (endOfBand > 0) return endOfBand - 1
  for (let index = band.start; index <= band.end; index++) {
    const symbol = readSymbol(coded, ac)
    const [run, bits] = [symbol >> 4, symbol & 15]
    if (bits === 0 && run < 15) return (1 << run) - 1 + readBits(coded, run)
    index += run
    if (bits > 0) out[offset + naturalOrder[index]!] = readSigned(coded, bits) << band.low
    if (coded.corrupt) return 0
  }
  return 0
}

/** A further scan of a band (G.1.2.3): one more bit of what is there, and new coefficients of 1 or -1. */
export function refineBand(coded: EntropyCoded, ac: HuffmanTable, band: Band, endOfBand: number, out: Int16Array, offset: number): number {
  const bit = 1 << band.low
  let index = band.start
  if (endOfBand === 0) {
    for (; index <= band.end; index++) {
      const symbol = readSymbol(coded, ac)
      if (coded.corrupt) return 0
      let run = symbol >> 4
      let fresh = 0
      if ((symbol & 15) !== 0) fresh = readBits(coded, 1) === 1 ? bit : -bit
      else if (run < 15) {
        endOfBand = (1 << run) + readBits(coded, run)
        break
      }
      // Over the coefficients that are there already, and over as many that are still 0 as the run says.
      for (; index <= band.end; index++) {
        const place = offset + naturalOrder[index]!
        if (out[place] !== 0) refine(coded, bit, out, place)
        else if (run-- === 0) {
          if (fresh !== 0) out[place] = fresh
          break
        }
      }
    }
  }
  if (endOfBand === 0) return 0
  for (; index <= band.end; index++) {
    const place = offset + naturalOrder[index]!
    if (out[place] !== 0) refine(coded, bit, out, place)
  }
  return endOfBand - 1
}

function refine(coded: EntropyCoded, bit: number, out: Int16Array, place: number): void {
  const value = out[place]!
  if (readBits(coded, 1) === 1 && (Math.abs(value) & bit) === 0) out[place] = value + (value > 0 ? bit : -bit)
}
