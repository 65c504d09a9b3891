import sharp from 'sharp'
import t from 'tap'
import { nothingKnown } from '../../../src/engine/detector.ts'
import { thumbnail } from '../../../src/engine/detectors/thumbnail.ts'
import { decodeImage } from '../../../src/engine/image.ts'
import { photo, photoPixels } from '../pictures.ts'
import { jpegSegment, u16be, u32be, withSegments, xmpSegment } from '../hostile/blocks.ts'
import { detect, exifWithThumbnail, photoWithThumbnail, thumbnailOf, withExif } from './photographs.ts'

const size = { width: 480, height: 320 }

const faithful: { name: string; file: () => Promise<Buffer> }[] = [
  { name: 'of the same proportions', file: async () => photoWithThumbnail(await thumbnailOf(await photo(size), { width: 160, height: 107 }), size) },
  { name: 'with black bars', file: async () => photoWithThumbnail(await thumbnailOf(await photo(size), { fit: 'contain' }), size) },
  { name: 'stretched', file: async () => photoWithThumbnail(await thumbnailOf(await photo(size)), size) },
  {
    name: 'cut off at a side',
    file: async () => {
      const cut = await sharp(await photo(size)).extract({ left: 0, top: 0, width: 426, height: 320 }).jpeg().toBuffer()
      return photoWithThumbnail(await thumbnailOf(cut), size)
    }
  },
  {
    name: 'of a picture that was turned afterwards',
    file: async () => {
      const turned = await sharp(await photo(size)).rotate(90).jpeg().toBuffer()
      return withExif(turned, exifWithThumbnail(await thumbnailOf(await photo(size))))
    }
  },
  {
    name: 'of a picture that was made brighter afterwards',
    file: async () => {
      const brighter = await sharp(await photo(size)).linear(1.3, 20).jpeg().toBuffer()
      return withExif(brighter, exifWithThumbnail(await thumbnailOf(await photo(size))))
    }
  }
]
for (const { name, file } of faithful) {
  t.test(`a thumbnail ${name} agrees with the picture`, async (t) => {
    t.match(await detect(thumbnail, await file()), { signals: [{ code: 'thumbnail_agrees', supports: null, log10LikelihoodRatio: 0 }], evidence: { length: 0 } })
  })
}

t.test('a picture cropped after it was taken is told apart from a changed one', async (t) => {
  const whole = await photo(size)
  const cropped = await sharp(whole).extract({ left: 120, top: 60, width: 300, height: 200 }).jpeg().toBuffer()
  const found = await detect(thumbnail, withExif(cropped, exifWithThumbnail(await thumbnailOf(whole, { width: 160, height: 107 }))))
  t.match(found.signals, [{ code: 'thumbnail_shows_more', supports: null, evidence: ['thumbnail.png'] }])
  t.match(found.evidence, [{ name: 'thumbnail.png', mediaType: 'image/png', caption: /Left: .*Right: / }])
})

t.test('a thumbnail of another picture is weak evidence of manipulation, and both are shown', async (t) => {
  const found = await detect(thumbnail, await photoWithThumbnail(await thumbnailOf(await photo({ ...size, seed: 6 })), size))
  t.match(found.signals, [{ code: 'thumbnail_differs', supports: 'manipulated', evidence: ['thumbnail.png'] }])
  t.ok(found.signals[0]!.log10LikelihoodRatio <= 1)
  t.match(await sharp(found.evidence[0]!.bytes).metadata(), { width: 968, height: 480 })
})

t.test('a broken thumbnail, one of even grey and none at all say nothing of the picture', async (t) => {
  const grey = await sharp({ create: { width: 160, height: 120, channels: 3, background: '#777' } }).jpeg().toBuffer()
  const broken = (await thumbnailOf(await photo(size))).subarray(0, 900)
  t.match(await detect(thumbnail, await photoWithThumbnail(grey, size)), { signals: { length: 0 }, notChecked: { length: 0 } })
  t.match(await detect(thumbnail, await photoWithThumbnail(broken, size)), { signals: { length: 0 }, notChecked: [{ code: 'thumbnail_unreadable' }] })
  t.match(await detect(thumbnail, await photo(size)), { signals: { length: 0 }, notChecked: { length: 0 } })
})

