import sharp from 'sharp'
import t from 'tap'
import { thumbnail } from '../../../src/engine/detectors/thumbnail.ts'
import { photo } from '../pictures.ts'
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
    t.match(await detect(thumbnail, await file()), { signals: [{ code: 'thumbnail_agrees', supports: null, log10LikelihoodRatio: 0 }], evidence: [] })
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
  const found = await detect(thumbnail, await photoWithThumbnail(await thumbnailOf(await photo({ ...size, seed: 2 })), size))
  t.match(found.signals, [{ code: 'thumbnail_differs', supports: 'manipulated', evidence: ['thumbnail.png'] }])
  t.ok(found.signals[0]!.log10LikelihoodRatio <= 1)
  t.match(await sharp(found.evidence[0]!.bytes).metadata(), { width: 968, height: 480 })
})

t.test('a broken thumbnail, one of even grey and none at all say nothing of the picture', async (t) => {
  const grey = await sharp({ create: { width: 160, height: 120, channels: 3, background: '#777' } }).jpeg().toBuffer()
  const broken = (await thumbnailOf(await photo(size))).subarray(0, 900)
  t.match(await detect(thumbnail, await photoWithThumbnail(grey, size)), { signals: [], notChecked: [] })
  t.match(await detect(thumbnail, await photoWithThumbnail(broken, size)), { signals: [], notChecked: [{ code: 'thumbnail_unreadable' }] })
  t.match(await detect(thumbnail, await photo(size)), { signals: [], notChecked: [] })
})

t.test('the thumbnail of a damaged picture is not compared', async (t) => {
  const file = await photoWithThumbnail(await thumbnailOf(await photo({ ...size, seed: 2 })), size)
  t.match(await detect(thumbnail, file.subarray(0, Math.floor(file.length * 0.95))), { signals: [] })
})

t.test('a thumbnail of which a decoder complains, and that shows something else, is shown all the same', async (t) => {
  const small = await thumbnailOf(await photo({ ...size, seed: 2 }))
  // The last data are missing, the end is there: to libjpeg that is a warning, not an error.
  const cut = Buffer.concat([small.subarray(0, -20), small.subarray(-2)])
  t.match(await detect(thumbnail, await photoWithThumbnail(cut, size)), { signals: [{ code: 'thumbnail_differs' }], evidence: [{ name: 'thumbnail.png' }] })
})
