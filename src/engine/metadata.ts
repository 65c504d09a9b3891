import exifReader from 'exifreader'
import type { Metadata as Header } from 'sharp'
import { readGif } from './containers/gif.ts'
import { contentsOf, readBoxes } from './containers/isobmff.ts'
import type { JpegStructure } from './containers/jpeg.ts'
import { extendedXmp, jpegTexts } from './containers/jpegTexts.ts'
import { rawProfiles, readPng } from './containers/png.ts'
import { claimedBytes } from './containers/tiff.ts'
import { readWebpTexts } from './containers/webp.ts'
import { storeBytesIn } from './credentials/find.ts'
import type { ImageMediaType } from './mediaTypes.ts'
import { decodeUserComment } from './userComment.ts'

// A CommonJS module, of which Node does not see the named export.
const readTags = exifReader.load // oxlint-disable-line import/no-named-as-default-member

/** What a field holds: text, a number, or several (rationals as quotients). */
export type FieldValue = string | number | number[]
export type Fields = ReadonlyMap<string, FieldValue>

/** A text that stands beside the picture: a PNG text chunk, a GIF or JPEG comment. */
export interface TextEntry {
  keyword: string
  text: string
}

/** All that the file says about itself. Every word of it was chosen by whoever wrote the file. */
export interface Metadata {
  /** EXIF, by the tag names of the EXIF standard. */
  exif: Fields
  /** XMP, by property name without its prefix: `CreatorTool`, `DigitalSourceType`. */
  xmp: Fields
  /** IPTC-IIM, by the data set's name: `Credit`, `By-line`. */
  iptc: Fields
  texts: TextEntry[]
  /** The JPEG that a camera puts into EXIF for its own display. */
  thumbnail: Uint8Array | undefined
  /** Whether there is a C2PA manifest store, which is not looked into here. */
  hasContentCredentials: boolean
  /** Blocks that stand in the file and can't be read. */
  unreadable: ('EXIF' | 'XMP' | 'IPTC')[]
}

/** Larger blocks, and blocks whose values claim more together, are left alone: the reader takes about 16 bytes of heap for each byte. */
const maxBlockBytes = 2_000_000
/** A ComfyUI workflow in a WebP's EXIF fits in. */
const maxFieldLength = 500_000
const maxNumbers = 16

/**
 * Reads EXIF, XMP, IPTC and texts, whatever the container. libvips finds the blocks, exifreader reads them.
 *
 * @param header what libvips says of the file
 * @param jpeg the structure of a JPEG
 */
export function readMetadata(bytes: Uint8Array, mediaType: ImageMediaType, header: Header, jpeg?: JpegStructure): Metadata {
  const metadata: Metadata = {
    exif: new Map(),
    xmp: new Map(),
    iptc: new Map(),
    texts: [],
    thumbnail: undefined,
    hasContentCredentials: storeBytesIn(bytes) !== undefined,
    unreadable: []
  }
  const read = (name: Metadata['unreadable'][number], block: Uint8Array | undefined, reader: (block: Uint8Array) => void) => {
    if (block === undefined || block.length === 0) return
    try {
      if (block.length > maxBlockBytes && block !== bytes) throw new Error('too large')
      reader(block)
    } catch {
      // A broken block must not hide the others; that it is there and unreadable is said.
      metadata.unreadable.push(name)
    }
  }
  // A TIFF is an EXIF block itself; libvips hands out no other.
  read('EXIF', mediaType === 'image/tiff' ? bytes : header.exif, (block) => Object.assign(metadata, readExif(block)))
  const { xmp, extendedXmp, texts } = readTexts(bytes, mediaType, jpeg)
  const hidden = mediaType === 'image/png' ? rawProfiles(texts) : {}
  if (header.exif === undefined) read('EXIF', hidden.exif, (block) => Object.assign(metadata, readExif(block)))
  read('XMP', xmp ?? header.xmp ?? hidden.xmp, (block) => (metadata.xmp = readXmp(block)))
  read('XMP', extendedXmp, (block) => (metadata.xmp = new Map([...readXmp(block), ...metadata.xmp])))
  read('IPTC', header.iptc, (block) => (metadata.iptc = readIptc(block)))
  metadata.texts = texts
  return metadata
}

interface Texts {
  texts: TextEntry[]
  /** Where libvips does not hand it out. */
  xmp?: Uint8Array | undefined
  /** The part of a JPEG's XMP that did not fit into one segment. */
  extendedXmp?: Uint8Array | undefined
}

function readTexts(bytes: Uint8Array, mediaType: ImageMediaType, jpeg: JpegStructure | undefined): Texts {
  switch (mediaType) {
    case 'image/png':
      return { texts: readPng(bytes).texts }
    case 'image/gif': {
      const { comments, xmp } = readGif(bytes)
      return { texts: comments.map((text) => ({ keyword: 'comment', text })), xmp }
    }
    case 'image/webp':
      return { texts: readWebpTexts(bytes) }
    case 'image/avif':
    case 'image/heic':
    case 'image/heif': {
      const box = readBoxes(bytes).find(({ uuid }) => uuid === xmpUuid)
      return { texts: [], xmp: box && contentsOf(bytes, box) }
    }
    default:
      return jpeg === undefined ? { texts: [] } : { texts: jpegTexts(bytes, jpeg), extendedXmp: extendedXmp(jpeg) }
  }
}

/** XMP in a box of its own (XMP specification, part 3, 1.1.4). */
const xmpUuid = 'be7acfcb97a942e89c71999491e3afac'