t.test('the thumbnail of a damaged picture is not compared', async (t) => {
  const file = await photoWithThumbnail(await thumbnailOf(await photo({ ...size, seed: 6 })), size)
  t.match(await detect(thumbnail, file.subarray(0, Math.floor(file.length * 0.95))), { signals: { length: 0 } })
})

t.test('a thumbnail of which a decoder complains, and that shows something else, is shown all the same', async (t) => {
  const small = await thumbnailOf(await photo({ ...size, seed: 6 }))
  // The last data are missing, the end is there: to libjpeg that is a warning, not an error.
  const cut = Buffer.concat([small.subarray(0, -20), small.subarray(-2)])
  t.match(await detect(thumbnail, await photoWithThumbnail(cut, size)), { signals: [{ code: 'thumbnail_differs' }], evidence: [{ name: 'thumbnail.png' }] })
})

/** Puts a part of another picture into one, at (x, y). */
async function spliced(whole: Buffer, { x, y, width, height }: { x: number; y: number; width: number; height: number }): Promise<Buffer> {
  const other = Buffer.from(photoPixels(width, height, 9)).map((value) => 255 - value)
  const part = await sharp(other, { raw: { width, height, channels: 3 } }).png().toBuffer()
  return sharp(whole).composite([{ input: part, left: x, top: y }]).jpeg({ quality: 85 }).toBuffer()
}

const patch = { x: 200, y: 120, width: 100, height: 80 }

t.test('a part that was put in later is found by the thumbnail of before, marked and outlined', async (t) => {
  const whole = await photo(size)
  const file = withExif(await spliced(whole, patch), exifWithThumbnail(await thumbnailOf(whole, { width: 160, height: 107 })))
  const { signals, evidence } = await detect(thumbnail, file)
  t.match(signals, [{ code: 'thumbnail_differs_locally', supports: 'manipulated', evidence: ['thumbnail.png', 'thumbnail-mask.png'] }])
  const [{ log10Nfa, log10LikelihoodRatio, measured }] = signals as [(typeof signals)[0]]
  t.ok(log10Nfa! <= -3 && log10LikelihoodRatio <= -log10Nfa!)
  const [region] = measured.regions as { x: number; y: number; width: number; height: number }[]
  t.ok(Math.abs(region!.x - patch.x) < 24 && Math.abs(region!.y - patch.y) < 24 && Math.abs(region!.width - patch.width) < 36 && Math.abs(region!.height - patch.height) < 36)
  const mask = evidence.find(({ layer }) => layer === 'mask')!
  const { data, info } = await sharp(mask.bytes).extractChannel('alpha').raw().toBuffer({ resolveWithObject: true })
  const inside = (x: number, y: number) => data[Math.floor((y / 320) * info.height) * info.width + Math.floor((x / 480) * info.width)]! > 0
  t.ok(inside(250, 160) && !inside(100, 160) && !inside(400, 280))
})

t.test('in a picture that is shown upright, the region stands where it is seen', async (t) => {
  const whole = await photo(size)
  const exif = exifWithThumbnail(await thumbnailOf(whole, { width: 160, height: 107 }))
  const image = await decodeImage(new Uint8Array(withExif(await spliced(whole, patch), exif)), 'image/jpeg')
  const { signals } = await thumbnail.detect({ ...image, orientation: 6 }, nothingKnown)
  const [region] = signals[0]!.measured.regions as { x: number; y: number; width: number; height: number }[]
  // Turned clockwise, (x, y) of 480 × 320 is at (320 − y, x).
  t.ok(Math.abs(region!.x - (320 - patch.y - patch.height)) < 24 && Math.abs(region!.y - patch.x) < 24)
})

