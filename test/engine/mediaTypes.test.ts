import t from 'tap'
import { sniffBytes, sniffMediaType } from '../../src/engine/mediaTypes.ts'
import { heic } from './heic.ts'
import { photo, type PhotoOptions } from './pictures.ts'

for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] satisfies PhotoOptions['format'][]) {
  t.test(`${format} is told by its first bytes`, async (t) => {
    const file = await photo({ format })
    t.same(await sniffMediaType(file.subarray(0, sniffBytes)), { mediaType: `image/${format}`, kind: 'image' })
  })
}

t.test('HEIC and HEIF are told by their brand', async (t) => {
  const file = heic({ width: 64, height: 64, exif: Buffer.alloc(0) })
  t.same(await sniffMediaType(file), { mediaType: 'image/heic', kind: 'image' })
  const heif = Buffer.concat([file.subarray(0, 8), Buffer.from('mif1'), file.subarray(12)])
  t.same(await sniffMediaType(heif), { mediaType: 'image/heif', kind: 'image' })
})

for (const [name, head] of [
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
  ['HTML', '<!doctype html><img src="x">'],
  ['PDF', '%PDF-1.7\n'],
  ['a program', '\u007FELF\u0002\u0001\u0001'],
  ['BMP', 'BM\u0010\u0000\u0000\u0000\u0000\u0000\u0000\u0000'],
  ['nothing at all', ''],
  ['half a signature', '\u00FF']
] as const) {
  t.test(`${name} is refused`, async (t) => {
    t.equal(await sniffMediaType(Buffer.from(head, 'latin1')), undefined)
  })
}
