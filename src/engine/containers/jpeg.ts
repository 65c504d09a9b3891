/**
 * A walk over the markers of a JPEG file (ITU-T T.81, annex B), without decoding it.
 */

/** One quantization table, values in natural (row by row) order: 64 divisors, the first for the mean of a block. */
export interface QuantizationTable {
  id: number
  bits: 8 | 16
  values: number[]
}

export interface FrameComponent {
  id: number
  /** Sampling factors, relative to the frame's largest. */
  horizontal: number
  vertical: number
  tableId: number
}

export interface JpegFrame {
  process: 'baseline' | 'extended' | 'progressive' | 'lossless' | 'other'
  arithmetic: boolean
  /** Bits a sample. */
  precision: number
  width: number
  height: number
  components: FrameComponent[]
}

export interface JpegSegment {
  /** `APP1`, `DQT`, `COM`, … */
  name: string
  /** What an APPn segment calls itself: `Exif`, `JFIF`, `http://ns.adobe.com/xap/1.0/`; empty for others. */
  identifier: string
  /** Without the marker and the length field. A view into the file. */
  payload: Uint8Array
}

export interface JpegStructure {
  /** In the order of the file, up to the end of the image, `maxSegments` at most; entropy-coded data left out. */
  segments: JpegSegment[]
  /** The tables as they stood at the first scan. */
  tables: QuantizationTable[]
  frame: JpegFrame | undefined
  scans: number
  /** MCUs between restart markers; 0 for none. */
  restartInterval: number
  hasJfif: boolean
  /** Colour transform of Adobe's APP14 (0 none, 1 YCbCr, 2 YCCK). */
  adobeTransform: number | undefined
  /** Whether the end-of-image marker was found. */
  complete: boolean
  /** Bytes behind the end of the image: further pictures, a phone's trailer, or something appended. */
  trailingBytes: number
}

/** No honest file comes near; each scan of a progressive JPEG takes two or three. */
export const maxSegments = 5_000

/** Natural order by zigzag order (figure A.6). */
export const zigzag = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42,
  49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63
]

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const DQT = 0xdb
const DRI = 0xdd
const COM = 0xfe

/** Reads what it can: a damaged structure ends the walk and leaves `complete` false. */
export function readJpeg(bytes: Uint8Array): JpegStructure {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const jpeg: JpegStructure = {
    segments: [],
    tables: [],
    frame: undefined,
    scans: 0,
    restartInterval: 0,
    hasJfif: false,
    adobeTransform: undefined,
    complete: false,
    trailingBytes: 0
  }
  let at = 2
  while (at + 2 <= file.length && jpeg.segments.length < maxSegments) {
    // Any number of fill bytes may stand before a marker (B.1.1.2); what is no marker is skipped as decoders do.
    const marker = file[at] === 0xff ? file[at + 1]! : 0
    if (marker === 0 || marker === 0xff) {
      at = marker === 0xff ? at + 1 : nextMarker(file, at + 1)
      continue
    }
    if (marker === EOI) {
      jpeg.complete = true
      jpeg.trailingBytes = file.length - at - 2
      break
    }
    if (marker === SOI || marker === 0x01 || isRestart(marker)) {
      at += 2
      continue
    }
    if (at + 4 > file.length) break
    const length = file.readUInt16BE(at + 2)
    const payload = file.subarray(at + 4, at + 2 + length)
    if (length < 2 || payload.length < length - 2) break
    readSegment(jpeg, marker, payload)
    at += 2 + length
    if (marker === SOS) at = nextMarker(file, at)
  }
  return jpeg
}

