import sharp from 'sharp'
import t from 'tap'
import { decodeImage } from '../../../src/engine/image.ts'
import { estimateFirstSteps } from '../../../src/engine/jpeg/firstQuantization.ts'
import { firstDigitDistance } from '../../../src/engine/jpeg/firstDigits.ts'
import { ghostOf } from '../../../src/engine/jpeg/ghosts.ts'
import { standardTable } from '../../../src/engine/quantization.ts'
import { photo, photoPixels } from '../pictures.ts'

const [width, height] = [640, 480]

async function twice(first: number, last: number): Promise<Buffer> {
  return sharp(await photo({ width, height, quality: first, seed: 6 })).jpeg({ quality: last }).toBuffer()
}

async function stepsOf(file: Buffer) {
  const image = await decodeImage(file, 'image/jpeg')
  return estimateFirstSteps(image.coefficients()!, image.luma()!)
}

t.test('the first steps are found, frequency by frequency', async (t) => {
  for (const [first, last] of [[70, 88], [80, 92]] as const) {
    const table = standardTable('luminance', first)
    const found = (await stepsOf(await twice(first, last))).filter(({ gain }) => gain > 0.05)
    t.ok(found.length >= 5)
    const right = found.filter((step) => step.first === table[step.frequency])
    t.ok(right.length >= 0.8 * found.length, `${right.length} of ${found.length}`)
  }
})

t.test('one quantization is not taken for two', async (t) => {
  for (const quality of [60, 80, 95]) {
    const steps = await stepsOf(await photo({ width, height, quality, seed: 6 }))
    t.ok(steps.length >= 3)
    t.ok(steps.every(({ gain }) => gain < 0.03))
  }
})

t.test('first digits follow the law after one quantization, and not after two', async (t) => {
  const distance = async (file: Buffer) => firstDigitDistance((await decodeImage(file, 'image/jpeg')).coefficients()!)!
  t.ok((await distance(await twice(70, 88))) > 5 * (await distance(await photo({ width, height, quality: 88, seed: 6 }))))
  const even = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#888' } }).jpeg().toBuffer()
  t.equal(firstDigitDistance((await decodeImage(even, 'image/jpeg')).coefficients()!), undefined)
})

t.test('the ghost is bright where a part was not quantised before', async (t) => {
  const once = await sharp(await photo({ width, height, quality: 70, seed: 6 })).raw().toBuffer()
  const part = photoPixels(160, 160, 9)
  for (let y = 0; y < 160; y++) once.set(part.subarray(480 * y, 480 * (y + 1)), 3 * ((160 + y) * width + 160))
  const image = await decodeImage(await sharp(once, { raw: { width, height, channels: 3 } }).jpeg({ quality: 92 }).toBuffer(), 'image/jpeg')
  const steps = estimateFirstSteps(image.coefficients()!, image.luma()!).filter(({ gain }) => gain > 0.05)
  const ghost = ghostOf(image.coefficients()!, steps)
  let [inside, outside, tilesInside, tilesOutside] = [0, 0, 0, 0]
  ghost.data.forEach((level, tile) => {
    const [x, y] = [tile % ghost.width, Math.floor(tile / ghost.width)]
    if (x >= 10 && x < 20 && y >= 10 && y < 20) [inside, tilesInside] = [inside + level, tilesInside + 1]
    else [outside, tilesOutside] = [outside + level, tilesOutside + 1]
  })
  t.ok(inside / tilesInside > 4 * (outside / tilesOutside), `${inside / tilesInside} and ${outside / tilesOutside}`)
})
