import { crc32, deflateSync } from 'node:zlib'
import sharp, { type Exif } from 'sharp'

/**
 * Pictures made in code, so that no test needs a file of somebody's.
 */

export interface PhotoOptions {
  width?: number
  height?: number
  /** Another seed, another picture. */
  seed?: number
  format?: 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff'
  /** Of lossy formats. */
  quality?: number
  /** EXIF ImageDescription, which `hostileDetectors.ts` listens to. */
  description?: string
  /** Further EXIF as sharp takes it: `{ IFD0: { Make: 'Canon' }, IFD2: { DateTimeOriginal: '…' } }`. */
  exif?: Exif
  /** An XMP packet. */
  xmp?: string
}

/** A picture with gradients, edges and noise, which compresses like a photograph. The same options give the same pixels. */
export async function photo(options: PhotoOptions = {}): Promise<Buffer> {
  const { width = 320, height = 240, seed = 1, format = 'jpeg', quality = 90, description, exif = {}, xmp } = options
  let picture = sharp(photoPixels(width, height, seed), { raw: { width, height, channels: 3 } })
  const withDescription = description === undefined ? exif : { ...exif, IFD0: { ...exif.IFD0, ImageDescription: description } }
  if (Object.keys(withDescription).length > 0) picture = picture.withExif(withDescription)
  if (xmp !== undefined) picture = picture.withXmp(xmp)
  return picture.toFormat(format, format === 'png' || format === 'gif' ? {} : { quality }).toBuffer()
}

/** The pixels of `photo`: `height × width × 3`, row-major, RGB, 0–255. */
export function photoPixels(width: number, height: number, seed = 1): Uint8Array {
  const random = mulberry32(seed)
  const circles = Array.from({ length: 8 }, () => ({
    x: random() * width,
    y: random() * height,
    radius: (0.05 + 0.2 * random()) * Math.min(width, height),
    colour: [random() * 120 - 60, random() * 120 - 60, random() * 120 - 60]
  }))
  const [slantX, slantY] = [random(), random()]
  const pixels = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const light = 60 + 90 * (slantX * (x / width) + slantY * (y / height))
      const noise = (random() + random() + random() - 1.5) * 12
      for (let channel = 0; channel < 3; channel++) {
        let value = light + noise + channel * 8
        for (const circle of circles) {
          if ((x - circle.x) ** 2 + (y - circle.y) ** 2 < circle.radius ** 2) value += circle.colour[channel]!
        }
        pixels[(y * width + x) * 3 + channel] = Math.max(0, Math.min(255, value))
      }
    }
  }
  return pixels
}

/** mulberry32 by Tommy Ettinger (public domain): 0 ≤ value < 1, the same for the same seed. */
export function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A PNG chunk with its length and checksum. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const chunk = Buffer.alloc(body.length + 8)
  chunk.writeUInt32BE(data.length, 0)
  body.copy(chunk, 4)
  chunk.writeUInt32BE(crc32(body), body.length + 4)
  return chunk
}

/** Puts chunks behind a PNG's header. */
export function withPngChunks(png: Buffer, ...chunks: Buffer[]): Buffer {
  // Signature (8 bytes) and IHDR (25 bytes) stand first in every PNG.
  return Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)])
}

export function pngText(keyword: string, text: string, type: 'tEXt' | 'zTXt' | 'iTXt' = 'tEXt'): Buffer {
  const [name, value] = [Buffer.from(`${keyword}\0`, 'latin1'), Buffer.from(text)]
  if (type === 'tEXt') return pngChunk(type, Buffer.concat([name, value]))
  if (type === 'zTXt') return pngChunk(type, Buffer.concat([name, Buffer.from([0]), deflateSync(value)]))
  return pngChunk(type, Buffer.concat([name, Buffer.from([0, 0, 0, 0]), value]))
}

/** A PNG photograph with text chunks. */
export async function pngWithTexts(texts: { [keyword: string]: string }, type: 'tEXt' | 'zTXt' | 'iTXt' = 'tEXt'): Promise<Buffer> {
  const png = await photo({ width: 64, height: 64, format: 'png' })
  return withPngChunks(png, ...Object.entries(texts).map(([keyword, text]) => pngText(keyword, text, type)))
}

/** An XMP packet with attributes and elements in the description, as applications write it. */
export function xmpPacket(attributes: { [name: string]: string }, elements = ''): string {
  const namespaces = {
    xmp: 'http://ns.adobe.com/xap/1.0/',
    dc: 'http://purl.org/dc/elements/1.1/',
    photoshop: 'http://ns.adobe.com/photoshop/1.0/',
    xmpMM: 'http://ns.adobe.com/xap/1.0/mm/',
    stEvt: 'http://ns.adobe.com/xap/1.0/sType/ResourceEvent#',
    Iptc4xmpExt: 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/',
    exif: 'http://ns.adobe.com/exif/1.0/',
    TC260: 'http://www.tc260.org.cn/ns/AIGC/1.0/'
  }
  const written = [
    ...Object.entries(namespaces).map(([prefix, address]) => `xmlns:${prefix}="${address}"`),
    ...Object.entries(attributes).map(([name, value]) => `${name}="${value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')}"`)
  ]
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ${written.join(' ')}>${elements}</rdf:Description></rdf:RDF></x:xmpmeta>`
}
