import { sentence } from '../../language/sentence.ts'
import { contentsOf, readBoxes, type Box } from '../containers/isobmff.ts'
import type { TextEntry } from '../metadata.ts'
import { EngineError } from '../types.ts'
import type { Container, ContainerTrack, Dates, Edit } from './container.ts'

/** The sample tables of ISO/IEC 14496-12: bytes before the count of entries, and bytes an entry. */
const tables: { readonly [type: string]: readonly [before: number, entryBytes: number] } = {
  stts: [4, 8], ctts: [4, 8], stsc: [4, 12], stco: [4, 4], co64: [4, 8], stss: [4, 4]
} // prettier-ignore

/** Entries of one table. Three hours at 60 frames a second stay below; each entry costs the demuxer some 100 bytes of heap. */
const maxEntries = 700_000

const maxTracks = 64
const maxEdits = 1_000
const maxNameLength = 200

/** XMP in an ISO base media file (XMP specification, part 3). */
const xmpUuid = 'be7acfcb97a942e89c71999491e3afac'

/** Seconds from 1904, the beginning of QuickTime's time, to 1970. */
const from1904 = 2_082_844_800

/** Reads brands, dates, edit lists and names of an MP4 or QuickTime file. */
export function readIsoBaseMedia(bytes: Uint8Array): Container {
  const boxes = readBoxes(bytes)
  const contents = (box: Box) => contentsOf(bytes, box)
  const outer = boxes.filter(({ path, type }) => path === type)
  const [index, media] = [outer.find(({ type }) => type === 'moov'), outer.find(({ type }) => type === 'mdat')]
  const container: Container = {
    brands: brandsOf(outer.find(({ type }) => type === 'ftyp'), contents),
    writers: [],
    dates: [],
    tracks: [],
    indexFirst: index && media && index.offset < media.offset,
    fragmented: outer.some(({ type }) => type === 'moof'),
    xmp: outer.filter(({ uuid }) => uuid === xmpUuid).map(contents)[0]
  }
  const movieHeader = boxes.find(({ path }) => path === 'moov/mvhd')
  const movie = movieHeader && timesOf(contents(movieHeader))
  if (movie) container.dates.push({ of: 'movie', ...movie.dates })
  for (const track of tracksOf(boxes)) readTrack(track, contents, movie?.timescale ?? 0, container)
  return container
}

type Contents = (box: Box) => Buffer

function brandsOf(box: Box | undefined, contents: Contents): string[] {
  if (box === undefined) return []
  const data = contents(box)
  const brands: string[] = []
  // The four bytes behind the major brand are its version.
  for (let at = 0; at + 4 <= data.length && brands.length < 32; at += at === 0 ? 8 : 4) brands.push(data.toString('latin1', at, at + 4))
  return brands
}

/** The boxes of each track by their path in it. */
function tracksOf(boxes: readonly Box[]): Map<string, Box>[] {
  const tracks: Map<string, Box>[] = []
  for (const box of boxes) {
    if (box.path === 'moov/trak') tracks.push(new Map())
    if (tracks.length > maxTracks) throw new EngineError('undecodable_file', sentence('The film has more than {most, number} tracks', { most: maxTracks }))
    const path = box.path.startsWith('moov/trak/') ? box.path.slice('moov/trak/'.length) : undefined
    if (path !== undefined && tracks.at(-1)?.has(path) === false) tracks.at(-1)!.set(path, box)
  }
  return tracks
}

const kinds: { readonly [handler: string]: ContainerTrack['kind'] } = { vide: 'video', soun: 'sound' }

function readTrack(boxes: ReadonlyMap<string, Box>, contents: Contents, movieTimescale: number, container: Container): void {
  for (const box of boxes.values()) admitTable(box, contents)
  const read = (path: string) => {
    const box = boxes.get(path)
    return box && contents(box)
  }
  const handler = read('mdia/hdlr')
  const kind = kinds[handler?.toString('latin1', 8, 12) ?? ''] ?? 'other'
  const header = timesOf(read('mdia/mdhd') ?? Buffer.alloc(0))
  const timescale = header?.timescale ?? 0
  if (header && kind !== 'other') container.dates.push({ of: `${kind} track`, ...header.dates })
  const description = read('mdia/minf/stbl/stsd')
  const edits = read('edts/elst')
  container.tracks.push({
    kind,
    storedSeconds: timescale > 0 ? header!.duration / timescale : 0,
    edits: edits === undefined ? [] : editsOf(edits, movieTimescale, timescale),
    descriptions: description !== undefined && description.length >= 8 ? description.readUInt32BE(4) : 0
  })
  addWriter(container.writers, `${kind} handler`, handler === undefined ? '' : nameOf(handler.subarray(24)))
  // A name of at most 31 bytes behind its length, 42 bytes into the description of a visual track.
  if (kind === 'video' && description !== undefined) addWriter(container.writers, 'compressor', nameOf(description.subarray(58, 90)))
}

