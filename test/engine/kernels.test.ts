import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import sharp from 'sharp'
import t from 'tap'
import { gridVotes, noVote } from '../../src/engine/kernels/gridVotes.ts'
import { quantizationErrors } from '../../src/engine/kernels/quantizationErrors.ts'
import type { Pixels } from '../../src/engine/image.ts'
import { lumaOf, type Luma } from '../../src/engine/luma.ts'
import { blocksOf } from '../../src/engine/noise/blocks.ts'
import { noiseLevels } from '../../src/engine/noise/noiseLevels.ts'
import { standardTable } from '../../src/engine/quantization.ts'
import { mulberry32, photo } from './pictures.ts'

const sources = new URL('../../src/engine/kernels/', import.meta.url)

t.test('the committed kernels are what their sources compile to', (t) => {
  const folder = t.testdir()
  execFileSync(process.execPath, ['ops/kernels.mjs', folder], { cwd: new URL('../../', import.meta.url) })
  const compiled = readdirSync(folder)
  t.same(compiled, readdirSync(sources).filter((name) => name.endsWith('.wasm')))
  t.ok(compiled.length > 0)
  for (const name of compiled) t.ok(readFileSync(`${folder}/${name}`).equals(readFileSync(new URL(name, sources))), `npm run kernels: ${name} is out of date`)
  t.end()
})

t.test('the kernel votes as plain code does: noise, smooth, even in a direction, photograph-like, of odd sizes and over its tiles', async (t) => {
  const same = (luma: Luma, name: string) => t.ok(Buffer.from(gridVotes(luma)).equals(plainVotes(luma)), `${name}, ${luma.width} × ${luma.height}`)
  for (const [width, height] of [[15, 15], [16, 40], [83, 61]] as const) {
    for (const [name, data] of Object.entries(pictures(width, height))) same({ data, width, height }, name)
  }
  for (const [width, height] of [[1050, 19], [21, 285]] as const) same({ data: pictures(width, height).smooth, width, height }, 'smooth')
  for (const quality of [50, 95]) same(await lumaOfFile(await photo({ width: 133, height: 107, quality })), `a JPEG of quality ${quality}`)
})

t.test('pictures too small for a whole vote, and even ones, vote for nothing', (t) => {
  for (const [width, height] of [[1, 1], [14, 400], [400, 14], [7, 7], [64, 64]] as const) {
    const votes = gridVotes({ data: new Uint8Array(width * height).fill(200), width, height })
    t.equal(votes.length, width * height)
    t.ok(votes.every((vote) => vote === noVote))
  }
  t.end()
})

t.test('the pixels of a JPEG vote for its grid, wherever it was cropped', async (t) => {
  const jpeg = await photo({ width: 320, height: 240, quality: 80 })
  for (const [left, top] of [[0, 0], [3, 0], [5, 6]] as const) {
    const votes = gridVotes(await lumaOfFile(await sharp(jpeg).extract({ left, top, width: 300, height: 200 }).png().toBuffer()))
    const expected = ((8 - top) % 8) * 8 + ((8 - left) % 8)
    const [all, own] = [votes.filter((vote) => vote !== noVote).length, votes.filter((vote) => vote === expected).length]
    t.ok(own > 0.8 * all && all > 20_000, `${own} of ${all} for ${expected}`)
  }
})

t.test('a block’s quantization error is that of plain code in double precision, of odd sizes and over the kernel’s rows', async (t) => {
  const same = (luma: Luma, name: string, quality = 90) => {
    const table = standardTable('luminance', quality)
    const [{ data, columns, rows }, plain] = [quantizationErrors(luma, table), plainErrors(luma, table)]
    t.same([columns, rows, data.length], [Math.ceil(luma.width / 8), Math.ceil(luma.height / 8), plain.length])
    const greatest = data.reduce((worst, error, block) => Math.max(worst, Math.abs(error - plain[block]!)), 0)
    t.ok(greatest < 1e-3, `${name}, ${luma.width} × ${luma.height}: ${greatest}`)
  }
  for (const [width, height] of [[1, 1], [8, 8], [3, 40], [83, 61]] as const) {
    for (const [name, data] of Object.entries(pictures(width, height))) same({ data, width, height }, name)
  }
  same({ data: pictures(8_203, 9).smooth, width: 8_203, height: 9 }, 'smooth')
  for (const quality of [50, 90, 100]) same(await lumaOfFile(await photo({ width: 133, height: 107 })), `at quality ${quality}`, quality)
})

t.test('a block’s quantization error is what saving it as JPEG changes', async (t) => {
  const luma = await lumaOfFile(await photo({ width: 320, height: 240, format: 'png' }))
  const raw = { width: luma.width, height: luma.height, channels: 1 } as const
  for (const quality of [70, 90]) {
    const saved = await lumaOfFile(await sharp(luma.data, { raw }).toColourspace('b-w').jpeg({ quality }).toBuffer())
    const real = new Float64Array((luma.width * luma.height) / 64)
    luma.data.forEach((level, at) => {
      const [x, y] = [at % luma.width, Math.floor(at / luma.width)]
      real[(y >> 3) * (luma.width / 8) + (x >> 3)]! += (level - saved.data[at]!) ** 2 / 64
    })
    const { data } = quantizationErrors(luma, standardTable('luminance', quality))
    const [estimated, measured] = [Float64Array.from(data), real]
    t.ok(correlation(estimated, measured) > 0.98, `${correlation(estimated, measured)}`)
    t.ok(Math.abs(mean(measured) - mean(estimated) - 1 / 12) < 0.05 * mean(measured), `${mean(estimated)} for ${mean(measured)}`)
  }
})

