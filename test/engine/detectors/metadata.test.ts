import t from 'tap'
import { cameraFields } from '../../../src/engine/detectors/cameraFields.ts'
import { digitalSourceType } from '../../../src/engine/detectors/digitalSourceType.ts'
import { metadata } from '../../../src/engine/detectors/metadata.ts'
import { readMetadata } from '../../../src/engine/metadata.ts'
import { decodeUserComment } from '../../../src/engine/userComment.ts'
import { photo, pngChunk, withPngChunks, xmpPacket } from '../pictures.ts'
import { asciiEntry, longEntry, tiffBlock, types } from '../hostile/tiffBlock.ts'
import { detect, withExif, verdictOf } from './photographs.ts'

const address = 'http://cv.iptc.org/newscodes/digitalsourcetype/'

const declarations: [type: string, supports: string | null, verdict: string][] = [
  ['trainedAlgorithmicMedia', 'ai_generated', 'ai_generated'],
  ['compositeWithTrainedAlgorithmicMedia', 'manipulated', 'manipulated'],
  ['compositeSynthetic', 'manipulated', 'manipulated'],
  ['composite', 'manipulated', 'inconclusive'],
  ['compositeCapture', null, 'inconclusive'],
  ['algorithmicMedia', null, 'inconclusive'],
  ['digitalCapture', null, 'inconclusive'],
  ['computationalCapture', null, 'inconclusive'],
  ['humanEdits', null, 'inconclusive'],
  ['somethingElse', null, 'inconclusive'],
  ['constructor', null, 'inconclusive']
]
for (const [type, supports, verdict] of declarations) {
  t.test(`declared as ${type}: ${verdict}`, async (t) => {
    const forms = [
      xmpPacket({ 'Iptc4xmpExt:DigitalSourceType': address + type }),
      xmpPacket({}, `<Iptc4xmpExt:DigitalSourceType>${address}${type}</Iptc4xmpExt:DigitalSourceType>`),
      xmpPacket({}, `<Iptc4xmpExt:DigitalSourceType rdf:resource="${address}${type}"/>`),
      xmpPacket({ 'Iptc4xmpExt:DigitalSourceType': type })
    ]
    for (const xmp of forms) {
      const { signals } = await detect(digitalSourceType, await photo({ xmp, width: 32, height: 32 }))
      t.match(signals, [{ code: 'digital_source_type', supports, measured: { digitalSourceType: type } }])
      t.equal(verdictOf(signals), verdict)
    }
  })
}

for (const format of ['jpeg', 'png', 'webp', 'avif', 'tiff'] as const) {
  t.test(`the declaration is found in ${format}`, async (t) => {
    const xmp = xmpPacket({ 'Iptc4xmpExt:DigitalSourceType': `${address}trainedAlgorithmicMedia` })
    const { signals } = await detect(digitalSourceType, await photo({ format, xmp, width: 64, height: 64 }))
    t.match(signals, [{ supports: 'ai_generated' }])
  })
}

t.test('an editing program is context, whatever its name', async (t) => {
  for (const software of ['Adobe Photoshop 26.0', 'GIMP 2.10.38', 'Adobe Photoshop Lightroom Classic 14.0']) {
    const { signals } = await detect(metadata, await photo({ exif: { IFD0: { Software: software } } }))
    t.match(signals, [{ code: 'editor_trace', supports: null, log10LikelihoodRatio: 0, meaning: /no sign of manipulation/ }])
  }
})

t.test('a file without metadata says so, one with a camera’s fields does not', async (t) => {
  t.match(await detect(metadata, await photo()), { signals: { length: 0 }, notChecked: [{ code: 'no_metadata' }] })
  t.match(await detect(metadata, await photo({ exif: { IFD0: { Make: 'Canon' } } })), { signals: { length: 0 }, notChecked: { length: 0 } })
})

t.test('a file with Content Credentials alone is not one without metadata', async (t) => {
  const found = await detect(metadata, withPngChunks(await photo({ format: 'png' }), pngChunk('caBX', Buffer.from('jumdc2pa'))))
  t.match(found, { signals: { length: 0 }, notChecked: { length: 0 } })
  t.equal(found.notChecked.length, 0)
})

const camera = { IFD0: { Make: 'Canon', Model: 'Canon EOS 5D', DateTime: '2024:05:02 10:00:00' }, IFD2: { DateTimeOriginal: '2024:05:01 10:00:00' } }

