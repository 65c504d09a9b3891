import type { VideoCodec } from 'mediabunny'
import { readBits, type BitReader } from './bits.ts'

/**
 * How many pixels a coded frame has by its own header: what the decoder will make room for, whatever the container says. The headers
 * are those of ITU-T H.264 (7.3.2.1), ITU-T H.265 (7.3.2.2), RFC 6386 (9.1), the VP9 bitstream specification (6.2) and the AV1 one (5.5).
 */
export interface SizeReader {
  /** Of the headers that stand in the container; undefined where there are none. */
  described: number | undefined
  /** Of the headers in a packet: most key frames have one. */
  ofPacket(packet: Uint8Array): number | undefined
}

/** Parts of a packet that are looked at; headers stand first. */
const maxParts = 64

export function sizeReader(codec: VideoCodec | null, description: Uint8Array | undefined): SizeReader {
  switch (codec) {
    case 'avc':
      return nalReader(description, { lengthAt: 4, isHeader: (unit) => (unit[0]! & 0x1f) === 7, sizeOf: avcSize })
    case 'hevc':
      return nalReader(description, { lengthAt: 21, isHeader: (unit) => ((unit[0]! >> 1) & 0x3f) === 33, sizeOf: hevcSize })
    case 'vp8':
      return { described: undefined, ofPacket: vp8Size }
    case 'vp9':
      return { described: undefined, ofPacket: vp9Size }
    case 'av1':
      return { described: description && av1Size(description.subarray(4)), ofPacket: av1Size }
    default:
      return { described: undefined, ofPacket: () => undefined }
  }
}

interface NalFormat {
  /** Where the container's description says, in two bits, how many bytes a length has. */
  lengthAt: number
  isHeader: (unit: Uint8Array) => boolean
  sizeOf: (unit: Uint8Array) => number
}

/** The description is searched for headers as if it were a packet of 16-bit lengths: that is how they stand in it. */
function nalReader(description: Uint8Array | undefined, format: NalFormat): SizeReader {
  const lengthBytes = description === undefined ? 0 : ((description[format.lengthAt] ?? 3) & 3) + 1
  const largest = (units: Iterable<Uint8Array>) => {
    let size: number | undefined
    for (const unit of units) if (unit.length > 3 && format.isHeader(unit)) size = Math.max(size ?? 0, format.sizeOf(withoutEmulation(unit)))
    return size
  }
  return {
    described: description && largest(unitsOfDescription(description, format)),
    ofPacket: (packet) => largest(lengthBytes === 0 ? unitsByStartCode(packet) : unitsByLength(packet, lengthBytes))
  }
}

/** Wherever two bytes are a length that fits and a header follows: no need to know the rest of `avcC` and `hvcC`. */
function* unitsOfDescription(description: Uint8Array, { isHeader }: NalFormat): Generator<Uint8Array> {
  for (let at = 0; at + 3 < Math.min(description.length, 4_096); at++) {
    const length = (description[at]! << 8) | description[at + 1]!
    const unit = description.subarray(at + 2, at + 2 + length)
    if (unit.length === length && length > 3 && isHeader(unit) && (unit[0]! & 0x80) === 0) yield unit
  }
}

function* unitsByLength(packet: Uint8Array, lengthBytes: number): Generator<Uint8Array> {
  for (let at = 0, parts = 0; at + lengthBytes < packet.length && parts < maxParts; parts++) {
    let length = 0
    for (let byte = 0; byte < lengthBytes; byte++) length = length * 256 + packet[at + byte]!
    at += lengthBytes
    yield packet.subarray(at, at + Math.min(length, 1_000))
    at += length
  }
}

function* unitsByStartCode(packet: Uint8Array): Generator<Uint8Array> {
  const data = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength)
  for (let at = data.indexOf('000001', 0, 'hex'), parts = 0; at >= 0 && parts < maxParts; at = data.indexOf('000001', at + 3, 'hex'), parts++) {
    yield packet.subarray(at + 3, at + 1_003)
  }
}

/** Drops the threes that keep a header from looking like a start code. */
function withoutEmulation(unit: Uint8Array): Uint8Array {
  return unit.filter((byte, index) => !(byte === 3 && index > 1 && unit[index - 1] === 0 && unit[index - 2] === 0))
}

const highProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135])