t.test('luminance is the weighted sum by the letter, of every number of pixels', (t) => {
  const random = mulberry32(3)
  for (const pixels of [0, 1, 15, 16, 17, 8_191, 8_192, 8_193, 40_000]) {
    const data = Uint8Array.from({ length: 3 * pixels }, () => (random() < 0.3 ? 255 * Math.round(random()) : 256 * random()))
    const expected = Uint8Array.from({ length: pixels }, (_, at) => (19_595 * data[3 * at]! + 38_470 * data[3 * at + 1]! + 7_471 * data[3 * at + 2]! + 32_768) >> 16)
    t.ok(Buffer.from(lumaOf({ data, width: pixels, height: 1 }).data).equals(expected), `${pixels} pixels`)
  }
  t.end()
})

t.test('noise levels are the means of the mask’s magnitudes, of odd sizes and over the kernel’s columns', (t) => {
  for (const [width, height] of [[1, 1], [2, 50], [50, 2], [3, 3], [37, 53], [3, 700], [16_403, 7], [40_000, 4]] as const) {
    for (const [name, data] of Object.entries(pictures(width, height))) {
      const [levels, plain] = [noiseLevels({ data, width, height }, 16), plainNoiseLevels({ data, width, height }, 16)]
      t.ok(levels.data.every((level, cell) => Math.abs(level - plain[cell]!) < 1e-4) && levels.data.length === plain.length, `${name}, ${width} × ${height}`)
    }
  }
  t.end()
})

t.test('the energies of a block’s coefficients are those of plain code in double precision, in each channel', async (t) => {
  const random = mulberry32(5)
  for (const [width, height] of [[1, 1], [4, 90], [5, 5], [23, 14], [16_500, 6], [6_000, 11]] as const) {
    const data = Uint8Array.from({ length: 3 * width * height }, (_, at) => 40 * (at % 3) + 60 * Math.sin(at / 200) ** 2 + 40 * random() + (at % 997 === 0 ? 130 : 0))
    for (const [channel, blocks] of blocksOf({ data, width, height }).entries()) {
      const plain = plainBlocks({ data, width, height }, channel)
      t.same([...blocks.sums], plain.map(({ sum }) => sum), `${width} × ${height}`)
      const near = (values: Float32Array, expected: number[]) => values.every((value, block) => Math.abs(value - expected[block]!) < 1e-2 + 1e-5 * expected[block]!)
      t.ok(near(blocks.motif, plain.map(({ motif }) => motif)))
      t.ok(near(blocks.noise, plain.map(({ noise }) => noise)))
    }
  }
})

async function lumaOfFile(file: Buffer): Promise<Luma> {
  const { data, info } = await sharp(file).greyscale().raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

function pictures(width: number, height: number) {
  const random = mulberry32(width * height)
  const drawn = (level: (x: number, y: number) => number) => Uint8Array.from({ length: width * height }, (_, at) => level(at % width, Math.floor(at / width)))
  return {
    noise: drawn(() => 256 * random()),
    smooth: drawn((x, y) => 100 + 60 * Math.sin(x / 20) + 20 * Math.cos(y / 9) + 1.2 * random()),
    'black and white': drawn((x, y) => ((x >> 3) + (y >> 2)) % 2 * 255),
    'an edge': drawn((x, y) => (x > 20 && y > 9 ? 101 : 100)),
    columns: drawn((x) => 7 * (x % 11)),
    rows: drawn((_, y) => 7 * (y % 11))
  }
}

/** The DCT-II by its definition, in double precision: `[frequency][place]`. */
const basis = Array.from({ length: 8 }, (_, frequency) =>
  Array.from({ length: 8 }, (_, place) => Math.sqrt((frequency === 0 ? 1 : 2) / 8) * Math.cos(((2 * place + 1) * frequency * Math.PI) / 16))
)

/** What `gridVotes` does, by the letter. */
function plainVotes({ data, width, height }: Luma): Buffer {
  const votes = Buffer.alloc(width * height, noVote)
  const best = new Int8Array(width * height).fill(-1)
  for (let top = 0; top + 8 <= height; top++) {
    for (let left = 0; left + 8 <= width; left++) {
      const window = Array.from({ length: 8 }, (_, y) => data.subarray((top + y) * width + left, (top + y) * width + left + 8))
      const evenRows = window.every((row) => row.every((level) => level === row[0]))
      const evenColumns = window.every((row) => row.every((level, x) => level === window[0]![x]))
      const vote = evenRows || evenColumns ? noVote : 8 * (top % 8) + (left % 8)
      const zeros = zerosOf(window)
      for (let y = top; y < top + 8; y++) {
        for (let at = y * width + left; at < y * width + left + 8; at++) {
          if (zeros > best[at]!) [best[at], votes[at]] = [zeros, vote]
          else if (zeros === best[at]) votes[at] = noVote
        }
      }
    }
  }
  votes.forEach((_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)]
    if (Math.min(x, y, width - 1 - x, height - 1 - y) < 7) votes[at] = noVote
  })
  return votes
}

