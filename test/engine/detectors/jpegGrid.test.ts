import sharp from 'sharp'
import t from 'tap'
import { jpegGrid } from '../../../src/engine/detectors/jpegGrid.ts'
import { photo } from '../pictures.ts'
import { detect } from './photographs.ts'

interface Region {
  x: number
  y: number
  width: number
  height: number
}

const [left, top, side] = [200, 112, 192]

/** A JPEG photograph with a part of another one put in, whose blocks lie three pixels further right and five further down. */
async function spliced({ quality = 85, shift = { x: 3, y: 5 } } = {}): Promise<Buffer> {
  const part = await sharp(await photo({ width: 320, height: 320, seed: 5, quality })).extract({ left: 40 - shift.x, top: 40 - shift.y, width: side, height: side }).png().toBuffer()
  return sharp(await photo({ width: 640, height: 480, quality })).composite([{ input: part, left, top }]).png().toBuffer()
}

t.test('a part from another JPEG is found where it is, in a picture saved without loss', async (t) => {
  const { signals, evidence } = await detect(jpegGrid, await spliced())
  t.match(signals, [{ code: 'foreign_grid', supports: 'manipulated', log10Nfa: -3, evidence: ['jpeg-grid.png'] }])
  t.match(signals[0]!.measured, { globalGrid: { x: 0, y: 0 }, regions: [{ grid: { x: 3, y: 5 } }] })
  const [region] = signals[0]!.measured['regions'] as unknown as Region[]
  t.ok(Math.abs(region!.x - left) <= 32 && Math.abs(region!.y - top) <= 32, JSON.stringify(region))
  t.ok(Math.abs(region!.width - side) <= 48 && Math.abs(region!.height - side) <= 48, JSON.stringify(region))
  t.match(evidence, [{ layer: 'mask', caption: /^Marked: .*may still have been changed/ }])
  t.ok((await overlap(evidence[0]!.bytes)) > 0.8)
})

t.test('regions and mask are where the picture is displayed, not where it is stored', async (t) => {
  const turned = await sharp(await spliced()).withExif({ IFD0: { Orientation: '6' } }).withMetadata({ orientation: 6 }).png().toBuffer()
  const { signals } = await detect(jpegGrid, turned)
  const [region] = signals[0]!.measured['regions'] as unknown as Region[]
  t.ok(Math.abs(region!.x - (480 - top - side)) <= 32 && Math.abs(region!.y - left) <= 32, JSON.stringify(region))
})

t.test('a part whose blocks are aligned with the rest is not told apart', async (t) => {
  t.match((await detect(jpegGrid, await spliced({ shift: { x: 0, y: 0 } }))).signals, [{ code: 'jpeg_grid', supports: null }])
})

t.test('a part that was never a JPEG, or was painted over, is found in one saved without loss: it lacks the quantization of the rest', async (t) => {
  const host = await sharp(await photo({ width: 640, height: 480, quality: 85 })).png().toBuffer()
  const never = await photo({ width: side, height: side, seed: 5, format: 'png' })
  const moved = await sharp(host).extract({ left: left + 163, top: top + 77, width: side, height: side }).rotate(180).resize(side, side + 30).extract({ left: 0, top: 9, width: side, height: side }).png().toBuffer()
  for (const input of [never, moved]) {
    const { signals, evidence } = await detect(jpegGrid, await sharp(host).composite([{ input, left, top }]).png().toBuffer())
    t.match(signals, [{ code: 'missing_grid', supports: 'manipulated', log10Nfa: -1, measured: { globalGrid: { x: 0, y: 0 } }, evidence: ['jpeg-grid.png'] }])
    const [region] = signals[0]!.measured['regions'] as unknown as Region[]
    t.ok(Math.abs(region!.x - left) <= 32 && Math.abs(region!.y - top) <= 32, JSON.stringify(region))
    t.ok((await overlap(evidence[0]!.bytes)) > 0.7)
  }
})

