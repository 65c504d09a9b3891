import { createHash } from 'node:crypto'
import sharp from 'sharp'
import t from 'tap'
import { prepareDecoder } from '../../src/engine/decoder.ts'
import { sniffMediaType } from '../../src/engine/mediaTypes.ts'
import { soundFiles } from './hostile/seeds.ts'
import { refusedTraps } from './hostile/traps/disguises.ts'
import { randomOf } from './hostile/random.ts'
import { hostileFile } from './hostileFiles.ts'

t.test('the files that are changed are sound before, and of the types that they are said to be', async (t) => {
  for (const { name, mediaType, bytes } of await soundFiles()) t.equal((await sniffMediaType(bytes))?.mediaType, mediaType, name)
})

t.test('a file is the same whenever it is made, and another for another seed', async (t) => {
  const digest = async (seed: number, number: number) => createHash('sha256').update((await hostileFile(seed, number)).bytes).digest('hex')
  for (const number of [0, 1, 2, 3, 42, 79]) t.equal(await digest(5, number), await digest(5, number))
  t.not(await digest(5, 42), await digest(6, 42))
})

t.test('what is no picture of ours is refused by its first bytes, and libvips has no loader for it left', async (t) => {
  prepareDecoder()
  for (const trap of refusedTraps) {
    const { name } = trap
    const file = await trap.build(randomOf(1, 1), () => t.fail('needs no sound file') as never)
    t.equal(await sniffMediaType(file), undefined, name)
    await t.rejects(async () => sharp(file, { failOn: 'none' }).metadata(), name)
  }
})