const honest: { name: string; change: (whole: Buffer) => Promise<Buffer> }[] = [
  { name: 'turned black and white', change: (whole) => sharp(whole).greyscale().jpeg().toBuffer() },
  { name: 'made so light that parts are white', change: (whole) => sharp(whole).linear(1.8, 30).jpeg().toBuffer() },
  { name: 'blurred', change: (whole) => sharp(whole).blur(2).jpeg().toBuffer() },
  { name: 'made smaller and saved at low quality', change: (whole) => sharp(whole).resize(300).jpeg({ quality: 40 }).toBuffer() }
]
for (const { name, change } of honest) {
  t.test(`a picture that was ${name} has no part that was put in`, async (t) => {
    const whole = await photo(size)
    const { signals } = await detect(thumbnail, withExif(await change(whole), exifWithThumbnail(await thumbnailOf(whole, { width: 160, height: 107 }))))
    t.equal(signals.length, 1)
    t.equal(signals[0]!.supports, null)
  })
}

t.test('a date along the lower edge is weak evidence at most', async (t) => {
  const whole = await photo(size)
  const dated = await spliced(whole, { x: 330, y: 290, width: 120, height: 20 })
  const { signals } = await detect(thumbnail, withExif(dated, exifWithThumbnail(await thumbnailOf(whole, { width: 160, height: 107 }))))
  for (const { log10Nfa } of signals) t.ok((log10Nfa ?? 0) >= -1)
})

t.test('a smaller picture behind the picture of which nothing says what it is can show that both agree, and is never evidence', async (t) => {
  const whole = await photo(size)
  const behind = await thumbnailOf(whole, { width: 240, height: 160 })
  t.match((await detect(thumbnail, Buffer.concat([whole, behind]))).signals, [{ code: 'thumbnail_agrees', measured: { copy: 'smaller picture behind the picture' } }])

  const changed = await detect(thumbnail, Buffer.concat([await spliced(whole, patch), Buffer.alloc(100), behind]))
  t.match(changed.signals, [{ code: 'stored_picture_differs', supports: null, meaning: /another frame of the same moment/ }])
  t.equal(changed.evidence.length, 2)

  // A brightness map, another picture, and one as large as the picture say nothing.
  const map = await sharp(whole).negate().greyscale().resize(240).blur(3).jpeg().toBuffer()
  for (const other of [map, await thumbnailOf(await photo({ ...size, seed: 6 }), { width: 240, height: 160 }), await spliced(whole, patch)]) {
    t.same((await detect(thumbnail, Buffer.concat([whole, other]))).signals, [])
  }
})

t.test('a camera’s preview behind the picture is compared, a frame or a gain map there is not', async (t) => {
  const whole = await photo(size)
  const preview = await thumbnailOf(whole, { width: 320, height: 213 })
  const edited = await spliced(whole, patch)
  const file = (type: number) => {
    const tiff = (offset: number) =>
      Buffer.concat([Buffer.from('MM\0*'), u32be(8), u16be(1), u16be(0xb002), u16be(7), u32be(32), u32be(26), u32be(0), u32be(0x030000), u32be(0), u32be(0), u32be(0), u32be(type), u32be(preview.length), u32be(offset), u32be(0)])
    const segment = (offset: number) => jpegSegment(0xe2, Buffer.concat([Buffer.from('MPF\0'), tiff(offset)]))
    // From the byte-order mark, which stands behind the file's first two bytes, the segment's four and its name.
    const length = edited.length + segment(0).length
    return Buffer.concat([withSegments(edited, segment(length - 10)), preview])
  }
  t.match(await detect(thumbnail, file(0x010002)), { signals: [{ code: 'thumbnail_differs_locally', measured: { copy: 'camera’s preview' } }] })
  for (const type of [0, 0x020002, 0x030000]) t.same((await detect(thumbnail, file(type))).signals, [])
})

t.test('Photoshop’s own thumbnail is compared', async (t) => {
  const whole = await photo(size)
  const small = await thumbnailOf(whole, { width: 160, height: 107 })
  const data = Buffer.concat([u32be(1), Buffer.alloc(24), small])
  const resource = Buffer.concat([Buffer.from('8BIM'), u16be(1036), u16be(0), u32be(data.length), data])
  const file = withSegments(await spliced(whole, patch), jpegSegment(0xed, Buffer.concat([Buffer.from('Photoshop 3.0\0'), resource])))
  t.match(await detect(thumbnail, file), { signals: [{ code: 'thumbnail_differs_locally', measured: { copy: 'Photoshop thumbnail' } }] })
})