t.test('a camera’s fields are shown, and prove nothing', async (t) => {
  const { signals } = await detect(cameraFields, await photo({ exif: camera }))
  t.match(signals, [{ code: 'camera', supports: null, measured: { Make: 'Canon', Model: 'Canon EOS 5D', DateTimeOriginal: '2024:05:01 10:00:00' } }])
})

const contradictions: { name: string; exif: object; code: string; supports: string | null }[] = [
  { name: 'changed before it was taken', exif: { ...camera, IFD2: { DateTimeOriginal: '2025:01:01 10:00:00' } }, code: 'times_out_of_order', supports: 'manipulated' },
  { name: 'GPS on another day', exif: { ...camera, IFD3: { GPSDateStamp: '2019:01:01' } }, code: 'gps_time_disagrees', supports: null },
  { name: 'taken before its phone was made', exif: { IFD0: { Make: 'Apple', Model: 'iPhone 12' }, IFD2: { DateTimeOriginal: '2016:01:01 10:00:00' } }, code: 'taken_before_its_camera', supports: 'manipulated' },
  { name: 'taken before its system was made', exif: { IFD0: { Make: 'Apple', Model: 'iPhone 12', Software: '18.1' }, IFD2: { DateTimeOriginal: '2021:01:01 10:00:00' } }, code: 'taken_before_its_camera', supports: 'manipulated' },
  { name: 'the lens of another phone', exif: { IFD0: { Make: 'Apple', Model: 'iPhone 12' }, IFD2: { LensModel: 'iPhone 6 back camera 4.15mm f/2.2' } }, code: 'lens_of_another_device', supports: 'manipulated' }
]
for (const { name, exif, code, supports } of contradictions) {
  t.test(`${name}: weak evidence at most`, async (t) => {
    const { signals } = await detect(cameraFields, await photo({ exif }))
    const found = signals.find((signal) => signal.code === code)
    t.match(found, { supports })
    t.ok(found!.log10LikelihoodRatio <= 0.5)
    t.equal(verdictOf(signals), 'inconclusive')
  })
}

t.test('a private note of another maker is weak evidence, the maker’s own is none', async (t) => {
  const found = async (make: string) => {
    const note = { ...asciiEntry(0x927c, Buffer.from('Apple iOS\0\0\x01MM')), type: types.undefined }
    const { signals } = await detect(cameraFields, withExif(await photo(), tiffBlock([[asciiEntry(0x10f, make), longEntry(0x8769, { directory: 1 })], [note]])))
    return signals.filter(({ code }) => code === 'maker_note_of_another_maker')
  }
  t.match(await found('NIKON CORPORATION'), [{ supports: 'manipulated', log10LikelihoodRatio: 0.3 }])
  t.same(await found('Apple'), [])
})

const oddities: { name: string; exif: object; field: string; reason: RegExp }[] = [
  { name: 'a private note that is missing', exif: { ...camera, IFD2: { ExposureTime: '1/100' } }, field: 'MakerNote', reason: /written the fields anew/ },
  { name: 'a place that does not exist', exif: { ...camera, IFD3: { GPSLatitude: '95/1 0/1 0/1', GPSLongitude: '10/1 0/1 0/1' } }, field: 'GPS', reason: /no such place/ },
  { name: 'no place at all', exif: { ...camera, IFD3: { GPSLatitude: '0/1 0/1 0/1', GPSLongitude: '0/1 0/1 0/1' } }, field: 'GPS', reason: /know no place/ },
  { name: 'a focal length that the lens has not', exif: { ...camera, IFD2: { LensModel: 'EF24-70mm f/2.8L', FocalLength: '400/1' } }, field: 'FocalLength', reason: /24-70mm/ },
  {
    name: 'satellites that keep another day',
    exif: { ...camera, IFD2: { DateTimeOriginal: '2024:05:01 10:00:00', OffsetTimeOriginal: '+02:00' }, IFD3: { GPSDateStamp: '2024:05:02', GPSTimeStamp: '8/1 0/1 0/1' } },
    field: 'GPSDateStamp',
    reason: /24 hours apart/
  }
]
for (const { name, exif, field, reason } of oddities) {
  t.test(`${name}: shown as odd among the fields, and no more`, async (t) => {
    const { signals } = await detect(cameraFields, await photo({ exif }))
    const shown = signals.find(({ code }) => code === 'camera')!.measured.rows as { name: string; suspicious?: boolean; reason?: string }[]
    t.match(shown.find((row) => row.name === field), { suspicious: true, reason })
    t.ok(signals.every(({ supports }) => supports === null))
  })
}

