import t from 'tap'
import { copyMove, inpainting, localBlur, splice, type Forgery } from '../../../src/engine/evaluation/forgeries.ts'
import { intersectionOverUnion } from '../../../src/engine/evaluation/overlap.ts'
import { randomFor } from '../../../src/engine/evaluation/random.ts'
import type { Mask } from '../../../src/engine/evaluation/region.ts'
import { maskResized } from '../../../src/engine/evaluation/saves.ts'
import { photoPixels } from '../pictures.ts'

const [width, height] = [480, 320]
const photograph = { data: photoPixels(width, height, 1), width, height }
const donor = { data: photoPixels(300, 200, 2), width: 300, height: 200 }
const ingredients = (name: string) => ({ photograph, donor, random: randomFor(name) })

/** Of the pixels inside and of those well outside of the mask, which share is not what it was. */
function changed({ pixels, mask }: Forgery): { inside: number; outside: number } {
  const counts = { inside: [0, 0], outside: [0, 0] }
  for (let at = 0; at < mask.data.length; at++) {
    const isChanged = [0, 1, 2].some((channel) => pixels.data[3 * at + channel] !== photograph.data[3 * at + channel])
    const count = mask.data[at] ? counts.inside : counts.outside
    if (isChanged) count[0]!++
    count[1]!++
  }
  return { inside: counts.inside[0]! / counts.inside[1]!, outside: counts.outside[0]! / counts.outside[1]! }
}

const shareOf = ({ data }: Mask) => data.filter(Boolean).length / data.length

for (const [name, forge] of Object.entries({ splice, inpainting, localBlur })) {
  t.test(`${name}: the mask is where the picture was changed, and nowhere else`, async (t) => {
    for (const seed of ['a', 'b', 'c']) {
      const forgery = await forge(ingredients(seed))
      const { inside, outside } = changed(forgery)
      // A blurred pixel, and one from elsewhere, is now and then what it was.
      t.ok(inside > 0.9, `${inside} of the inside is changed`)
      t.ok(outside < 0.005, 'and outside at most the soft edge')
      t.ok(shareOf(forgery.mask) > 0.02 && shareOf(forgery.mask) < 0.2)
    }
  })
}

t.test('of a copied part both places are marked: the one that stays as it was, and the one that is painted over', async (t) => {
  for (const seed of ['a', 'b', 'c', 'd']) {
    const { pixels, mask } = copyMove(ingredients(seed))
    const { inside, outside } = changed({ pixels, mask })
    t.ok(inside > 0.4 && inside < 0.6)
    t.ok(outside < 0.005)
    t.ok(shareOf(mask) > 0.035, 'twice the least area of a copy')
  }
})

t.test('a forgery is the same in every run, and another one for another case', async (t) => {
  const [first, again, other] = [splice(ingredients('a')), splice(ingredients('a')), splice(ingredients('b'))]
  t.same(Buffer.from(first.pixels.data).compare(Buffer.from(again.pixels.data)), 0)
  t.not(Buffer.from(first.pixels.data).compare(Buffer.from(other.pixels.data)), 0)
})

t.test('what was marked is compared with what was changed', async (t) => {
  const left: Mask = { data: Uint8Array.from({ length: 100 }, (_, at) => (at % 10 < 6 ? 1 : 0)), width: 10, height: 10 }
  const right: Mask = { data: Uint8Array.from({ length: 100 }, (_, at) => (at % 10 >= 4 ? 255 : 0)), width: 10, height: 10 }
  const none: Mask = { data: new Uint8Array(100), width: 10, height: 10 }
  t.equal(intersectionOverUnion(left, left), 1)
  t.equal(intersectionOverUnion(left, right), 0.2)
  t.equal(intersectionOverUnion(left, none), 0)
  t.equal(intersectionOverUnion(none, none), 0)
  t.equal(shareOf(maskResized(left, 35, 20)), 0.6)
})