function zerosOf(window: Uint8Array[]): number {
  const rows = window.map((row) => basis.map((wave) => wave.reduce((sum, factor, x) => sum + factor * row[x]!, 0)))
  let zeros = -1
  for (const wave of basis) {
    for (let column = 0; column < 8; column++) {
      const coefficient = wave.reduce((sum, factor, y) => sum + factor * rows[y]![column]!, 0)
      // The mean is below the limit in a black window only, which is even: it is taken off whatever it is.
      if (Math.abs(coefficient) < 0.5 * (1 - 1e-4) || (wave === basis[0] && column === 0)) zeros++
    }
  }
  return zeros
}

/** What `quantizationErrors` does, by the letter. */
function plainErrors({ data, width, height }: Luma, table: readonly number[]): number[] {
  const [columns, rows] = [Math.ceil(width / 8), Math.ceil(height / 8)]
  return Array.from({ length: columns * rows }, (_, block) => {
    const [left, top] = [8 * (block % columns), 8 * Math.floor(block / columns)]
    const level = (x: number, y: number) => data[Math.min(height - 1, top + y) * width + Math.min(width - 1, left + x)]! - 128
    const lines = basis.map((_, y) => basis.map((wave) => wave.reduce((sum, factor, x) => sum + factor * level(x, y), 0)))
    let error = 0
    for (let at = 0; at < 64; at++) {
      const coefficient = basis[at >> 3]!.reduce((sum, factor, y) => sum + factor * lines[y]![at & 7]!, 0)
      error += (coefficient - table[at]! * Math.round(coefficient / table[at]!)) ** 2
    }
    return error / 64
  })
}

/** What `noiseLevels` does to pictures so small that every row is looked at. */
function plainNoiseLevels({ data, width, height }: Luma, maxSide: number): number[] {
  const side = Math.max(4, Math.ceil(Math.max(width, height) / maxSide))
  const [columns, rows] = [Math.max(1, Math.floor(width / side)), Math.max(1, Math.floor(height / side))]
  const cells = Array.from({ length: columns * rows }, () => ({ sum: 0, count: 0 }))
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      let residual = 0
      for (let down = -1; down <= 1; down++) for (let right = -1; right <= 1; right++) residual += data[(y + down) * width + x + right]! * [4, -2, 1][Math.abs(down) + Math.abs(right)]!
      const cell = cells[Math.min(rows - 1, Math.floor(y / side)) * columns + Math.min(columns - 1, Math.floor(x / side))]!
      cell.sum += Math.abs(residual)
      cell.count++
    }
  }
  return cells.map(({ sum, count }) => (count === 0 ? 0 : ((sum / count) * Math.sqrt(Math.PI / 2)) / 6))
}

/** What `blocksOf` does to pictures of up to 64,000 blocks, by the letter. */
function plainBlocks({ data, width, height }: Pixels, channel: number): { sum: number; motif: number; noise: number }[] {
  const [columns, rows] = [Math.floor(width / 5), Math.floor(height / 5)]
  return Array.from({ length: columns * rows }, (_, block) => {
    const levels = Array.from({ length: 25 }, (_, at) => {
      const [x, y] = [5 * (block % columns) + (at % 5), 5 * Math.floor(block / columns) + Math.floor(at / 5)]
      return data[3 * (y * width + x) + channel]!
    })
    const wave = (frequency: number, place: number) => Math.sqrt((frequency === 0 ? 1 : 2) / 5) * Math.cos(((2 * place + 1) * frequency * Math.PI) / 10)
    let [motif, noise] = [0, 0]
    for (let coefficient = 1; coefficient < 25; coefficient++) {
      const [u, v] = [coefficient % 5, Math.floor(coefficient / 5)]
      const energy = levels.reduce((sum, level, at) => sum + level * wave(u, at % 5) * wave(v, Math.floor(at / 5)), 0) ** 2
      if (u + v <= 3) motif += energy
      else noise += energy
    }
    const isSaturated = levels.some((level) => level < 2 || level > 253)
    return { sum: isSaturated ? -1 : levels.reduce((sum, level) => sum + level, 0), motif: motif / 9, noise: noise / 15 }
  })
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function correlation(one: Float64Array, other: Float64Array): number {
  const [oneMean, otherMean] = [mean(one), mean(other)]
  const product = (a: Float64Array, aMean: number, b: Float64Array, bMean: number) => a.reduce((sum, value, at) => sum + (value - aMean) * (b[at]! - bMean), 0)
  return product(one, oneMean, other, otherMean) / Math.sqrt(product(one, oneMean, one, oneMean) * product(other, otherMean, other, otherMean))
}
