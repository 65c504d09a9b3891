import sharp from 'sharp'
import t from 'tap'
import { analyzeMedia } from '../../src/engine/analysis.ts'
import { previewsOf } from '../../src/engine/previews.ts'
import type { Evidence } from '../../src/engine/types.ts'
import type { DecodedVideo } from '../../src/engine/video/video.ts'
import { heic } from './heic.ts'
import { photo, photoPixels } from './pictures.ts'
import { film } from './video/films.ts'

/** Without detectors: previews are all that is asked for. */
async function analysedPreviews(file: Uint8Array, mediaType: string): Promise<Evidence[]> {
  return (await analyzeMedia(file, mediaType, [])).evidence
}

async function previewOf(file: Uint8Array, mediaType: string): Promise<Uint8Array> {
  const preview = (await analysedPreviews(file, mediaType)).find(({ name }) => name === 'preview.webp')
  return preview!.bytes
}

/** The mean difference of two pictures' levels, 0–255, at 64 × 48 points. */
async function difference(one: Uint8Array, other: Uint8Array): Promise<number> {
  const [a, b] = await Promise.all([one, other].map((file) => sharp(file).autoOrient().toColourspace('srgb').removeAlpha().resize(64, 48, { fit: 'fill' }).raw().toBuffer()))
  return a!.reduce((sum, level, at) => sum + Math.abs(level - b![at]!), 0) / a!.length
}

t.test('each picture gets a thumbnail and a preview, WebP in sRGB, which no signal names', async (t) => {
  const previews = await analysedPreviews(await photo({ width: 2600, height: 1300 }), 'image/jpeg')
  t.match(previews, [
    { name: 'thumbnail.webp', mediaType: 'image/webp', layer: 'preview' },
    { name: 'preview.webp', mediaType: 'image/webp', layer: 'preview' }
  ])
  const sizes = await Promise.all(previews.map(({ bytes }) => sharp(bytes).metadata()))
  t.match(sizes, [
    { format: 'webp', width: 320, height: 160, space: 'srgb', channels: 3 },
    { format: 'webp', width: 2048, height: 1024, space: 'srgb', channels: 3 }
  ])
  t.match(await sharp((await analysedPreviews(await photo({ width: 60, height: 3 }), 'image/jpeg'))[0]!.bytes).metadata(), { width: 60, height: 3 }, 'none is made larger')
  t.match(await sharp(await previewOf(await photo({ width: 9000, height: 2 }), 'image/jpeg')).metadata(), { width: 2048, height: 1 })
})

t.test('pictures that are stored turned or mirrored are shown upright', async (t) => {
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const stored = await sharp(photoPixels(400, 240, 4), { raw: { width: 400, height: 240, channels: 3 } }).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer()
    const preview = await previewOf(stored, 'image/jpeg')
    t.match(await sharp(preview).metadata(), orientation >= 5 ? { width: 240, height: 400 } : { width: 400, height: 240 })
    t.ok((await difference(preview, stored)) < 4, `orientation ${orientation}`)
  }
})

t.test('nothing of what the file says about itself is in them', async (t) => {
  const told = { IFD0: { Artist: 'Anna', ImageDescription: 'Elm Street 7' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 51/1 30/1' } }
  const file = await sharp(await photo({ exif: told, xmp: '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>' })).keepMetadata().withIccProfile('p3').toBuffer()
  for (const { bytes } of await analysedPreviews(file, 'image/jpeg')) {
    const { exif, xmp, icc, iptc, orientation } = await sharp(bytes).metadata()
    t.same([exif, xmp, icc, iptc, orientation], [undefined, undefined, undefined, undefined, undefined])
  }
})

t.test('what can be seen through is shown without, of an animation the first frame', async (t) => {
  const glass = await sharp({ create: { width: 80, height: 60, channels: 4, background: { r: 200, g: 40, b: 40, alpha: 0.5 } } }).png().toBuffer()
  const { channels } = await sharp(await previewOf(glass, 'image/png')).stats()
  t.same(channels.map(({ mean }) => Math.round(mean / 10) * 10), [200, 40, 40])
  const frames = Buffer.concat([photoPixels(80, 60, 1), photoPixels(80, 60, 2)])
  const animation = await sharp(frames, { raw: { width: 80, height: 120, channels: 3, pageHeight: 60 } }).gif().toBuffer()
  t.ok((await difference(await previewOf(animation, 'image/gif'), animation)) < 6)
})

t.test('of a film the first frame that shows something stands for it, as it is displayed', async (t) => {
  const turned = await previewOf(await film({ frames: 8, rotation: 90 }), 'video/mp4')
  t.match(await sharp(turned).metadata(), { width: 240, height: 320 })
  const { channels } = await sharp(turned).stats()
  t.ok(channels.some(({ stdev }) => stdev > 10))
})

t.test('a film that begins in black is shown by what comes after', async (t) => {
  const frameOf = (data: Uint8Array, probe: Uint8Array) => ({ probe, picture: { data, width: 80, height: 60 }, thumbnail: undefined })
  const black = frameOf(new Uint8Array(80 * 60 * 3).fill(16), new Uint8Array(96 * 54).fill(16))
  const scene = frameOf(photoPixels(80, 60), photoPixels(96, 54).subarray(0, 96 * 54))
  const shownOf = async (...frames: object[]) => {
    const previews = await previewsOf({ kind: 'video', width: 80, height: 60, orientation: 1, frames } as unknown as DecodedVideo)
    return (await sharp(previews[0]!.bytes).stats()).channels[0]!.stdev > 8
  }
  t.ok(await shownOf(black, scene))
  t.notOk(await shownOf(black, black), 'and by the black where there is nothing else')
})

t.test('where nothing could be decoded there is none', async (t) => {
  const exif = Buffer.concat([Buffer.from('II*\0\x08\0\0\0\0\0\0\0\0\0', 'latin1')])
  t.same(await analysedPreviews(heic({ width: 64, height: 64, exif }), 'image/heic'), [])
})
