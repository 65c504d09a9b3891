import sharp from 'sharp'
import t from 'tap'
import { readJpeg } from '../../../src/engine/containers/jpeg.ts'
import { jpegStructure } from '../../../src/engine/detectors/jpegStructure.ts'
import { estimateQuality, standardTable } from '../../../src/engine/quantization.ts'
import { photo, photoPixels } from '../pictures.ts'
import { detect } from './photographs.ts'

for (const quality of [10, 50, 75, 90, 95, 100]) {
  t.test(`quality ${quality} is estimated from the tables, exactly`, async (t) => {
    const [luminance, chrominance] = readJpeg(await photo({ quality })).tables
    t.same(estimateQuality(luminance!, 'luminance'), { quality, deviation: 0 })
    if (chrominance !== undefined) t.same(estimateQuality(chrominance, 'chrominance'), { quality, deviation: 0 })
  })
}

t.test('tables of a camera’s own are compared, and the difference is told', async (t) => {
  const own = standardTable('luminance', 80).map((value, index) => value + (index % 3))
  const { quality, deviation } = estimateQuality({ values: own }, 'luminance')
  t.ok(quality > 70 && quality < 85)
  t.ok(deviation > 0)
})

for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
  t.test(`subsampling ${chromaSubsampling} and a progressive scan are told, as context`, async (t) => {
    const pixels = sharp(photoPixels(64, 64), { raw: { width: 64, height: 64, channels: 3 } })
    const { signals } = await detect(jpegStructure, await pixels.jpeg({ chromaSubsampling, progressive: true, quality: 80 }).toBuffer())
    t.match(signals, [
      { code: 'compression', supports: null, log10LikelihoodRatio: 0, measured: { subsampling: chromaSubsampling, process: 'progressive', components: 3, complete: true } }
    ])
    t.match(signals[0]?.meaning, /quality 80 .*progressive/)
  })
}

t.test('a grey JPEG has no subsampling', async (t) => {
  const { signals } = await detect(jpegStructure, await sharp(await photo()).toColourspace('b-w').jpeg().toBuffer())
  t.match(signals, [{ measured: { subsampling: 'grey', components: 1 } }])
})

t.test('files saved alike have the same digest, others another one', async (t) => {
  const digest = async (seed: number, quality: number) => (await detect(jpegStructure, await photo({ seed, quality }))).signals[0]?.measured.tablesDigest
  t.equal(await digest(1, 80), await digest(2, 80))
  t.not(await digest(1, 80), await digest(1, 81))
})

t.test('it takes JPEGs, and says what is missing elsewhere', async (t) => {
  t.same(jpegStructure.mediaTypes, ['image/jpeg'])
  t.match(jpegStructure.otherMediaTypes, { code: 'not_a_jpeg' })
})

t.test('what makers leave in a file, and further pictures behind it, are told', async (t) => {
  const file = await photo()
  const goPro = Buffer.concat([file.subarray(0, 2), Buffer.from([0xff, 0xe6, 0, 8]), Buffer.from('GoPro\0'), file.subarray(2)])
  const told = async (whole: Buffer) => (await detect(jpegStructure, whole)).signals[0]!
  t.match(await told(goPro), { meaning: /It holds data of a GoPro camera\./, measured: { marks: ['data of a GoPro camera'] } })
  t.match((await told(Buffer.concat([file, Buffer.from('\0\0SEFH … SEFT')]))).measured.marks, ['data of a Samsung phone'])

  const small = await photo({ width: 160, height: 120 })
  const two = await told(Buffer.concat([file, small, Buffer.alloc(9), small]))
  t.match(two, { meaning: /2 further pictures are stored behind the first \(160 × 120 pixels\)/, measured: { furtherPictures: [{ width: 160, height: 120 }, { width: 160, height: 120 }] } })
  t.match((await told(file)).measured, { marks: { length: 0 }, furtherPictures: { length: 0 } })
})

t.test('Huffman tables of the standard are told from those that fit one picture', async (t) => {
  const pixels = sharp(photoPixels(64, 64), { raw: { width: 64, height: 64, channels: 3 } })
  const huffmanTables = async (optimiseCoding: boolean) =>
    (await detect(jpegStructure, await pixels.jpeg({ optimiseCoding }).toBuffer())).signals[0]?.measured.huffmanTables
  t.equal(await huffmanTables(false), 'standard')
  t.equal(await huffmanTables(true), 'own')
})
