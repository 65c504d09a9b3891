import sharp, { type JpegOptions } from 'sharp'
import t from 'tap'
import { readJpeg } from '../../../src/engine/containers/jpeg.ts'
import { decodeCoefficients, type Coefficients } from '../../../src/engine/jpeg/coefficients.ts'
import { photoPixels } from '../pictures.ts'

async function jpeg(options: JpegOptions, width = 203, height = 149): Promise<Buffer> {
  return sharp(photoPixels(width, height, 3), { raw: { width, height, channels: 3 } }).jpeg(options).toBuffer()
}

function decoded(file: Buffer): Coefficients {
  return decodeCoefficients(file, readJpeg(file))!
}

const cosine = (u: number, x: number) => ((u === 0 ? Math.SQRT1_2 : 1) / 2) * Math.cos(((2 * x + 1) * u * Math.PI) / 16)

/** The pixels that coefficients stand for, by the definition (ITU-T T.81, A.3.3). */
function pixelsOf({ data, columns, rows, table }: Coefficients, width: number, height: number): Float64Array {
  const pixels = new Float64Array(width * height)
  const across = new Float64Array(64)
  for (let block = 0; block < columns * rows; block++) {
    for (let v = 0; v < 8; v++) {
      for (let x = 0; x < 8; x++) {
        across[8 * v + x] = 0
        for (let u = 0; u < 8; u++) across[8 * v + x]! += cosine(u, x) * data[64 * block + 8 * v + u]! * table[8 * v + u]!
      }
    }
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        const [column, row] = [8 * (block % columns) + x, 8 * Math.floor(block / columns) + y]
        if (column >= width || row >= height) continue
        let level = 128
        for (let v = 0; v < 8; v++) level += cosine(v, y) * across[8 * v + x]!
        pixels[row * width + column] = Math.max(0, Math.min(255, level))
      }
    }
  }
  return pixels
}

const forms: { [name: string]: JpegOptions } = {
  'quality 95, 4:4:4': { quality: 95, chromaSubsampling: '4:4:4' },
  'quality 75, 4:2:0': { quality: 75 },
  'quality 30': { quality: 30 },
  'quality 100': { quality: 100 },
  'optimised codes': { quality: 80, optimiseCoding: true },
  'progressive, 4:2:0': { quality: 85, progressive: true },
  'progressive, 4:4:4': { quality: 98, progressive: true, chromaSubsampling: '4:4:4' },
  'other scans': { quality: 80, progressive: true, optimiseScans: true }
}

for (const [name, options] of Object.entries(forms)) {
  t.test(`coefficients give libjpeg's pixels within a level: ${name}`, async (t) => {
    const grey = await sharp(await jpeg(options)).toColourspace('b-w').jpeg(options).toBuffer()
    const expected = await sharp(grey).toColourspace('b-w').raw().toBuffer()
    const coefficients = decoded(grey)
    t.ok(coefficients.complete)
    const pixels = pixelsOf(coefficients, 203, 149)
    t.ok(expected.every((level, at) => Math.abs(level - pixels[at]!) <= 1))
  })

  t.test(`beside colours, luminance is read alike: ${name}`, async (t) => {
    const file = await jpeg(options)
    const { data } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
    const coefficients = decoded(file)
    t.ok(coefficients.complete)
    t.same([coefficients.columns, coefficients.rows], [26, 19])
    const pixels = pixelsOf(coefficients, 203, 149)
    let sum = 0
    for (let at = 0; at < pixels.length; at++) {
      sum += Math.abs(0.299 * data[3 * at]! + 0.587 * data[3 * at + 1]! + 0.114 * data[3 * at + 2]! - pixels[at]!)
    }
    t.ok(sum / pixels.length < 0.5)
  })
}

t.test('the sequential and the progressive form of a picture have the same coefficients', async (t) => {
  const [sequential, progressive] = [decoded(await jpeg({ quality: 88 })), decoded(await jpeg({ quality: 88, progressive: true }))]
  t.same(sequential.data, progressive.data)
})

t.test('restart markers are followed', async (t) => {
  const coefficients = decoded(await withRestarts())
  t.ok(coefficients.complete)
  t.equal(coefficients.columns * coefficients.rows, 4)
  const one = decoded(await greyTile())
  for (let block = 0; block < 4; block++) t.same(coefficients.data.subarray(64 * block, 64 * block + 64), one.data)
})

async function greyTile(): Promise<Buffer> {
  return sharp(photoPixels(8, 8, 5), { raw: { width: 8, height: 8, channels: 3 } }).toColourspace('b-w').jpeg({ quality: 90 }).toBuffer()
}

/** Four times the same block of 8×8 pixels, with a restart marker after each. */
async function withRestarts(): Promise<Buffer> {
  const tile = await greyTile()
  const scan = tile.indexOf(Buffer.from([0xff, 0xda]))
  const begin = scan + 2 + tile.readUInt16BE(scan + 2)
  const entropyCoded = tile.subarray(begin, tile.length - 2)
  const head = Buffer.from(tile.subarray(0, begin))
  const frame = head.indexOf(Buffer.from([0xff, 0xc0]))
  head.writeUInt16BE(32, frame + 7)
  const restartInterval = Buffer.from([0xff, 0xdd, 0, 4, 0, 1])
  const parts = [0, 1, 2, 3].flatMap((index) => (index === 0 ? [entropyCoded] : [Buffer.from([0xff, 0xd0 + index - 1]), entropyCoded]))
  return Buffer.concat([head.subarray(0, scan), restartInterval, head.subarray(scan), ...parts, Buffer.from([0xff, 0xd9])])
}

t.test('a file that ends early gives what is there, and is said not to be complete', async (t) => {
  for (const progressive of [false, true]) {
    const file = await jpeg({ quality: 90, progressive })
    const whole = decoded(file)
    const cut = decoded(file.subarray(0, Math.floor(file.length * 0.6)))
    t.notOk(cut.complete)
    t.equal(cut.data.length, whole.data.length)
    if (!progressive) t.same(cut.data.subarray(0, 64 * 26), whole.data.subarray(0, 64 * 26))
  }
})

t.test('damaged files end, and none throws', async (t) => {
  for (const progressive of [false, true]) {
    const file = await jpeg({ quality: 85, progressive }, 120, 90)
    for (let at = 2; at < file.length; at += 7) {
      const damaged = Buffer.from(file)
      damaged[at] = damaged[at]! ^ 0x5a
      t.doesNotThrow(() => decodeCoefficients(damaged, readJpeg(damaged)))
    }
  }
})

t.test('a header that claims more pixels than are taken is not believed', async (t) => {
  const file = await jpeg({ quality: 80 }, 64, 64)
  const frame = file.indexOf(Buffer.from([0xff, 0xc0]))
  file.writeUInt16BE(65_535, frame + 5)
  file.writeUInt16BE(65_535, frame + 7)
  t.equal(decodeCoefficients(file, readJpeg(file)), undefined)
  file.writeUInt16BE(0, frame + 5)
  t.equal(decodeCoefficients(file, readJpeg(file)), undefined)
})
