import sharp from 'sharp'
import t from 'tap'
import { log10BinomialTail } from '../../../src/engine/binomialTail.ts'
import { showsTwoVersions } from '../../../src/engine/copyMove/twoVersions.ts'
import { copyMove } from '../../../src/engine/detectors/copyMove.ts'
import { lumaOf } from '../../../src/engine/luma.ts'
import { collage, facade, page, saved, texturedPhoto, withCopy, withRectangle, withTurnedCopy } from './copiedParts.ts'
import { detect } from './photographs.ts'

const photo = texturedPhoto(640, 480, 3)
const forged = withCopy(photo, { left: 40, top: 60 }, { left: 373, top: 251 }, 120)

t.test('a copied part is found, with both of its places', async (t) => {
  const { signals, evidence } = await detect(copyMove, await saved(forged))
  t.equal(signals.length, 1)
  const [signal] = signals
  t.match(signal, { detector: 'copy_move', code: 'copied_part', supports: 'manipulated', evidence: ['copy-move.png', 'copy-move-pairs.jpg'] })
  t.ok(signal!.log10Nfa! <= -3)
  t.ok(signal!.log10LikelihoodRatio <= -signal!.log10Nfa!)
  t.match(signal!.measured, { copies: [{ displacement: [333, 191], turnedByDegrees: 0, scale: 1 }] })
  const regions = signal!.measured.regions as { x: number; y: number; width: number; height: number }[]
  t.equal(regions.length, 2)
  for (const [index, [left, top]] of [[40, 60], [373, 251]].entries()) {
    const { x, y, width, height } = regions[index]!
    t.ok(Math.abs(x - left!) <= 16 && Math.abs(y - top!) <= 16 && Math.abs(width - 120) <= 24 && Math.abs(height - 120) <= 24)
  }
  t.match(evidence, [
    { name: 'copy-move.png', layer: 'mask', caption: /can not be told/ },
    { name: 'copy-move-pairs.jpg', layer: 'beside', mediaType: 'image/jpeg' }
  ])
})

t.test('the mask marks the source and the copy, and little else', async (t) => {
  const { evidence } = await detect(copyMove, await saved(forged))
  const { data, info } = await sharp(evidence[0]!.bytes).extractChannel('alpha').raw().toBuffer({ resolveWithObject: true })
  t.match(info, { width: 640, height: 480 })
  let [both, either] = [0, 0]
  for (let y = 0; y < 480; y++) {
    for (let x = 0; x < 640; x++) {
      const isCopied = [[40, 60], [373, 251]].some(([left, top]) => Math.hypot(x - left! - 60, y - top! - 60) <= 60)
      const isMarked = data[y * 640 + x]! > 0
      if (isCopied && isMarked) both++
      if (isCopied || isMarked) either++
    }
  }
  t.ok(both / either > 0.7, `${both / either}`)
})

t.test('a copy is found after the picture was saved as JPEG', async (t) => {
  const { signals } = await detect(copyMove, await saved(forged, 90))
  t.match(signals, [{ code: 'copied_part' }])
  t.ok(signals[0]!.log10Nfa! <= -3)
})

t.test('a copy that was turned is found, with the angle', async (t) => {
  const turned = await withTurnedCopy(texturedPhoto(900, 640, 6), { left: 120, top: 120 }, { left: 600, top: 350 }, 180, 25)
  const { signals } = await detect(copyMove, await saved(turned))
  t.match(signals, [{ code: 'copied_part' }])
  const [copy] = signals[0]!.measured.copies as { turnedByDegrees: number; scale: number }[]
  t.ok(Math.abs(copy!.turnedByDegrees - 25) < 1 && Math.abs(copy!.scale - 1) < 0.03)
})

t.test('a rectangle that was copied is found like any other part', async (t) => {
  for (const quality of [undefined, 90]) {
    const { signals } = await detect(copyMove, await saved(withRectangle(photo, { left: 40, top: 60 }, { left: 373, top: 251 }, { width: 150, height: 110 }), quality))
    t.match(signals, [{ code: 'copied_part' }])
    t.ok(signals[0]!.log10Nfa! <= -3, `${signals[0]!.log10Nfa}`)
  }
})

t.test('a photograph that stands twice in a collage, between others, is mentioned, and carries no verdict', async (t) => {
  const { signals } = await detect(copyMove, await saved(collage(), 92))
  t.match(signals, [{ code: 'copied_part', log10Nfa: -1 }])
})

t.test('a photograph that stands twice on an even page is mentioned, and carries no verdict', async (t) => {
  const { signals } = await detect(copyMove, await saved(await page()))
  t.match(signals, [{ code: 'copied_part', log10Nfa: -1 }])
})