/** A note as makers write it: their own data, and a JPEG among them, in EXIF that names no thumbnail. */
function withNote(jpeg: Buffer, preview: Buffer): Buffer {
  return withExif(jpeg, Buffer.concat([Buffer.from('MM\0*'), u32be(8), u16be(0), u32be(0), Buffer.from('Maker\0\xff\xd8\xff\x01\xff\xd8', 'latin1'), preview, Buffer.alloc(40, 7)]))
}

/** XMP with a thumbnail in base64, its lines broken as Adobe's programs do. */
function withXmpThumbnail(jpeg: Buffer, small: Buffer, form: 'element' | 'attribute' = 'element'): Buffer {
  const base64 = small.toString('base64').replaceAll(/.{76}/g, '$&&#xA;')
  const image = form === 'element' ? `<xmpGImg:image>${base64}</xmpGImg:image>` : `<rdf:li xmpGImg:format="JPEG" xmpGImg:image="${base64}"/>`
  return withSegments(jpeg, xmpSegment(`<x:xmpmeta><rdf:RDF><xmp:Thumbnails>${image}</xmp:Thumbnails></rdf:RDF></x:xmpmeta>`))
}

t.test('a preview in the camera’s note is compared', async (t) => {
  const whole = await photo(size)
  const preview = await thumbnailOf(whole, { width: 320, height: 213 })
  const copy = 'preview in the camera’s note'
  t.match(await detect(thumbnail, withNote(await spliced(whole, patch), preview)), { signals: [{ code: 'thumbnail_differs_locally', supports: 'manipulated', measured: { copy } }] })
  t.match(await detect(thumbnail, withNote(whole, preview)), { signals: [{ code: 'thumbnail_agrees', measured: { copy } }] })
})

t.test('a thumbnail in XMP is compared, as an element and as an attribute, in one packet or in an extended one', async (t) => {
  const whole = await photo(size)
  const small = await thumbnailOf(whole, { width: 160, height: 107 })
  const edited = await spliced(whole, patch)
  const found = { signals: [{ code: 'thumbnail_differs_locally', measured: { copy: 'thumbnail in XMP' } }] }
  t.match(await detect(thumbnail, withXmpThumbnail(edited, small)), found)
  t.match(await detect(thumbnail, withXmpThumbnail(edited, small, 'attribute')), found)
  const packet = Buffer.from(`<xapGImg:image>${small.toString('base64')}</xapGImg:image>`)
  const extended = Buffer.concat([Buffer.from(`http://ns.adobe.com/xmp/extension/\0${'A'.repeat(32)}`), u32be(packet.length), u32be(0), packet])
  t.match(await detect(thumbnail, withSegments(edited, jpegSegment(0xe1, extended))), found)
})

t.test('a picture of something else in a note or in XMP says nothing, nor do depth maps, icons and other proportions', async (t) => {
  const whole = await photo(size)
  const edited = await spliced(whole, patch)
  const other = await photo({ ...size, seed: 6 })
  const innocent = {
    'another picture in the note': withNote(whole, await thumbnailOf(other, { width: 320, height: 213 })),
    'another picture in XMP': withXmpThumbnail(whole, await thumbnailOf(other, { width: 160, height: 107 })),
    'an icon in the note': withNote(edited, await thumbnailOf(whole, { width: 120, height: 80 })),
    'other proportions in the note': withNote(edited, await thumbnailOf(whole, { width: 240, height: 240 })),
    'a preview that is cut off': withNote(edited, (await thumbnailOf(whole, { width: 320, height: 213 })).subarray(0, 2_000)),
    'a depth map in XMP': withSegments(edited, xmpSegment(`<x GDepth:Data="${(await thumbnailOf(whole)).toString('base64')}"/>`)),
    'a thumbnail in XMP that is none': withXmpThumbnail(edited, Buffer.from('no picture'))
  }
  for (const [name, file] of Object.entries(innocent)) {
    const { signals, notChecked } = await detect(thumbnail, file)
    t.same([signals, notChecked], [[], []], name)
  }
})
