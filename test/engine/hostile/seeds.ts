import sharp from 'sharp'
import type { ImageMediaType } from '../../../src/engine/mediaTypes.ts'
import { heic } from '../heic.ts'
import { photo, photoPixels, pngChunk, pngText, withPngChunks, xmpPacket } from '../pictures.ts'
import { exifSegment, iptcSegment, jpegSegment, withSegments, xmpSegment } from './blocks.ts'
import { asciiEntry, longEntry, pictureEntries, shortEntry, tiffBlock, types, type Entry } from './tiffBlock.ts'

/** A sound file of one of the media types that the engine takes. */
export interface Seed {
  name: string
  mediaType: ImageMediaType
  bytes: Buffer
}

const size = { width: 72, height: 56 }
const xmp = xmpPacket({ 'xmp:CreatorTool': 'A test', 'photoshop:Credit': 'nobody' }, '<dc:subject><rdf:Bag><rdf:li>one</rdf:li></rdf:Bag></dc:subject>')

/** EXIF as a camera writes it: a maker note, a user comment, rationals, a place, and a thumbnail. */
export function cameraExif(thumbnail: Buffer, bigEndian = false): Buffer {
  const camera: Entry[] = [
    asciiEntry(0x10f, 'Maker'),
    asciiEntry(0x110, 'Maker One'),
    shortEntry(0x112, 1),
    asciiEntry(0x131, 'Firmware 1.0'),
    asciiEntry(0x132, '2024:05:31 21:50:40'),
    longEntry(0x8769, { directory: 2 }),
    longEntry(0x8825, { directory: 3 })
  ]
  const picture: Entry[] = [
    { tag: 0x829a, type: types.rational, count: 1, value: Buffer.alloc(8, 1) },
    asciiEntry(0x9003, '2024:05:31 21:50:40'),
    { tag: 0x927c, type: types.undefined, count: 24, value: Buffer.from('Maker\0a secret of it own') },
    { tag: 0x9286, type: types.undefined, count: 16, value: Buffer.from('ASCII\0\0\0a remark') },
    longEntry(0xa002, size.width),
    longEntry(0xa003, size.height)
  ]
  const small = [shortEntry(0x103, 6), longEntry(0x201, { block: 0 }), longEntry(0x202, thumbnail.length)]
  const next = (index: number, offsets: readonly number[]) => (index === 0 ? offsets[1]! : 0)
  return tiffBlock([camera, small, picture, [asciiEntry(0x1d, '2024:05:31')]], { bigEndian, next, blocks: [thumbnail] })
}

let seeds: Promise<readonly Seed[]> | undefined

/** The sound files, made once. */
export function soundFiles(): Promise<readonly Seed[]> {
  seeds ??= makeSeeds()
  return seeds
}

