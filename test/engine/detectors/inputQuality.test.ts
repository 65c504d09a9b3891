import t from 'tap'
import { inputQuality } from '../../../src/engine/detectors/inputQuality.ts'
import { photo } from '../pictures.ts'
import { detect } from './photographs.ts'

const large = { width: 720, height: 540 }

t.test('how much a file can tell is said before what it tells', async (t) => {
  const cases = [
    { file: await photo({ ...large, quality: 95 }), level: 'good', notChecked: [] },
    { file: await photo({ ...large, format: 'png' }), level: 'good', notChecked: [] },
    { file: await photo({ ...large, quality: 75 }), level: 'limited', notChecked: [] },
    { file: await photo({ ...large, quality: 40 }), level: 'poor', notChecked: ['strongly_compressed'] },
    { file: await photo({ quality: 95 }), level: 'poor', notChecked: ['too_small'] },
    { file: await photo({ format: 'webp', quality: 95 }), level: 'poor', notChecked: ['too_small'] }
  ]
  for (const { file, level, notChecked } of cases) {
    const found = await detect(inputQuality, file)
    t.match(found.signals, [{ code: 'input_quality', supports: null, measured: { level } }])
    t.same(found.notChecked.map(({ code }) => code), notChecked)
  }
})

t.test('the quality is named where there is one, and nothing is named for other formats', async (t) => {
  t.match((await detect(inputQuality, await photo({ ...large, quality: 92 }))).signals, [{ meaning: /0\.39 megapixels.*quality 92/, measured: { jpegQuality: 92 } }])
  t.match((await detect(inputQuality, await photo({ ...large, format: 'webp' }))).signals, [{ meaning: /0\.39 megapixels:/, measured: { jpegQuality: null } }])
})
