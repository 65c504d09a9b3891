import sharp from 'sharp'
import t from 'tap'
import { doubleCompression } from '../../../src/engine/detectors/doubleCompression.ts'
import { photo, photoPixels } from '../pictures.ts'
import { detect } from './photographs.ts'

const [width, height] = [640, 480]

const raw = (data: Uint8Array, columns = width, rows = height) => sharp(data, { raw: { width: columns, height: rows, channels: 3 } })

/** A picture's pixels after it was saved at a quality. */
async function savedOnce(quality: number, seed = 1): Promise<Buffer> {
  return sharp(await raw(photoPixels(width, height, seed)).jpeg({ quality }).toBuffer()).raw().toBuffer()
}

/** A part of another picture, which was never a JPEG, put in at a place of the photograph. */
function withPart(pixels: Buffer, { left, top, side }: { left: number; top: number; side: number }): Buffer {
  const spliced = Buffer.from(pixels)
  const part = photoPixels(side, side, 77)
  for (let y = 0; y < side; y++) spliced.set(part.subarray(3 * side * y, 3 * side * (y + 1)), 3 * ((top + y) * width + left))
  return spliced
}

t.test('a part that was put into a JPEG before it was saved again is found where it is', async (t) => {
  for (const [first, last] of [[70, 85], [75, 90], [80, 95]] as const) {
    const file = await raw(withPart(await savedOnce(first), { left: 200, top: 120, side: 160 })).jpeg({ quality: last }).toBuffer()
    const { signals, evidence } = await detect(doubleCompression, file)
    const found = signals.find(({ code }) => code === 'double_quantization_region')
    t.match(found, { supports: 'manipulated', log10Nfa: -3, evidence: ['double-compression.png'], measured: { firstQuality: first } })
    const [region] = found!.measured.regions as { x: number; y: number; width: number; height: number }[]
    t.ok(Math.abs(region!.x - 200) <= 16 && Math.abs(region!.y - 120) <= 16)
    t.ok(Math.abs(region!.width - 160) <= 32 && Math.abs(region!.height - 160) <= 32)

    t.match(evidence, [{ name: 'double-compression.png', layer: 'mask', caption: /honestly is marked as well/ }, { name: 'jpeg-ghost.png', layer: 'map' }])
    const mask = await sharp(evidence[0]!.bytes).extractChannel('alpha').raw().toBuffer()
    let [inside, outside] = [0, 0]
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (mask[y * width + x] === 0) continue
        if (x >= 200 && x < 360 && y >= 120 && y < 280) inside++
        else outside++
      }
    }
    t.ok(inside > 0.8 * 160 ** 2)
    t.ok(outside < 0.2 * inside)
  }
})

t.test('the regions of a picture that is shown turned are where the reader sees them', async (t) => {
  const spliced = withPart(await savedOnce(75), { left: 400, top: 80, side: 160 })
  const file = await raw(spliced).withMetadata({ orientation: 6 }).jpeg({ quality: 92 }).toBuffer()
  const { signals } = await detect(doubleCompression, file)
  const [region] = signals[0]!.measured.regions as { x: number; y: number }[]
  // Turned by a quarter: x is counted from what was the lower edge.
  t.ok(Math.abs(region!.x - (height - 80 - 160)) <= 16)
  t.ok(Math.abs(region!.y - 400) <= 16)
})

t.test('a picture that was saved twice as a whole is context, with the quality of the first time', async (t) => {
  for (const [first, last] of [[70, 85], [75, 92], [85, 95]] as const) {
    const { signals, evidence } = await detect(doubleCompression, await raw(await savedOnce(first, 2)).jpeg({ quality: last }).toBuffer())
    t.match(signals, [{ code: 'saved_twice', supports: null, log10Nfa: null, measured: { firstQuality: first } }])
    t.equal(signals.length, 1)
    t.match(evidence, [{ name: 'jpeg-ghost.png', layer: 'map' }])
  }
})