t.test('regions stand where they are displayed, whatever the orientation', async (t) => {
  const turned = await sharp(await saved(forged, 95)).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer()
  const { signals, evidence } = await detect(copyMove, turned)
  const regions = signals[0]!.measured.regions as { x: number; y: number }[]
  // Turned clockwise by a quarter: (x, y) of 640 × 480 is shown at (479 − y, x).
  t.ok(Math.abs(regions[0]!.x - (479 - 60 - 120)) <= 16 && Math.abs(regions[0]!.y - 40) <= 16)
  for (const { bytes } of evidence) t.match(await sharp(bytes).metadata(), { width: 480, height: 640 })
})

t.test('a photograph without a copy gives no signal', async (t) => {
  for (const quality of [undefined, 90, 60]) t.same(await detect(copyMove, await saved(photo, quality)), { signals: [], evidence: [], notChecked: [] })
})

t.test('windows that are alike, each with its own noise, are no copies', async (t) => {
  for (const quality of [undefined, 90]) t.same((await detect(copyMove, await saved(facade(600, 480), quality))).signals, [])
})

t.test('a pattern that repeats exactly is no copy', async (t) => {
  const tile = texturedPhoto(160, 120, 5)
  const tiled = await sharp({ create: { width: 800, height: 600, channels: 3, background: '#000' } })
    .composite([{ input: await saved(tile), tile: true, gravity: 'northwest' }])
    .png()
    .toBuffer()
  t.same((await detect(copyMove, tiled)).signals, [])
})

t.test('a large picture that repeats itself everywhere is searched in part, and says so', async (t) => {
  const tiled = await sharp({ create: { width: 2400, height: 2000, channels: 3, background: '#000' } })
    .composite([{ input: await saved(texturedPhoto(160, 120, 5)), tile: true, gravity: 'northwest' }])
    .jpeg({ quality: 90 })
    .toBuffer()
  const { signals, notChecked } = await detect(copyMove, tiled)
  t.same(signals, [])
  t.match(notChecked, [{ code: 'copy_move_partly', reason: /repeats itself/ }])
})

t.test('two versions of a photograph, side by side or above each other, are known for what they are', async (t) => {
  const version = texturedPhoto(320, 240, 7)
  const brighter = { ...version, data: version.data.map((value) => 255 * (value / 255) ** 0.8) }
  const raw = { width: 320, height: 240, channels: 3 } as const
  const versions = [sharp(version.data, { raw }), sharp(brighter.data, { raw }).resize(310, 232)]
  const [before, after] = await Promise.all(versions.map((picture) => picture.png().toBuffer()))
  const luma = async (width: number, height: number, left: number, top: number) => {
    const pages = sharp({ create: { width, height, channels: 3, background: '#fff' } }).composite([{ input: before!, left: 0, top: 0 }, { input: after!, left, top }])
    return lumaOf({ data: await pages.removeAlpha().raw().toBuffer(), width, height })
  }
  const motion = { a: 1, b: 0, dx: 0, dy: 0 }
  t.ok(showsTwoVersions(await luma(644, 240, 324, 4), { ...motion, dx: 310, dy: -6 }))
  t.ok(showsTwoVersions(await luma(320, 484, 4, 244), { ...motion, dy: 240 }))
  t.notOk(showsTwoVersions(await luma(644, 240, 324, 4), { ...motion, dx: 200, dy: -6 }))
  t.notOk(showsTwoVersions(lumaOf(photo), { ...motion, dx: 320 }))
  t.notOk(showsTwoVersions(lumaOf(photo), { ...motion, dy: 240 }))
})

t.test('letters that repeat are no copies', async (t) => {
  const lines = Array.from({ length: 20 }, (_, row) => `<text x="20" y="${40 + 28 * row}" font-size="22">${'Lorem ipsum dolor sit amet consetetur '.repeat(2)}</text>`)
  const text = await sharp(Buffer.from(`<svg width="900" height="620"><rect width="100%" height="100%" fill="#fff"/>${lines.join('')}</svg>`)).png().toBuffer()
  t.same((await detect(copyMove, text)).signals, [])
})

t.test('flat, tiny and thin pictures are no trouble', async (t) => {
  for (const [width, height] of [[1, 1], [1, 500], [2000, 3], [64, 64], [400, 300]] as const) {
    const flat = await sharp({ create: { width, height, channels: 3, background: '#888' } }).png().toBuffer()
    const { signals, notChecked } = await detect(copyMove, flat)
    t.same(signals, [])
    t.equal(notChecked[0]?.code, width < 160 || height < 160 ? 'too_small_for_copy_move' : undefined)
  }
})

t.test('the tail of the binomial distribution is exact, and does not underflow', async (t) => {
  t.ok(Math.abs(log10BinomialTail(4, 2, 0.5) - Math.log10(11 / 16)) < 1e-12)
  t.ok(Math.abs(log10BinomialTail(5_000, 5_000, 0.2) - 5_000 * Math.log10(0.2)) < 1e-6)
  t.equal(log10BinomialTail(9, 0, 0.5), 0)
})
