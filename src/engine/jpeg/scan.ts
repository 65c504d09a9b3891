import type { FrameComponent, JpegFrame } from '../containers/jpeg.ts'
import { readBand, readMean, readSequential, refineBand, type Band, type ComponentState } from './blocks.ts'
import { readBits, type EntropyCoded } from './entropyCoded.ts'
import type { HuffmanTable, HuffmanTables } from './huffman.ts'

/** Where a component's blocks go: `rows × columns` blocks of 64, and one more behind them for those that only fill up the frame. */
export interface BlockStore {
  data: Int16Array
  columns: number
  rows: number
}

/** A scan's header (B.2.3). */
export interface ScanHeader extends Band {
  components: { component: FrameComponent; dcTable: number; acTable: number }[]
}

/** Reads a scan's header; undefined where it is damaged or names what the frame doesn't have. */
export function readScanHeader(payload: Uint8Array, frame: JpegFrame): ScanHeader | undefined {
  const count = payload[0] ?? 0
  if (count < 1 || count > 4 || payload.length < 4 + 2 * count) return undefined
  const components: ScanHeader['components'] = []
  for (let index = 0; index < count; index++) {
    const component = frame.components.find(({ id }) => id === payload[1 + 2 * index])
    const tables = payload[2 + 2 * index]!
    if (component === undefined || components.some((one) => one.component === component)) return undefined
    components.push({ component, dcTable: tables >> 4, acTable: 16 + (tables & 15) })
  }
  const [start, end, approximation] = [payload[1 + 2 * count]!, payload[2 + 2 * count]!, payload[3 + 2 * count]!]
  const band = frame.process === 'progressive' ? { start, end, high: approximation >> 4, low: approximation & 15 } : { start: 0, end: 63, high: 0, low: 0 }
  if (band.start > band.end || band.end > 63 || band.low > 13) return undefined
  // G.1.1.1.1: means stand in scans of their own, and bands in scans of one component.
  if (frame.process === 'progressive' && (band.start === 0 ? band.end > 0 : count > 1)) return undefined
  return { components, ...band }
}

/** How a component's share of the frame is cut into blocks (A.1.1, A.2.2). */
export function blocksOf(frame: JpegFrame, { horizontal, vertical }: FrameComponent): { columns: number; rows: number } {
  const { across, down } = largestFactors(frame)
  return {
    columns: Math.ceil(Math.ceil((frame.width * horizontal) / across) / 8),
    rows: Math.ceil(Math.ceil((frame.height * vertical) / down) / 8)
  }
}

function largestFactors({ components }: JpegFrame): { across: number; down: number } {
  return {
    across: Math.max(...components.map(({ horizontal }) => horizontal)),
    down: Math.max(...components.map(({ vertical }) => vertical))
  }
}

/** Reads one block: of a scan that does not send a component's means, or of one that does. */
type ReadBlock = (state: ComponentState, out: Int16Array, offset: number) => void

/**
 * Decodes a scan into the blocks of the frame's first component. What other components have in it is read and dropped.
 *
 * @returns whether all of it was there and sound
 */
export function decodeScan(
  coded: EntropyCoded,
  frame: JpegFrame,
  scan: ScanHeader,
  tables: HuffmanTables,
  restartInterval: number,
  store: BlockStore
): boolean {
  const run = { endOfBand: 0 }
  const readBlock = blockReader(coded, frame, scan, run)
  const parts = scan.components.map(({ component, dcTable, acTable }) => ({
    component,
    state: { dc: tables.get(dcTable), ac: tables.get(acTable), prediction: 0 } satisfies ComponentState
  }))
  if (parts.some(({ state }) => missesTable(state, frame, scan))) return false

  const first = frame.components[0]!
  const dropped = store.columns * store.rows * 64
  const single = parts.length === 1
  const { across, down } = largestFactors(frame)
  const columns = single ? store.columns : Math.ceil(frame.width / (8 * across))
  const rows = single ? store.rows : Math.ceil(frame.height / (8 * down))
  let part = 0
  let untilRestart = restartInterval
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (restartInterval > 0 && untilRestart-- === 0) {
        if (part + 1 >= coded.ends.length) return false
        coded.at = coded.ends[part++]!
        untilRestart = restartInterval - 1
        run.endOfBand = 0
        for (const { state } of parts) state.prediction = 0
      }
      for (const { component, state } of parts) {
        const [wide, high] = single ? [1, 1] : [component.horizontal, component.vertical]
        for (let y = row * high; y < (row + 1) * high; y++) {
          for (let x = column * wide; x < (column + 1) * wide; x++) {
            const kept = component === first && x < store.columns && y < store.rows
            readBlock(state, store.data, kept ? (y * store.columns + x) * 64 : dropped)
          }
        }
      }
      if (coded.corrupt || coded.at > coded.ends[part]!) return false
    }
  }
  return true
}

function blockReader(coded: EntropyCoded, { process }: JpegFrame, band: ScanHeader, run: { endOfBand: number }): ReadBlock {
  if (process !== 'progressive') return (state, out, offset) => readSequential(coded, state, readMean(coded, state), out, offset)
  if (band.start === 0 && band.high === 0) return (state, out, offset) => (out[offset] = readMean(coded, state) << band.low)
  if (band.start === 0) {
    return (_state, out, offset) => {
      if (readBits(coded, 1) === 1) out[offset] = out[offset]! | (1 << band.low)
    }
  }
  const read = band.high === 0 ? readBand : refineBand
  return ({ ac }, out, offset) => (run.endOfBand = read(coded, ac as HuffmanTable, band, run.endOfBand, out, offset))
}

function missesTable({ dc, ac }: ComponentState, { process }: JpegFrame, { start, high }: Band): boolean {
  if (process !== 'progressive') return dc === undefined || ac === undefined
  return start > 0 ? ac === undefined : high === 0 && dc === undefined
}
