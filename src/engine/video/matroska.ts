import type { Container } from './container.ts'

/**
 * A walk over the elements of a Matroska or WebM file (RFC 8794, RFC 9559) as far as its `Info`: who wrote it, and when.
 */

const ids = { segment: 0x18538067, info: 0x1549a966, muxingApp: 0x4d80, writingApp: 0x5741, date: 0x4461, cluster: 0x1f43b675 }

/** `Info` stands before the clusters as a rule; so many elements are passed over on the way to it. */
const maxElements = 10_000
const maxNameLength = 200

/** Seconds from 1970 to 2001, when Matroska's time begins. */
const from2001 = 978_307_200

/** Reads the names of the programs and the date. */
export function readMatroska(bytes: Uint8Array): Container {
  const container: Container = { brands: [], writers: [], dates: [], tracks: [], indexFirst: undefined, fragmented: false, xmp: undefined }
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  for (let elements = 0; elements < maxElements && at < file.length; elements++) {
    const element = readElement(file, at)
    if (element === undefined) break
    const { id, start, end } = element
    const data = file.subarray(start, end)
    if (id === ids.muxingApp) container.writers.push({ keyword: 'muxing application', text: textOf(data) })
    if (id === ids.writingApp) container.writers.push({ keyword: 'writing application', text: textOf(data) })
    if (id === ids.date && data.length === 8) {
      container.dates.push({ of: 'file', created: Number(data.readBigInt64BE(0) / 1_000_000_000n) + from2001, modified: undefined })
    }
    // Into these, past everything else.
    at = id === ids.segment || id === ids.info || (id === ids.cluster && element.isOpen) ? start : end
  }
  return container
}

interface Element {
  id: number
  start: number
  end: number
  /** Of unknown size: it ends where the next of its kind begins. */
  isOpen: boolean
}

function readElement(file: Buffer, at: number): Element | undefined {
  const idLength = Math.clz32(file[at]!) - 23
  if (idLength > 4 || at + idLength >= file.length) return undefined
  const sizeAt = at + idLength
  const sizeLength = Math.clz32(file[sizeAt]!) - 23
  if (sizeLength > 8 || sizeAt + sizeLength > file.length) return undefined
  // The first bit that is set tells the length, and is no part of the value.
  let size = file[sizeAt]! & (0xff >> sizeLength)
  let isOpen = size === 0xff >> sizeLength
  for (let byte = 1; byte < sizeLength; byte++) {
    isOpen &&= file[sizeAt + byte] === 0xff
    size = size * 256 + file[sizeAt + byte]!
  }
  const start = sizeAt + sizeLength
  return { id: file.readUIntBE(at, idLength), start, end: isOpen ? file.length : Math.min(file.length, start + size), isOpen }
}

function textOf(data: Buffer): string {
  return data.subarray(0, maxNameLength).toString('utf8').replaceAll('\0', ' ').trim()
}