function avcSize(unit: Uint8Array): number {
  const header = readBits(unit.subarray(1))
  const profile = header.bits(8)
  header.skip(16)
  header.unsigned()
  if (highProfiles.has(profile)) {
    const chroma = header.unsigned()
    if (chroma === 3) header.skip(1)
    header.unsigned()
    header.unsigned()
    header.skip(1)
    if (header.bits(1) === 1) for (let list = 0; list < (chroma === 3 ? 12 : 8); list++) if (header.bits(1) === 1) skipScaling(header, list < 6 ? 16 : 64)
  }
  header.unsigned()
  const order = header.unsigned()
  if (order === 0) header.unsigned()
  if (order === 1) {
    header.skip(1)
    header.unsigned()
    header.unsigned()
    for (let cycle = Math.min(255, header.unsigned()); cycle > 0; cycle--) header.unsigned()
  }
  header.unsigned()
  header.skip(1)
  const [columns, rows] = [header.unsigned() + 1, header.unsigned() + 1]
  return columns * 16 * rows * 16 * (header.bits(1) === 1 ? 1 : 2)
}

function skipScaling(header: BitReader, count: number): void {
  let [last, next] = [8, 8]
  for (let index = 0; index < count; index++) {
    if (next !== 0) {
      const code = header.unsigned()
      next = (last + (code % 2 === 1 ? (code + 1) / 2 : -code / 2) + 256) % 256
    }
    if (next !== 0) last = next
  }
}

function hevcSize(unit: Uint8Array): number {
  const header = readBits(unit.subarray(2))
  header.skip(4)
  const layers = header.bits(3)
  header.skip(1 + 96)
  const present = Array.from({ length: layers }, () => [header.bits(1), header.bits(1)] as const)
  if (layers > 0) header.skip(2 * (8 - layers))
  for (const [profile, level] of present) header.skip(profile * 88 + level * 8)
  header.unsigned()
  if (header.unsigned() === 3) header.skip(1)
  return header.unsigned() * header.unsigned()
}

function vp8Size(packet: Uint8Array): number | undefined {
  if (packet.length < 10 || (packet[0]! & 1) === 1 || packet[3] !== 0x9d || packet[4] !== 0x01 || packet[5] !== 0x2a) return undefined
  return ((packet[6]! | (packet[7]! << 8)) & 0x3fff) * ((packet[8]! | (packet[9]! << 8)) & 0x3fff)
}

function vp9Size(packet: Uint8Array): number | undefined {
  const header = readBits(packet)
  if (header.bits(2) !== 2) return undefined
  const profile = header.bits(1) + 2 * header.bits(1)
  if (profile === 3) header.skip(1)
  const [isRepeated, isInter] = [header.bits(1), header.bits(1)]
  header.skip(2)
  if (isRepeated === 1 || isInter === 1 || header.bits(24) !== 0x498342) return undefined
  if (profile >= 2) header.skip(1)
  const isRgb = header.bits(3) === 7
  if (!isRgb) header.skip(1)
  if (profile % 2 === 1) header.skip(isRgb ? 1 : 3)
  return (header.bits(16) + 1) * (header.bits(16) + 1)
}

function av1Size(packet: Uint8Array): number | undefined {
  for (let at = 0, parts = 0; at < packet.length && parts < maxParts; parts++) {
    const [type, hasExtension, hasSize] = [(packet[at]! >> 3) & 15, (packet[at]! >> 2) & 1, (packet[at]! >> 1) & 1]
    at += 1 + hasExtension
    let length = packet.length - at
    if (hasSize === 1) {
      length = 0
      for (let byte = 0; byte < 8; byte++) {
        const part = packet[at++] ?? 0
        length += (part & 0x7f) * 2 ** (7 * byte)
        if (part < 0x80) break
      }
    }
    if (type === 1) return av1SequenceSize(readBits(packet.subarray(at, at + 1_000)))
    at += length
  }
  return undefined
}

function av1SequenceSize(header: BitReader): number {
  header.skip(4)
  if (header.bits(1) === 1) header.skip(5)
  else skipOperatingPoints(header)
  const [widthBits, heightBits] = [header.bits(4) + 1, header.bits(4) + 1]
  return (header.bits(widthBits) + 1) * (header.bits(heightBits) + 1)
}

function skipOperatingPoints(header: BitReader): void {
  let delayBits = 0
  if (header.bits(1) === 1) {
    header.skip(64)
    if (header.bits(1) === 1) header.unsigned()
    if (header.bits(1) === 1) {
      delayBits = header.bits(5) + 1
      header.skip(42)
    }
  }
  const hasDisplayDelay = header.bits(1)
  for (let points = header.bits(5) + 1; points > 0; points--) {
    header.skip(12)
    if (header.bits(5) > 7) header.skip(1)
    if (delayBits > 0 && header.bits(1) === 1) header.skip(2 * delayBits + 1)
    if (hasDisplayDelay === 1 && header.bits(1) === 1) header.skip(4)
  }
}
