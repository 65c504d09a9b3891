import sharp from 'sharp'
import t from 'tap'
import { readJpeg, zigzag } from '../../../src/engine/containers/jpeg.ts'
import { jpegStructure } from '../../../src/engine/detectors/jpegStructure.ts'
import { encoderOf } from '../../../src/engine/jpeg/encoders.ts'
import { detect } from '../detectors/photographs.ts'
import { photo } from '../pictures.ts'

/** Puts a segment behind the start of a JPEG. */
function withSegment(file: Buffer, marker: number, payload: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(payload.length + 2, 2)
  return Buffer.concat([file.subarray(0, 2), head, payload, file.subarray(2)])
}

/** Writes other quantization tables into a JPEG, in one segment as Photoshop does, or apart as libjpeg does; what it shows is then something else. */
function withTables(file: Buffer, tables: readonly (readonly number[])[], how: 'joined' | 'apart' = 'joined'): Buffer {
  const contents = tables.map((values, id) => Buffer.from([id, ...zigzag.map((natural) => values[natural]!)]))
  const parts: Buffer[] = []
  let at = 2
  for (const { name, payload } of readJpeg(file).segments) {
    const end = payload.byteOffset - file.byteOffset + payload.length
    if (name === 'SOS') break
    if (name !== 'DQT') parts.push(file.subarray(at, end))
    at = end
  }
  const bare = Buffer.concat([file.subarray(0, 2), ...parts, file.subarray(at)])
  if (how === 'joined') return withSegment(bare, 0xdb, Buffer.concat(contents))
  return contents.toReversed().reduce<Buffer>((whole, content) => withSegment(whole, 0xdb, content), bare)
}

const ownTable = Array.from({ length: 64 }, (_, index) => 3 + (index % 7))

// prettier-ignore
const photoshop8 = [
  [
    6, 4, 4, 6, 9, 11, 12, 16,
    4, 5, 5, 6, 8, 10, 12, 12,
    4, 5, 5, 6, 10, 12, 12, 12,
    6, 6, 6, 11, 12, 12, 12, 12,
    9, 8, 10, 12, 12, 12, 12, 12,
    11, 10, 12, 12, 12, 12, 12, 12,
    12, 12, 12, 12, 12, 12, 12, 12,
    16, 12, 12, 12, 12, 12, 12, 12
  ],
  [
    7, 7, 13, 24, 20, 20, 17, 17,
    7, 12, 16, 14, 14, 12, 12, 12,
    13, 16, 14, 14, 12, 12, 12, 12,
    24, 14, 14, 12, 12, 12, 12, 12,
    20, 14, 12, 12, 12, 12, 12, 12,
    20, 12, 12, 12, 12, 12, 12, 12,
    17, 12, 12, 12, 12, 12, 12, 12,
    17, 12, 12, 12, 12, 12, 12, 12
  ]
]

const nameOf = (file: Buffer) => encoderOf(readJpeg(file))?.name

const jfif = Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')
/** The tables of a program that uses libjpeg, behind the header that it writes. */
const libjpegFile = async (options = {}) => {
  const file = await photo(options)
  return readJpeg(file).segments[0]?.identifier === 'JFIF' ? file : withSegment(file, 0xe0, jfif)
}

t.test('a program is named by the comment that it leaves', async (t) => {
  const file = await photo()
  t.match(nameOf(withSegment(file, 0xfe, Buffer.from('CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90\n'))), /^GD/)
  t.equal(nameOf(withSegment(file, 0xfe, Buffer.from('Created with GIMP'))), 'GIMP')
  t.notMatch(nameOf(withSegment(file, 0xfe, Buffer.from('A walk by the sea'))) ?? '', /GIMP|GD/)
})

t.test('a program is named by segments that it alone writes', async (t) => {
  const file = withTables(await photo({ quality: 80 }), [ownTable, ownTable])
  const adobe = Buffer.from('Adobe\0\x64\0\0\0\0\x01', 'latin1')
  t.match(nameOf(withSegment(withSegment(file, 0xee, adobe), 0xed, Buffer.from('Photoshop 3.0\0 8BIM'))), /Photoshop or Lightroom/)
  t.match(nameOf(withSegment(file, 0xec, Buffer.from('Ducky\0\x01\0\x04\0\0\0\x3c'))), /Save for Web/)
  const instructions = (text: string) => Buffer.from(`Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x1a\x1c\x02\x28\0\x11${text}`, 'latin1')
  t.match(nameOf(withSegment(file, 0xed, instructions('FBMD01000ab10300'))), /Facebook/)
  t.equal(nameOf(withSegment(file, 0xed, instructions('See FBMD01000ab1'))), undefined)
})

t.test('segments of Adobe’s that another program kept do not name Adobe', async (t) => {
  const kept = withSegment(await photo({ quality: 80 }), 0xec, Buffer.from('Ducky\0\x01\0\x04\0\0\0\x3c'))
  t.notMatch(nameOf(kept) ?? '', /Adobe/)
})

t.test('Photoshop is named by its tables and how they stand in the file, with the quality that was chosen', async (t) => {
  const file = await sharp(await photo()).jpeg({ quality: 80, chromaSubsampling: '4:4:4' }).toBuffer()
  const written = withTables(file, photoshop8)
  t.match(encoderOf(readJpeg(written)), { name: 'Adobe Photoshop or Lightroom', by: 'tables', setting: { quality: 8, of: 12 } })
  t.match((await detect(jpegStructure, written)).signals[0]?.meaning, /compressed in the way of Adobe Photoshop or Lightroom, at quality 8/)
  // The same tables in two segments, or with other sampling: another program took them over.
  t.equal(nameOf(withTables(file, photoshop8, 'apart')), undefined)
  t.equal(nameOf(withTables(await sharp(await photo()).jpeg({ quality: 80, chromaSubsampling: '4:2:0' }).toBuffer(), photoshop8)), undefined)
})

t.test('libraries are named by their tables', async (t) => {
  t.match(nameOf(await libjpegFile({ quality: 80 })), /^libjpeg/)
  const pixels = await sharp(await photo()).raw().toBuffer({ resolveWithObject: true })
  const mozjpeg = await sharp(pixels.data, { raw: pixels.info }).jpeg({ quality: 72, quantisationTable: 3 }).toBuffer()
  t.match(nameOf(mozjpeg), /^mozjpeg/)
})

t.test('that a camera is named which writes otherwise is said, as context', async (t) => {
  const { signals } = await detect(jpegStructure, await libjpegFile({ quality: 80, exif: { IFD0: { Make: 'Canon', Model: 'Canon EOS 6D' } } }))
  const said = signals.find(({ code }) => code === 'saved_by_another_program')
  t.match(said, { supports: null, meaning: /camera of Canon.*no manipulation/ })
  const other = await detect(jpegStructure, await libjpegFile({ quality: 80, exif: { IFD0: { Make: 'Unheard-of', Model: 'One' } } }))
  t.same(other.signals.map(({ code }) => code), ['compression'])
})
