import t from 'tap'
import { markdown, type Row } from '../../bench/rows.ts'

const row: Row = { what: 'a', unit: 'ms', ours: 3_456.7, bare: 'nothing else', theirs: 1_152.2, better: 'less', meaning: 'b' }

t.test('a figure stands beside that of the bare thing, with their ratio', async (t) => {
  const lines = markdown([{ name: 'one', rows: [row, { ...row, theirs: 0 }], failure: undefined }]).split('\n')
  t.same(lines.slice(2), [
    '| a | 3,460 ms | 1,150 ms (nothing else) | 3, less is better | b |',
    // There is no ratio to nothing.
    '| a | 3,460 ms | 0 ms (nothing else) | – | b |'
  ])
})

t.test('a benchmark that failed has a line of its own, after what it had found out', async (t) => {
  const lines = markdown([{ name: 'one', rows: [row], failure: 'ended with 1' }, { name: 'other', rows: [row], failure: undefined }]).split('\n')
  t.same(lines.slice(2).map((line) => line.split(' | ')[0]), ['| a', '| **one failed**', '| a'])
  t.ok(lines.every((line) => line.split(' | ').length === 5), 'all lines have the same columns')
})