/** The next marker that is neither a stuffed 0xFF nor a restart. */
function nextMarker(file: Buffer, from: number): number {
  let at = file.indexOf(0xff, from)
  while (at >= 0 && at + 1 < file.length) {
    const next = file[at + 1]!
    if (next !== 0 && next !== 0xff && !isRestart(next)) return at
    at = file.indexOf(0xff, at + (next === 0xff ? 1 : 2))
  }
  return file.length
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

function readSegment(jpeg: JpegStructure, marker: number, payload: Buffer): void {
  const name = nameOf(marker)
  const identifier = name.startsWith('APP') ? identifierOf(payload) : ''
  jpeg.segments.push({ name, identifier, payload })

  if (marker === DQT && jpeg.scans === 0) jpeg.tables = replaceTables(jpeg.tables, readTables(payload))
  else if (isFrame(marker) && jpeg.frame === undefined) jpeg.frame = readFrame(marker, payload)
  else if (marker === SOS) jpeg.scans++
  else if (marker === DRI && payload.length >= 2) jpeg.restartInterval = payload.readUInt16BE(0)
  else if (identifier === 'JFIF') jpeg.hasJfif = true
  else if (name === 'APP14' && identifier === 'Adobe') jpeg.adobeTransform = payload[11]
}

const otherNames: { readonly [marker: number]: string } = {
  [SOS]: 'SOS',
  [DQT]: 'DQT',
  [DRI]: 'DRI',
  [COM]: 'COM',
  0xc4: 'DHT',
  0xcc: 'DAC',
  0xdc: 'DNL'
}

function nameOf(marker: number): string {
  if (marker >= 0xe0 && marker <= 0xef) return `APP${marker - 0xe0}`
  if (isFrame(marker)) return `SOF${marker - 0xc0}`
  return otherNames[marker] ?? `0x${marker.toString(16)}`
}

/** Printable characters up to the first that is not one; Adobe's APP14 has no terminator. */
function identifierOf(payload: Buffer): string {
  const start = payload.subarray(0, 40).toString('latin1')
  return start.startsWith('Adobe') ? 'Adobe' : (/^[ -~]*/.exec(start)?.[0] ?? '')
}

/** B.2.4.1: one segment may hold several tables, each of 64 values in zigzag order. */
function readTables(payload: Buffer): QuantizationTable[] {
  const tables: QuantizationTable[] = []
  let at = 0
  while (at < payload.length) {
    const bits = payload[at]! >> 4 === 0 ? 8 : 16
    const size = bits === 8 ? 64 : 128
    if (at + 1 + size > payload.length) break
    const values = Array.from({ length: 64 }, () => 0)
    for (const [index, natural] of zigzag.entries()) {
      values[natural] = bits === 8 ? payload[at + 1 + index]! : payload.readUInt16BE(at + 1 + 2 * index)
    }
    tables.push({ id: payload[at]! & 0x0f, bits, values })
    at += 1 + size
  }
  return tables
}

function replaceTables(old: QuantizationTable[], news: QuantizationTable[]): QuantizationTable[] {
  const ids = new Set(news.map(({ id }) => id))
  return [...old.filter(({ id }) => !ids.has(id)), ...news].sort((a, b) => a.id - b.id)
}

/** B.2.2 */
function readFrame(marker: number, payload: Buffer): JpegFrame | undefined {
  const count = payload[5] ?? 0
  if (payload.length < 6 + 3 * count) return undefined
  const kind = marker & 0x03
  const processes = ['baseline', 'extended', 'progressive', 'lossless'] as const
  return {
    // SOF5 to 7 and 13 to 15 are the hierarchical ones, which nobody writes; SOF9 is extended with arithmetic coding.
    process: marker === 0xc0 ? 'baseline' : marker % 8 >= 5 ? 'other' : (processes[kind] ?? 'other'),
    arithmetic: marker > 0xc8,
    precision: payload[0]!,
    height: payload.readUInt16BE(1),
    width: payload.readUInt16BE(3),
    components: Array.from({ length: count }, (_, index) => ({
      id: payload[6 + 3 * index]!,
      horizontal: payload[7 + 3 * index]! >> 4,
      vertical: payload[7 + 3 * index]! & 0x0f,
      tableId: payload[8 + 3 * index]!
    }))
  }
}