/** The tags that detectors ask for, with their numbers. Naming them keeps a hostile file from having everything else decoded. */
// prettier-ignore
const exifTags = {
  Make: 0x10f, Model: 0x110, LensMake: 0xa433, LensModel: 0xa434, Software: 0x131, ProcessingSoftware: 0x0b, HostComputer: 0x13c, MakerNote: 0x927c,
  Artist: 0x13b, ImageDescription: 0x10e, UserComment: 0x9286, XPTitle: 0x9c9b, XPComment: 0x9c9c, XPKeywords: 0x9c9e, XPSubject: 0x9c9f,
  DateTime: 0x132, DateTimeOriginal: 0x9003, DateTimeDigitized: 0x9004, OffsetTimeOriginal: 0x9011, SubSecTimeOriginal: 0x9291,
  GPSLatitudeRef: 0x01, GPSLatitude: 0x02, GPSLongitudeRef: 0x03, GPSLongitude: 0x04, GPSTimeStamp: 0x07, GPSDateStamp: 0x1d,
  PixelXDimension: 0xa002, PixelYDimension: 0xa003, ExposureTime: 0x829a, FNumber: 0x829d, ISOSpeedRatings: 0x8827, FocalLength: 0x920a,
  FocalLengthIn35mmFilm: 0xa405
}
const exifTagNames = Object.keys(exifTags)
const exifTagNumbers: ReadonlySet<number> = new Set(Object.values(exifTags))

function readExif(block: Uint8Array): Pick<Metadata, 'exif' | 'thumbnail'> {
  const tiff = Buffer.from(block.subarray(0, 6)).toString('latin1') === 'Exif\0\0' ? block.subarray(6) : block
  // The reader makes an array element of each byte, and a heap that has to grow by half a gigabyte at once ends the whole process.
  if (claimedBytes(tiff, exifTagNumbers) > maxBlockBytes) throw new Error('too large')
  const tags = readTags(ownBuffer(tiff), {
    expanded: true,
    computed: true,
    includeTags: { exif: exifTagNames, thumbnail: true }
  })
  const exif = new Map<string, FieldValue>()
  for (const [name, tag] of Object.entries(tags.exif ?? {})) {
    const value = exifValue(name, tag as ExifTag)
    if (value !== undefined) exif.set(name, value)
    if (name === 'MakerNote' && isNumbers((tag as ExifTag).value)) exif.set('MakerNoteSignature', signatureOf((tag as ExifTag).value as number[]))
  }
  const image = tags.Thumbnail?.image
  return { exif, thumbnail: image instanceof ArrayBuffer ? new Uint8Array(image) : undefined }
}

/** The letters with which most makers begin their note: `Nikon`, `OLYMPUS`; Canon has none. */
function signatureOf(note: number[]): string {
  return /^[ -~]*/.exec(String.fromCharCode(...note.slice(0, 20)))![0]
}

interface ExifTag {
  value: unknown
  computed?: unknown
  description: string
}

function exifValue(name: string, { value, computed, description }: ExifTag): FieldValue | undefined {
  // Kept for that it is there; its content is each maker's secret.
  if (name === 'MakerNote') return Array.isArray(value) ? value.length : undefined
  if (name === 'UserComment') return isNumbers(value) ? decodeUserComment(value).slice(0, maxFieldLength) : undefined
  if (typeof computed === 'number' || typeof computed === 'string') return bounded(computed)
  if (isNumbers(computed)) return name.startsWith('XP') ? bounded(description) : computed.slice(0, maxNumbers)
  return bounded(description)
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number')
}

function bounded(value: unknown): FieldValue {
  if (typeof value === 'number') return value
  // Cameras fill fixed fields with blanks or zeros. What is neither text nor number is a structure that nobody asks for.
  return typeof value === 'string' ? value.slice(0, maxFieldLength).replaceAll('\0', ' ').trim() : ''
}

const packetStart = '<?xpacket begin'

/** Properties of an XMP packet by their names. @throws for what is none */
export function readXmp(block: Uint8Array): Fields {
  const text = Buffer.from(block).toString('utf8').replaceAll('\0', '').trimStart()
  // The reader knows XMP that stands alone by its packet wrapper, which is optional in the standard.
  const packet = text.startsWith(packetStart) ? text : `${packetStart}="" id=""?>${text}`
  const { xmp = {} } = readTags(ownBuffer(Buffer.from(packet)), { expanded: true, includeTags: { xmp: true } })
  return new Map(
    Object.entries(xmp)
      .filter(([name]) => name !== '_raw')
      .map(([name, tag]) => [name, bounded((tag as ExifTag).description)])
  )
}

/** The reader takes IPTC from a JPEG's APP13 segment: one is wrapped around the block. */
function readIptc(block: Uint8Array): Fields {
  const signature = Buffer.from('Photoshop 3.0\0', 'latin1')
  const hasSignature = Buffer.from(block.subarray(0, signature.length)).equals(signature)
  const payload = hasSignature ? Buffer.from(block) : Buffer.concat([signature, block])
  const start = Buffer.from([0xff, 0xd8, 0xff, 0xed, 0, 0])
  start.writeUInt16BE(payload.length + 2, 4)
  const jpeg = Buffer.concat([start, payload, Buffer.from([0xff, 0xd9])])
  const { iptc = {} } = readTags(ownBuffer(jpeg), { expanded: true, includeTags: { iptc: true } })
  return new Map(
    Object.entries(iptc).map(([name, tag]) => {
      const all = (Array.isArray(tag) ? tag : [tag]) as ExifTag[]
      return [name, bounded(all.map(({ description }) => description).join(', '))]
    })
  )
}

/** The reader takes an ArrayBuffer from its first byte to its last. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength) return buffer
  return new Uint8Array(bytes).buffer
}