/** Text with its length before it (QuickTime) or a zero behind it (ISO). */
function nameOf(data: Buffer): string {
  const length = data[0] ?? 0
  const isCounted = length > 0 && length < 32 && length < data.length && !data.subarray(1, 1 + length).includes(0)
  const text = isCounted ? data.subarray(1, 1 + length) : data.subarray(0, Math.max(0, data.indexOf(0)))
  return text.toString('utf8').slice(0, maxNameLength).trim()
}

function addWriter(writers: TextEntry[], keyword: string, text: string): void {
  if (text !== '' && writers.every((known) => known.text !== text)) writers.push({ keyword, text })
}

/**
 * Refuses a table that no film has, before the demuxer builds it.
 * @throws {EngineError} `undecodable_file`
 */
function admitTable(box: Box, contents: Contents): void {
  if (box.type === 'stsz') return admitSizes(contents(box))
  const table = Object.hasOwn(tables, box.type) ? tables[box.type] : undefined
  if (table === undefined) return
  const data = contents(box)
  const entries = data.length >= 8 ? data.readUInt32BE(table[0]) : 0
  if (entries > maxEntries || 8 + entries * table[1] > data.length) throw impossibleTable(box.type)
}

/** One size for all samples, or a table of sizes. */
function admitSizes(data: Buffer): void {
  if (data.length < 12) return
  const [same, samples] = [data.readUInt32BE(4), data.readUInt32BE(8)]
  // Sound of one size a sample has 192,000 a second.
  if (same === 0 ? samples > maxEntries || 12 + samples * 4 > data.length : samples > 0x7fff_ffff) throw impossibleTable('stsz')
}

function impossibleTable(type: string): EngineError {
  return new EngineError('undecodable_file', sentence('A table of the film ({type}) is longer than there is room for, or than any film needs: it is not decoded', { type }))
}

interface Times {
  dates: Omit<Dates, 'of'>
  timescale: number
  duration: number
}

/** `mvhd` and `mdhd` begin alike: version, created, modified, time scale, duration. */
function timesOf(data: Buffer): Times | undefined {
  const long = data[0] === 1
  if (data.length < (long ? 32 : 20)) return undefined
  const at = (short: number, wide: number) => (long ? Number(data.readBigUInt64BE(wide)) : data.readUInt32BE(short))
  return {
    dates: { created: since1970(at(4, 4)), modified: since1970(at(8, 12)) },
    timescale: data.readUInt32BE(long ? 20 : 12),
    duration: at(16, 24)
  }
}

/** A zero is no date, and neither is what lies before QuickTime or centuries ahead: some write 1970 as the beginning. */
function since1970(seconds: number): number | undefined {
  const value = seconds - from1904
  return value > 600_000_000 && value < 8_000_000_000 ? value : undefined
}

function editsOf(data: Buffer, movieTimescale: number, timescale: number): Edit[] {
  if (data.length < 8 || movieTimescale === 0 || timescale === 0) return []
  const long = data[0] === 1
  const [entries, entryBytes] = [Math.min(data.readUInt32BE(4), maxEdits), long ? 20 : 12]
  const edits: Edit[] = []
  for (let entry = 0, at = 8; entry < entries && at + entryBytes <= data.length; entry++, at += entryBytes) {
    const duration = long ? Number(data.readBigUInt64BE(at)) : data.readUInt32BE(at)
    const from = long ? Number(data.readBigInt64BE(at + 8)) : data.readInt32BE(at + 4)
    edits.push({
      seconds: duration / movieTimescale,
      from: from < 0 ? null : from / timescale,
      rate: data.readInt32BE(at + entryBytes - 4) / 65_536
    })
  }
  return edits
}