t.test('a picture that was saved once says nothing, nor one that was cropped off the grid or resized between', async (t) => {
  t.same((await detect(doubleCompression, await photo({ width, height, quality: 90 }))).signals, [])
  const once = await savedOnce(75)
  t.same((await detect(doubleCompression, await raw(once).extract({ left: 3, top: 5, width: 600, height: 440 }).jpeg({ quality: 92 }).toBuffer())).signals, [])
  t.same((await detect(doubleCompression, await raw(once).resize(500).jpeg({ quality: 92 }).toBuffer())).signals, [])
})

t.test('a part that alone was saved before, more strongly, shows its ghost, as context', async (t) => {
  const side = 256
  const donor = photoPixels(side, side, 77)
  const saved = await sharp(await raw(donor, side, side).jpeg({ quality: 60 }).toBuffer()).raw().toBuffer()
  const withDonor = (part: Uint8Array) => {
    const pixels = Buffer.from(photoPixels(width, height, 3))
    for (let y = 0; y < side; y++) pixels.set(part.subarray(3 * side * y, 3 * side * (y + 1)), 3 * ((120 + y) * width + 200))
    return raw(pixels).jpeg({ quality: 92 }).toBuffer()
  }
  const { signals, evidence } = await detect(doubleCompression, await withDonor(saved))
  t.match(signals, [{ code: 'ghost_of_a_part', supports: null, measured: { quality: 60 }, evidence: ['jpeg-ghost-of-a-part.png'] }])
  const region = signals[0]!.measured.region as { x: number; y: number; width: number; height: number }
  t.ok(Math.abs(region.x - 200) <= 48 && Math.abs(region.y - 120) <= 48 && Math.abs(region.width - side) <= 64 && Math.abs(region.height - side) <= 64)
  t.match(evidence, [{ name: 'jpeg-ghost-of-a-part.png', layer: 'map' }])

  // The same part, never saved before.
  t.same((await detect(doubleCompression, await withDonor(donor))).signals, [])
})

t.test('a change of brightness or colour of the whole picture between the two is no part from elsewhere', async (t) => {
  const once = await savedOnce(75)
  const changed = [
    await raw(once).linear(1, 12).raw().toBuffer(),
    await raw(once).modulate({ saturation: 1.3 }).raw().toBuffer(),
    once.map((level) => (level < 100 ? level + Math.round((100 - level) / 4) : level)),
    once.map((level) => (level > 150 ? 150 + Math.round((level - 150) * 0.8) : level))
  ]
  for (const pixels of changed) {
    const { signals } = await detect(doubleCompression, await raw(pixels).jpeg({ quality: 92 }).toBuffer())
    t.same(signals.filter(({ supports }) => supports !== null), [])
  }
})

t.test('blocks that the edge cuts say nothing of the picture', async (t) => {
  const once = await raw(photoPixels(637, 475, 4), 637, 475).jpeg({ quality: 75 }).toBuffer()
  const { signals } = await detect(doubleCompression, await sharp(once).jpeg({ quality: 92 }).toBuffer())
  t.match(signals, [{ code: 'saved_twice' }])
  t.equal(signals.length, 1)
})

t.test('small, even and grey pictures are no trouble', async (t) => {
  for (const [columns, rows] of [[1, 1], [7, 300], [64, 64]] as const) {
    const even = await sharp({ create: { width: columns, height: rows, channels: 3, background: '#808080' } }).jpeg().toBuffer()
    t.same((await detect(doubleCompression, even)).signals, [])
  }
  const grey = await sharp(await raw(await savedOnce(70)).toColourspace('b-w').jpeg({ quality: 70 }).toBuffer()).toColourspace('b-w').jpeg({ quality: 90 }).toBuffer()
  t.match((await detect(doubleCompression, grey)).signals, [{ code: 'saved_twice', measured: { firstQuality: 70 } }])
})
