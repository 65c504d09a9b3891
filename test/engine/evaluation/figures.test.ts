import t from 'tap'
import { figuresOf, shareOf } from '../../../src/engine/evaluation/figures.ts'
import { pageOf } from '../../../src/engine/evaluation/page.ts'
import type { CaseResult } from '../../../src/engine/evaluation/results.ts'
import { shareText, tablesOf, textOf } from '../../../src/engine/evaluation/tables.ts'

function result(id: string, given: Partial<CaseResult>): CaseResult {
  return { id, set: 'photographs', source: 'a set', what: 'as it is', saved: '', verdict: 'inconclusive', summary: '', signals: [], iou: {}, megapixels: 2, durationsMs: {}, pictures: [], ...given }
}

const signal = (detector: string, code: string, supports: 'manipulated' | null) => ({ detector, code, supports, log10LikelihoodRatio: 1, log10Nfa: null })

t.test('a share has Wilson’s interval, also where nothing was counted', async (t) => {
  // Brown, Cai & DasGupta 2001, table of the score interval: 0 of 10 and 5 of 10.
  t.ok(shareOf(0, 10).low === 0 && Math.abs(shareOf(0, 10).high - 0.2775) < 1e-3)
  t.ok(Math.abs(shareOf(5, 10).low - 0.2366) < 1e-3 && Math.abs(shareOf(5, 10).high - 0.7634) < 1e-3)
  t.same(shareOf(0, 0), { count: 0, of: 0, low: 0, high: 1 })
  t.equal(shareText(shareOf(1, 8)), '1 of 8: 12.5 % (2.2–47.1)')
})

t.test('each figure counts its own cases, and what could not be analysed counts nowhere', async (t) => {
  const figures = figuresOf([
    result('1', {}),
    result('2', { verdict: 'manipulated' }),
    result('3', { verdict: null, error: 'damaged' }),
    result('4', { source: 'another set', verdict: 'ai_generated' }),
    result('5', { set: 'forgeries', what: 'splice', saved: 'PNG', verdict: 'manipulated', iou: { jpeg_grid: 0.5, copy_move: 0.75 }, signals: [signal('jpeg_grid', 'x', 'manipulated')] }),
    result('6', { set: 'forgeries', what: 'splice', saved: 'PNG', signals: [signal('copy_move', 'x', 'manipulated')] }),
    result('7', { set: 'AI pictures', verdict: 'ai_generated' }),
    result('8', { set: 'Content Credentials', what: 'altered', signals: [signal('content_credentials', 'altered_after_signing', 'manipulated')] }),
    result('9', { set: 'Content Credentials', what: 'valid', signals: [signal('content_credentials', 'altered_after_signing', 'manipulated')] }),
    result('10', { set: 'Content Credentials', what: 'none', signals: [] })
  ])
  t.match(figures.falseAlarms, [
    { source: 'a set', manipulated: { count: 1, of: 2 }, aiGenerated: { count: 0, of: 2 } },
    { source: 'another set', manipulated: { count: 0, of: 1 }, aiGenerated: { count: 1, of: 1 } }
  ])
  t.match(figures.found, [{ what: 'splice', found: { count: 1, of: 2 }, hinted: { count: 2, of: 2 }, iou: 0.75, by: { jpeg_grid: 1, copy_move: 1 } }])
  t.match(figures.recall, [{ aiGenerated: { count: 1, of: 1 } }])
  t.match(figures.credentials.map(({ isExpected }) => isExpected), [true, false, true])
  t.match(figures.failed, [{ id: '3', error: 'damaged' }])
})

t.test('the time of a step is told for each megapixel', async (t) => {
  const { times } = figuresOf([result('1', { durationsMs: { decode: 30 } }), result('2', { megapixels: 1, durationsMs: { decode: 60, copy_move: 500 } })])
  t.match(times, [{ step: 'copy_move', perMegapixelMs: 500 }, { step: 'decode', medianMs: 60, perMegapixelMs: 30 }])
})

t.test('the report shows the figures, and a file’s name as text', async (t) => {
  const wrong = result('<script>alert(1)</script>.jpg', { verdict: 'manipulated', pictures: ['a b.jpg'] })
  const tables = tablesOf(figuresOf([wrong]))
  const page = pageOf({ engineVersion: '1', folder: 'x', each: 1 }, tables, [wrong])
  t.notMatch(page, /<script>alert/)
  t.match(page, /pictures\/a%20b\.jpg/)
  t.match(tables.map(textOf).join('\n'), /called manipulated.*\n.*\n.*a set.*1 of 1/)
})
