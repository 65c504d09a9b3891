import sharp from 'sharp'
import t from 'tap'
import { mapPicture, maxEvidenceSide } from '../../src/engine/evidencePictures.ts'
import { quoted } from '../../src/language/sentence.ts'

const told = { name: 'map.png', caption: quoted('White for most.'), orientation: 1 } as const

async function levels(bytes: Uint8Array): Promise<{ data: Buffer; width: number; height: number }> {
  const { data, info } = await sharp(bytes).extractChannel(0).raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

t.test('a map that fits is drawn cell by cell, and the measured values are left as they are', async (t) => {
  const data = Uint8Array.from({ length: 7 * 5 }, (_, at) => at * 7)
  const before = data.slice()
  const { bytes } = await mapPicture({ data, width: 7, height: 5 }, { ...told })
  const drawn = await levels(bytes)
  t.match(drawn, { width: 7, height: 5 })
  t.same([...drawn.data], [...before])
  t.same(data, before)
})

t.test('of a map that is too large, squares of cells become their mean, smaller ones at the edges', async (t) => {
  const width = 2 * maxEvidenceSide - 1
  // Columns of 10 and 30 in turn: the last stands alone, and so does the last row, which is 100 higher.
  const data = Uint8Array.from({ length: width * 3 }, (_, at) => ((at % width) % 2 === 0 ? 10 : 30) + (at >= 2 * width ? 100 : 0))
  const drawn = await levels((await mapPicture({ data, width, height: 3 }, { ...told })).bytes)
  t.match(drawn, { width: maxEvidenceSide, height: 2 })
  t.equal(drawn.data[0], 20)
  t.equal(drawn.data[maxEvidenceSide - 1], 10)
  t.equal(drawn.data[maxEvidenceSide], 120)
  t.equal(drawn.data[2 * maxEvidenceSide - 1], 110)
})