t.test('where most of a picture is too even to vote, the quantization of the rest tells that it is in one grid', async (t) => {
  const sky = await sharp({ create: { width: 800, height: 400, channels: 3, background: '#fff' } }).png().toBuffer()
  const host = await sharp(await photo({ width: 800, height: 640, format: 'png' })).composite([{ input: sky, left: 0, top: 0 }]).jpeg({ quality: 85 }).toBuffer()
  const part = await sharp(await photo({ width: 320, height: 320, seed: 5, quality: 85 })).extract({ left: 37, top: 35, width: side, height: side }).png().toBuffer()
  const { signals } = await detect(jpegGrid, await sharp(host).composite([{ input: part, left: 304, top: 440 }]).png().toBuffer())
  t.match(signals, [{ code: 'foreign_grid', log10Nfa: -3 }])
})

t.test('edits of the whole of a JPEG, text that is put over it, and saving it once more, take away the quantization of no part', async (t) => {
  const jpeg = sharp(await photo({ width: 640, height: 480, quality: 85 }))
  const { data, info } = await jpeg.clone().raw().toBuffer({ resolveWithObject: true })
  const shadows = sharp(data.map((level) => (level < 110 ? level + Math.round(20 * Math.sin((Math.PI * level) / 110)) : level)), { raw: info })
  const letters = Array.from({ length: 10 }, (_, line) => `<text x="60" y="${80 + 36 * line}" font-size="30" fill="#e8e0d0">Words over a photograph</text>`)
  const text = jpeg.clone().composite([{ input: Buffer.from(`<svg width="640" height="480">${letters.join('')}</svg>`) }])
  const edits = { shadows, sharper: jpeg.clone().sharpen(), brighter: jpeg.clone().modulate({ brightness: 1.1 }), text, turned: jpeg.clone().rotate(90), again: sharp(await jpeg.clone().jpeg({ quality: 97 }).toBuffer()) }
  for (const [name, edit] of Object.entries(edits)) {
    t.ok((await detect(jpegGrid, await edit.png().toBuffer())).signals.every(({ supports }) => supports === null), name)
  }
})

t.test('a photograph as the camera wrote it says nothing', async (t) => {
  for (const quality of [50, 75, 98]) t.same((await detect(jpegGrid, await photo({ width: 640, height: 480, quality }))).signals, [])
})

t.test('a JPEG saved without loss is called one, and that it was cropped is told', async (t) => {
  const jpeg = await photo({ width: 640, height: 480, quality: 85 })
  const [whole] = (await detect(jpegGrid, await sharp(jpeg).png().toBuffer())).signals
  t.match(whole, { code: 'jpeg_grid', supports: null, measured: { globalGrid: { x: 0, y: 0 } } })
  t.notMatch(whole!.meaning, /cropped/)
  const [cropped] = (await detect(jpegGrid, await sharp(jpeg).extract({ left: 10, top: 3, width: 600, height: 470 }).png().toBuffer())).signals
  t.match(cropped, { code: 'jpeg_grid', supports: null, meaning: /cropped/, measured: { globalGrid: { x: 6, y: 5 } } })
})

t.test('cropping and saving again leaves two grids all over a picture, which is no foreign part', async (t) => {
  for (const [first, last] of [[50, 92], [70, 98], [85, 95], [95, 70]] as const) {
    const cropped = sharp(await photo({ width: 800, height: 600, quality: first })).extract({ left: 3, top: 5, width: 790, height: 590 })
    const { signals } = await detect(jpegGrid, await cropped.jpeg({ quality: last }).toBuffer())
    t.ok(signals.every(({ supports }) => supports === null), `${first}, ${last}`)
  }
})

t.test('a grid that is strong in one part, and found in small spots all over the rest as well, is not that part’s: no verdict is moved', async (t) => {
  const other = await sharp(await photo({ width: 640, height: 480, seed: 5, quality: 85 })).png().toBuffer()
  const spot = await sharp(other).extract({ left: 80, top: 80, width: 40, height: 40 }).png().toBuffer()
  // Multiples of 8 apart, so that all lie in one grid.
  const spots = Array.from({ length: 30 }, (_, index) => ({ input: spot, left: 3 + 104 * (index % 6), top: 5 + 96 * Math.floor(index / 6) }))
  const part = await sharp(other).extract({ left: 80, top: 80, width: side, height: side }).png().toBuffer()
  const picture = sharp(await photo({ width: 640, height: 480, quality: 85 })).composite([...spots, { input: part, left: 203, top: 109 }])
  t.match((await detect(jpegGrid, await picture.png().toBuffer())).signals, [{ code: 'missing_grid', log10Nfa: -1 }])
})