t.test('fields that agree are shown without a doubt', async (t) => {
  const exif = { ...camera, IFD2: { ...camera.IFD2, MakerNote: 'Canon', ExposureTime: '1/100', LensModel: 'EF24-70mm f/2.8L', FocalLength: '50/1' }, IFD3: { GPSLatitudeRef: 'S', GPSLatitude: '33/1 30/1 0/1', GPSLongitude: '10/1 0/1 0/1' } }
  const { signals } = await detect(cameraFields, await photo({ exif }))
  const shown = signals[0]!.measured.rows as { name: string; value: string; suspicious?: boolean }[]
  t.same(shown.filter((row) => row.suspicious), [])
  t.equal(shown.find((row) => row.name === 'GPS')!.value, '-33.50000, 10.00000')
})

t.test('a size that is not the camera’s is context', async (t) => {
  const { default: sharp } = await import('sharp')
  const smaller = await sharp(await photo({ exif: { ...camera, IFD2: { PixelXDimension: '6000', PixelYDimension: '4000' } } })).keepExif().jpeg().toBuffer()
  const { signals } = await detect(cameraFields, smaller)
  for (const signal of signals) t.equal(signal.supports, null)
})

t.test('a user comment is decoded in each of its character sets', async (t) => {
  const bytes = (charset: string, text: Buffer) => Array.from(Buffer.concat([Buffer.from(charset, 'latin1'), text]))
  t.equal(decodeUserComment(bytes('ASCII\0\0\0', Buffer.from('Steps: 20'))), 'Steps: 20')
  t.equal(decodeUserComment(bytes('UNICODE\0', Buffer.from('Steps: 20', 'utf16le'))), 'Steps: 20')
  t.equal(decodeUserComment(bytes('UNICODE\0', Buffer.from('Steps: 20', 'utf16le').swap16())), 'Steps: 20')
  t.equal(decodeUserComment(bytes('\0\0\0\0\0\0\0\0', Buffer.from('Steps: 20'))), 'Steps: 20')
  t.equal(decodeUserComment(bytes('Steps: 2', Buffer.from('0, more'))), 'Steps: 20, more')
  t.equal(decodeUserComment([]), '')
})

t.test('hostile EXIF ends quickly and hides nothing else', async (t) => {
  const loop = Buffer.alloc(64)
  loop.write('II*\0', 0, 'latin1')
  // A directory that points at itself as the next one, and as its own EXIF directory.
  loop.writeUInt32LE(8, 4)
  loop.writeUInt16LE(1, 8)
  loop.writeUInt16LE(0x8769, 10)
  loop.writeUInt16LE(4, 12)
  loop.writeUInt32LE(1, 14)
  loop.writeUInt32LE(8, 18)
  loop.writeUInt32LE(8, 22)
  const greedy = Buffer.alloc(60_000)
  greedy.write('MM\0*', 0, 'latin1')
  greedy.writeUInt32BE(8, 4)
  greedy.writeUInt16BE(4_000, 8)
  for (let entry = 0; entry < 4_000; entry++) {
    greedy.writeUInt16BE(0x010e, 10 + 12 * entry)
    greedy.writeUInt16BE(2, 12 + 12 * entry)
    greedy.writeUInt32BE(0x7fff_ffff, 14 + 12 * entry)
  }
  for (const tiff of [loop, greedy, Buffer.from('II*\0'), Buffer.alloc(0)]) {
    const started = performance.now()
    const file = withExif(await photo({ xmp: xmpPacket({ 'Iptc4xmpExt:DigitalSourceType': 'trainedAlgorithmicMedia' }) }), tiff)
    t.match(await detect(digitalSourceType, file), { signals: [{ supports: 'ai_generated' }] })
    t.ok(performance.now() - started < 2_000)
  }
})

t.test('hostile XMP ends quickly: broken, deep, with entities, huge', async (t) => {
  const lol = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
  const packets = [
    '<x:xmpmeta',
    xmpPacket({}, '<dc:a>'.repeat(20_000)),
    xmpPacket({}, `${'<dc:a>'.repeat(5_000)}x${'</dc:a>'.repeat(5_000)}`),
    lol + xmpPacket({ 'xmp:CreatorTool': '&d;' }),
    xmpPacket({ 'xmp:CreatorTool': 'x'.repeat(3_000_000) }),
    xmpPacket(Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`xmp:a${index}`, 'v'])))
  ]
  for (const packet of packets) {
    const started = performance.now()
    const header = { format: 'webp', xmp: Buffer.from(packet) } as unknown as Parameters<typeof readMetadata>[2]
    readMetadata(new Uint8Array(8), 'image/webp', header)
    t.ok(performance.now() - started < 3_000, packet.slice(0, 40))
  }
})
