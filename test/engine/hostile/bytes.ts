import type { Random } from './random.ts'

/** Changes a file. What it needs to find is looked for in what earlier changes have left. */
export type Mutator = (file: Buffer, random: Random) => Buffer

/** One to a few dozen bits anywhere. */
const flipBits: Mutator = (file, random) => flipped(file, random, 0, file.length, 1 + random.below(32))

/** Bits where the containers keep their lengths and sizes. */
const flipHeaderBits: Mutator = (file, random) => flipped(file, random, 0, Math.min(file.length, 400), 1 + random.below(6))

function flipped(file: Buffer, random: Random, from: number, to: number, times: number): Buffer {
  const changed = Buffer.from(file)
  for (let time = 0; time < times; time++) changed[from + random.below(Math.max(1, to - from))]! ^= 1 << random.below(8)
  return changed
}

const truncate: Mutator = (file, random) => file.subarray(0, random.below(file.length))
const truncateEnd: Mutator = (file, random) => file.subarray(0, file.length - 1 - random.below(Math.min(40, file.length)))
const truncateStart: Mutator = (file, random) => file.subarray(0, 1 + random.below(Math.min(120, file.length)))

/** Values on which arithmetic breaks: nothing, one, the sign bit, the largest, and just past what is there. */
function edgeValue(random: Random, at: number, length: number): number {
  return random.pick([0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, length, length + 1, length - at, length - at - 1])
}

/** Writes such a value over a number of any width. */
const overwriteNumber: Mutator = (file, random) => {
  const changed = Buffer.from(file)
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(Math.min(changed.length, random.chance(0.6) ? 600 : changed.length))
    const value = edgeValue(random, at, changed.length)
    const width = random.pick([1, 2, 4])
    if (at + width > changed.length) continue
    const fitting = value % 2 ** (8 * width)
    if (random.chance(0.5)) changed.writeUIntBE(fitting, at, width)
    else changed.writeUIntLE(fitting, at, width)
  }
  return changed
}

const fill: Mutator = (file, random) => {
  const changed = Buffer.from(file)
  const from = random.below(changed.length)
  changed.fill(random.pick([0x00, 0xff, 0x55, 0x0a]), from, Math.min(changed.length, from + 1 + random.below(400)))
  return changed
}

const removePart: Mutator = (file, random) => {
  const from = random.below(file.length)
  return Buffer.concat([file.subarray(0, from), file.subarray(from + 1 + random.below(200))])
}

const repeatPart: Mutator = (file, random) => {
  const from = random.below(file.length)
  const part = file.subarray(from, from + 1 + random.below(300))
  const copies = Array.from({ length: random.pick([1, 2, 50]) }, () => part)
  return Buffer.concat([file.subarray(0, from), ...copies, file.subarray(from)])
}

const insertNoise: Mutator = (file, random) => {
  const at = random.below(file.length)
  return Buffer.concat([file.subarray(0, at), random.bytes(1 + random.below(100)), file.subarray(at)])
}

const append: Mutator = (file, random) => Buffer.concat([file, random.chance(0.5) ? file : random.bytes(random.below(5_000))])

const swapParts: Mutator = (file, random) => {
  const [a, b] = [random.below(file.length), random.below(file.length)].sort((x, y) => x - y) as [number, number]
  const middle = (a + b) >> 1
  return Buffer.concat([file.subarray(0, a), file.subarray(middle, b), file.subarray(a, middle), file.subarray(b)])
}

/** Changes that take any file, with names. */
export const byteMutators: { readonly [name: string]: Mutator } = {
  flipBits,
  flipHeaderBits,
  truncate,
  truncateEnd,
  truncateStart,
  overwriteNumber,
  fill,
  removePart,
  repeatPart,
  insertNoise,
  append,
  swapParts
}