t.test('a picture that was never a JPEG says nothing; with a JPEG in a part of it, it may be a page, and no verdict is moved', async (t) => {
  const never = await photo({ width: 640, height: 480, format: 'png' })
  t.same((await detect(jpegGrid, never)).signals, [])
  const part = await photo({ width: side, height: side, seed: 5, quality: 80 })
  const small = sharp(never).composite([{ input: part, left: 16, top: 17 }, { input: await photo({ width: 280, height: 200, seed: 7, quality: 80 }), left: 322, top: 203 }])
  const { signals } = await detect(jpegGrid, await small.png().toBuffer())
  t.match(signals, [{ code: 'partial_grid', log10Nfa: -1, meaning: /screenshot/ }])
})

t.test('that a JPEG’s own blocks lie over all others is said', async (t) => {
  const codes = async (file: Buffer) => (await detect(jpegGrid, file)).notChecked.map(({ code }) => code)
  t.same(await codes(await photo({ width: 640, height: 480, quality: 80 })), ['jpeg_grid_overwritten'])
  t.same(await codes(await photo({ width: 640, height: 480, format: 'webp' })), ['jpeg_grid_overwritten'])
  t.same(await codes(await photo({ width: 640, height: 480, format: 'png' })), [])
})

t.test('patterns that repeat every eight pixels, frames and even areas are no foreign part', async (t) => {
  const drawn = (level: (x: number, y: number) => number) => {
    const pixels = Uint8Array.from({ length: 640 * 480 }, (_, at) => level(at % 640, Math.floor(at / 640)))
    return sharp(pixels, { raw: { width: 640, height: 480, channels: 1 } }).toColourspace('srgb').png().toBuffer()
  }
  const pictures = {
    tiles: drawn((x, y) => ((x + 3) % 8 < 2 || (y + 5) % 8 < 2 ? 90 : 160)),
    checks: drawn((x, y) => (((x >> 3) + (y >> 3)) & 1 ? 200 : 60)),
    stripes: drawn((x) => ((x + 2) & 7) * 30),
    enlarged: drawn((x, y) => ((x >> 3) * 37 + (y >> 3) * 91) % 256),
    framed: sharp(await photo({ width: 500, height: 340, quality: 85 })).extend({ top: 70, bottom: 70, left: 71, right: 69, background: '#fff' }).png().toBuffer(),
    even: drawn(() => 128)
  }
  for (const [name, picture] of Object.entries(pictures)) {
    t.ok((await detect(jpegGrid, await picture)).signals.every(({ supports }) => supports === null), name)
  }
})

t.test('tiny, narrow and large pictures are no trouble', async (t) => {
  for (const [width, height] of [[1, 1], [8, 8], [63, 400], [64, 64], [3, 5000]] as const) {
    t.same((await detect(jpegGrid, await photo({ width, height, format: 'png' }))).signals, [])
  }
  const large = await sharp({ create: { width: 6300, height: 4000, channels: 3, background: '#888' } }).png().toBuffer()
  t.match((await detect(jpegGrid, large)).notChecked, [{ code: 'jpeg_grid_partly', reason: /25 megapixels/ }])
})

/** Intersection over union of a mask with the part that was put in. */
async function overlap(bytes: Uint8Array): Promise<number> {
  const { data, info } = await sharp(bytes).extractChannel('alpha').resize(640, 480, { kernel: 'nearest', fit: 'fill' }).raw().toBuffer({ resolveWithObject: true })
  let [both, either] = [0, 0]
  for (let at = 0; at < data.length; at++) {
    const [x, y] = [at % info.width, Math.floor(at / info.width)]
    const put = x >= left && x < left + side && y >= top && y < top + side
    if (put && data[at]! > 0) both++
    if (put || data[at]! > 0) either++
  }
  return both / either
}
