import sharp from 'sharp'
import t from 'tap'
import { readJpeg } from '../../../src/engine/containers/jpeg.ts'
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
  const file = await photo()
  const adobe = Buffer.from('Adobe\0\x64\0\0\0\0\x01', 'latin1')
  t.match(nameOf(withSegment(withSegment(file, 0xee, adobe), 0xed, Buffer.from('Photoshop 3.0\0 8BIM'))), /Photoshop or Lightroom/)
  t.match(nameOf(withSegment(file, 0xec, Buffer.from('Ducky\0\x01\0\x04\0\0\0\x3c'))), /Save for Web/)
  t.match(nameOf(withSegment(file, 0xed, Buffer.from('Photoshop 3.0\0 8BIM … FBMD01000ab1'))), /Facebook/)
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
