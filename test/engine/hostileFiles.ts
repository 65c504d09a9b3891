import type { ImageMediaType } from '../../src/engine/mediaTypes.ts'
import { byteMutators } from './hostile/bytes.ts'
import { randomOf, type Random } from './hostile/random.ts'
import { soundFiles, type Seed } from './hostile/seeds.ts'
import { structureMutators } from './hostile/structures.ts'
import { traps } from './hostile/traps/index.ts'

/**
 * Files that mean harm. File `number` of a seed is the same bytes whenever and wherever it is made, so that one that
 * does harm can be made again by its number alone.
 */
export interface HostileFile {
  number: number
  /** What was done to what. */
  name: string
  /** What it is said to be. */
  mediaType: ImageMediaType
  /** No picture at all: must be refused by its first bytes, and never be decoded. */
  refused: boolean
  bytes: Buffer
}

/** Of so many files one is a trap; the others are sound files that were changed. */
const trapEvery = 4

/** Heavy traps come in one round of so many. */
const heavyRound = 4

const light = traps.filter(({ heavy }) => heavy !== true)
const heavy = traps.filter(({ heavy }) => heavy === true)
/** All traps one after another: the heavy ones behind the first round of the others. */
const trapOrder = Array.from({ length: heavyRound }, (_, round) => (round === 0 ? [...light, ...heavy] : light)).flat()

/** Makes one file. */
export async function hostileFile(seed: number, number: number): Promise<HostileFile> {
  const random = randomOf(seed, number)
  const sound = await soundFiles()
  if (number % trapEvery === trapEvery - 1) {
    const trap = trapOrder[Math.floor(number / trapEvery) % trapOrder.length]!
    const bytes = await trap.build(random, (name) => sound.find((file) => file.name === name)!)
    return { number, name: trap.name, mediaType: trap.mediaType, refused: trap.refused === true, bytes }
  }
  return { number, refused: false, ...changed(random.pick(sound), random) }
}

/** A sound file with one to three changes, of which some know its format. */
function changed(seed: Seed, random: Random): Pick<HostileFile, 'name' | 'mediaType' | 'bytes'> {
  let { bytes } = seed
  const changes: string[] = []
  for (let times = random.pick([1, 1, 1, 2, 3]); times > 0; times--) {
    const knowing = structureMutators[seed.mediaType.slice('image/'.length)]!
    const mutators = random.chance(0.5) ? random.pick(knowing) : byteMutators
    const [change, mutate] = random.pick(Object.entries(mutators))
    if (bytes.length < 2) break
    bytes = mutate(bytes, random)
    changes.push(change)
  }
  return { name: `${seed.name}: ${changes.join(', ')}`, mediaType: seed.mediaType, bytes }
}
