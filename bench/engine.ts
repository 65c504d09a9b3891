/**
 * `npm run bench:engine [-- --rounds 5] [--file photo.jpg]`: what the image pipeline costs a thread, for a made 12-megapixel
 * photograph (the same in every run) or one of yours.
 *
 * Prints the processor time of the bare libvips decode with the engine's settings, of the whole pipeline and of each detector, as the
 * median over the rounds, in ms and as multiples of the bare decode, and how far each raises the process's memory at its
 * highest; then megapixels a second, by the clock, of one and two threads. Processor time is little disturbed by what
 * else runs on the machine; the clock is.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { mulberry32 } from '../test/engine/pictures.ts'
import { prepareDecoder } from '../src/engine/decoder.ts'
import { nothingKnown } from '../src/engine/detector.ts'
import { detectors } from '../src/engine/detectors/index.ts'
import { decodeImage } from '../src/engine/image.ts'
import { createEngine } from '../src/engine/pool.ts'
import { percentile, print } from './children.ts'
import { handIn } from './rows.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, file: { type: 'string' } } })
const rounds = Number(values.rounds)
const mediaType = 'image/jpeg'

prepareDecoder()
const file = values.file === undefined ? await madePhotograph(4000, 3000) : readFileSync(values.file)
const { width, height } = await sharp(file).metadata()
const megapixels = (width * height) / 1e6
print(`${width} × ${height}, ${megapixels.toFixed(1)} megapixels, ${(file.length / 2 ** 20).toFixed(1)} MiB, ${rounds} rounds`)

const bare = 'bare decode'
const steps = new Map<string, { ms: number; bytes: number }[]>()
// The first round compiles the code, and is not counted.
for (let round = 0; round <= rounds; round++) {
  const measured = await pipeline()
  if (round === 0) continue
  for (const [step, cost] of measured) steps.set(step, [...(steps.get(step) ?? []), cost])
}
const ms = (step: string) => percentile(steps.get(step)!.map((cost) => cost.ms), 0.5)
const whole = [...steps.keys()].filter((step) => step !== bare).reduce((sum, step) => sum + ms(step), 0)
const row = (step: string, time: number, mebibytes: string) =>
  print(`${step.padEnd(26)}${time.toFixed(0).padStart(7)} ms${(time / ms(bare)).toFixed(2).padStart(8)} ×${mebibytes.padStart(8)} MiB`)
for (const [step, costs] of steps) row(step, ms(step), (percentile(costs.map(({ bytes }) => bytes), 0.5) / 2 ** 20).toFixed(0))
row('whole pipeline', whole, '')

const [one, two] = [await throughput(1), await throughput(2)]
print(`1 thread: ${one.toFixed(1)} megapixels a second`)
print(`2 threads: ${two.toFixed(1)} megapixels a second`)
handIn([
  {
    what: 'Engine, all detectors, a thread',
    unit: 'megapixels/s of processor',
    ours: megapixels / (whole / 1_000),
    bare: 'libvips, decoding alone',
    theirs: megapixels / (ms(bare) / 1_000),
    better: 'more',
    meaning: `A photograph of ${megapixels.toFixed(0)} megapixels takes a core for ${(whole / 1_000).toFixed(1)} s`
  },
  {
    what: 'Engine, two threads',
    unit: 'megapixels/s',
    ours: two,
    bare: 'one thread of it',
    theirs: one,
    better: 'more',
    meaning: `Threads share nothing but the machine: with ${availableParallelism()} cores the most would be ${Math.min(2, availableParallelism())}`
  }
])

/** Each step once, as an analysis takes them. */
async function pipeline(): Promise<Map<string, { ms: number; bytes: number }>> {
  const costs = new Map<string, { ms: number; bytes: number }>()
  const measure = async <Result>(step: string, work: () => Result | Promise<Result>): Promise<Result> => {
    const [memory, began] = [lowerPeak(), process.cpuUsage()]
    const result = await work()
    const { user, system } = process.cpuUsage(began)
    costs.set(step, { ms: (user + system) / 1_000, bytes: peak() - memory })
    return result
  }
  await measure(bare, () => sharp(file, { failOn: 'warning', sequentialRead: true }).toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer())
  const image = await measure('decode', () => decodeImage(file, mediaType))
  await measure('luma', () => image.luma())
  for (const detector of detectors) {
    if (detector.kind === 'image') await measure(detector.id, () => detector.detect(image, nothingKnown))
  }
  return costs
}

/** Of analyses that are handed in all at once, four a thread, after one each to get warm. */
async function throughput(threads: number): Promise<number> {
  const engine = createEngine({ threads, deadlineMs: 120_000 })
  const analyses = (count: number) =>
    Promise.all(Array.from({ length: count }, () => engine.analyze({ bytes: Uint8Array.from(file).buffer, mediaType })))
  try {
    await analyses(threads)
    const began = performance.now()
    await analyses(4 * threads)
    return (4 * threads * megapixels) / ((performance.now() - began) / 1_000)
  } finally {
    await engine.close()
  }
}

/** Forgets the highest memory so far (Linux: proc(5), clear_refs). Returns what is held now, in bytes. */
function lowerPeak(): number {
  writeFileSync('/proc/self/clear_refs', '5')
  return process.memoryUsage.rss()
}

/** VmHWM of Linux: the highest resident memory since then, in bytes. */
function peak(): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1_024
}

/** Clouds of all sizes, a few edges and some noise, as a phone saves them: detail falls off with its size as in a photograph. */
async function madePhotograph(width: number, height: number): Promise<Buffer> {
  const random = mulberry32(1)
  const light = new Float32Array(width * height).fill(120)
  for (const [side, contrast] of [[8, 90], [32, 60], [128, 40], [512, 24], [2048, 12]] as const) {
    const small = { width: side, height: Math.round((side * height) / width) }
    const noise = Uint8Array.from({ length: small.width * small.height }, () => 256 * random())
    const clouds = await sharp(noise, { raw: { ...small, channels: 1 } }).resize(width, height, { fit: 'fill', kernel: 'cubic' }).raw().toBuffer()
    for (let at = 0; at < light.length; at++) light[at]! += (contrast * (clouds[at]! - 128)) / 128
  }
  const circles = Array.from({ length: 30 }, () => ({ x: random() * width, y: random() * height, radius: 40 + 300 * random(), level: 80 * random() - 40 }))
  for (const { x, y, radius, level } of circles) {
    for (let row = Math.max(0, Math.ceil(y - radius)); row < Math.min(height, y + radius); row++) {
      const half = Math.sqrt(radius ** 2 - (row - y) ** 2)
      for (let column = Math.max(0, Math.ceil(x - half)); column < Math.min(width, x + half); column++) light[row * width + column]! += level
    }
  }
  const pixels = new Uint8Array(3 * width * height)
  for (let at = 0; at < light.length; at++) {
    const level = light[at]! + 6 * (random() + random() - 1)
    for (let channel = 0; channel < 3; channel++) pixels[3 * at + channel] = Math.max(0, Math.min(255, level * (1.1 - 0.1 * channel)))
  }
  const camera = { IFD0: { Make: 'Camera', Model: 'Bench' }, IFD2: { DateTimeOriginal: '2026:01:02 03:04:05' } }
  return sharp(pixels, { raw: { width, height, channels: 3 } }).withExif(camera).jpeg({ quality: 92 }).toBuffer()
}