async function makeSeeds(): Promise<readonly Seed[]> {
  const files: { [name: string]: Promise<Buffer> | Buffer } = {}
  const picture = () => sharp(photoPixels(size.width, size.height), { raw: { ...size, channels: 3 } })
  const thumbnail = await sharp(await photo(size)).resize({ width: 32, height: 24, fit: 'fill' }).jpeg().toBuffer()
  const jpeg = await photo(size)
  const metadata = [exifSegment(cameraExif(thumbnail)), xmpSegment(xmp), iptcSegment([{ set: 110, value: Buffer.from('nobody') }, { set: 120, value: Buffer.from('a caption') }])]
  files['jpeg baseline'] = jpeg
  files['jpeg progressive'] = picture().jpeg({ progressive: true }).toBuffer()
  files['jpeg grey'] = picture().greyscale().jpeg().toBuffer()
  files['jpeg cmyk with profile'] = picture().toColourspace('cmyk').jpeg().toBuffer()
  files['jpeg camera'] = withSegments(await picture().jpeg({ mozjpeg: true }).withIccProfile('p3').toBuffer(), ...metadata)
  files['jpeg camera, big-endian'] = withSegments(jpeg, exifSegment(cameraExif(thumbnail, true)), jpegSegment(0xfe, Buffer.from('a comment')))

  const png = await photo({ ...size, format: 'png' })
  files['png with texts'] = withPngChunks(png, pngText('Title', 'a'), pngText('parameters', 'a house\nSteps: 20, Sampler: Euler, Seed: 1', 'zTXt'), pngText('XML:com.adobe.xmp', xmp, 'iTXt'))
  files['png with exif'] = picture().withExif({ IFD0: { Software: 'A test' } }).withIccProfile('p3').png().toBuffer()
  files['png interlaced'] = picture().png({ progressive: true }).toBuffer()
  files['png 16 bit'] = picture().toColourspace('rgb16').png().toBuffer()
  files['png palette'] = picture().png({ palette: true, colours: 16 }).toBuffer()
  files['png with alpha'] = picture().ensureAlpha(0.5).png().toBuffer()
  files['png animated'] = withPngChunks(png, pngChunk('acTL', Buffer.from([0, 0, 0, 1, 0, 0, 0, 0])))

  const frames = await Promise.all([1, 2, 3].map((seed) => photo({ ...size, seed, format: 'png' })))
  const animated = () => sharp(frames, { join: { animated: true } })
  files['webp lossy'] = photo({ ...size, format: 'webp', xmp, description: 'a picture' })
  files['webp lossless'] = picture().webp({ lossless: true }).toBuffer()
  files['webp with alpha'] = picture().ensureAlpha(0.5).webp().toBuffer()
  files['webp animated'] = animated().withExif({ IFD0: { Software: 'A test' } }).withXmp(xmp).webp().toBuffer()
  files['gif still'] = photo({ ...size, format: 'gif' })
  files['gif animated'] = withGifExtensions(await animated().gif().toBuffer())

  files['avif'] = picture().withExif({ IFD0: { Software: 'A test' } }).avif({ effort: 0 }).toBuffer()
  files['avif 4:4:4 with alpha'] = picture().ensureAlpha(0.5).avif({ effort: 0, chromaSubsampling: '4:4:4' }).toBuffer()
  files['heic'] = heic({ ...size, exif: cameraExif(thumbnail) })
  files['heif'] = Buffer.from(heic({ ...size, exif: cameraExif(thumbnail) }))
  files['heif'].write('mif1', 8, 'latin1')

  const pixels = Buffer.from(photoPixels(size.width, size.height)).subarray(0, size.width * size.height)
  files['tiff little-endian'] = tiffBlock([[...pictureEntries(size.width, size.height, { block: 0 }, pixels.length), asciiEntry(0x131, 'A test')]], { blocks: [pixels] })
  files['tiff big-endian, two pages'] = tiffBlock([pictureEntries(size.width, size.height, { block: 0 }, pixels.length), pictureEntries(size.width, size.height, { block: 0 }, pixels.length)], { bigEndian: true, blocks: [pixels] })
  files['tiff tiled'] = picture().tiff({ tile: true, tileWidth: 32, tileHeight: 32, compression: 'deflate' }).toBuffer()
  files['tiff lzw with predictor'] = picture().withXmp(xmp).tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer()
  files['tiff of jpeg'] = picture().tiff({ compression: 'jpeg' }).toBuffer()
  files['tiff bigtiff'] = picture().tiff({ bigtiff: true, compression: 'none' }).toBuffer()

  const made = Object.entries(files).map(async ([name, bytes]): Promise<Seed> => ({ name, mediaType: mediaTypeOf(name), bytes: await bytes }))
  return Promise.all(made)
}

function mediaTypeOf(name: string): ImageMediaType {
  return `image/${name.split(' ', 1)[0]}` as ImageMediaType
}

/** A comment and XMP in front of a GIF's first extension (GIF89a, section 24; XMP specification, part 3, 1.1.2). */
function withGifExtensions(gif: Buffer): Buffer {
  const tableBytes = gif[10]! & 0x80 ? 3 * 2 ** ((gif[10]! & 7) + 1) : 0
  const comment = Buffer.from('\x21\xfe\x09a comment\0', 'latin1')
  const trailer = Buffer.from([1, ...Array.from({ length: 256 }, (_, index) => 255 - index), 0])
  const application = Buffer.concat([Buffer.from('\x21\xff\x0bXMP DataXMP', 'latin1'), Buffer.from(xmp), trailer])
  return Buffer.concat([gif.subarray(0, 13 + tableBytes), comment, application, gif.subarray(13 + tableBytes)])
}
